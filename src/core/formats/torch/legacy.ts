import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../../bytes/byte-source.js';
import { groupDigits, quoteName } from '../../bytes/quote.js';
import { readRanges } from '../../bytes/read-ranges.js';
import { CheckpointError } from '../../errors.js';
import type { TensorIndex } from '../../tensors/tensor-index.js';
import type { CheckpointFormat, OpenOptions } from '../format.js';
import { malformed } from '../problem.js';
import { allowCut, cutShort } from '../truncation.js';
import { tensorEntries, type StoragePlace } from './entries.js';
import { readGrowing } from './grow.js';
import { TorchMeaning } from './meaning.js';
import { checkTensors } from './no-tensors.js';
import { PickleInput } from './pickle/input.js';
import { isKind, type PickleStorage, type PickleValue } from './pickle/values.js';
import { contentsOf, pickleWarnings, runPickle } from './run-pickle.js';
import type { Contents } from './walk.js';

/** The number 0x1950a86a20f9469cfc6c as LONG1, by which torch.load knows its files. */
const MAGIC = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
/** The magic number comes behind the protocol and, from protocol 4, a frame. */
const MAGIC_WITHIN = 16;
/** Before the data of each storage stands the number of its elements. */
const COUNT_BYTES = 8;

/** What stands before the storages. */
interface Front {
  readonly meaning: TorchMeaning;
  readonly contents: Contents;
  /** Keys of the storages in the order of their data. */
  readonly keys: readonly string[];
  readonly end: number;
}

function checkSystem(info: PickleValue, file: string): void {
  const little = isKind(info, 'dict') ? info.entries.get('little_endian') : true;
  if (little !== false) return;
  const advice = l10n.t('load it with PyTorch on an ordinary machine and save it again');
  throw new CheckpointError('unsupported', file, l10n.t('its numbers are big-endian'), advice);
}

function keyList(value: PickleValue, file: string): readonly string[] {
  if (isKind(value, 'list') && value.items.every((item) => typeof item === 'string')) return value.items;
  throw malformed(file, l10n.t('the list of storages behind the pickle is no list of keys'));
}

/** The five pickles at the start of the file: magic number, protocol, system, object, keys. */
function parseFront(bytes: Uint8Array<ArrayBuffer>, source: ByteSource): Front {
  const input = new PickleInput(bytes, source.size, 'truncated');
  const meaning = new TorchMeaning();
  const next = (): PickleValue => runPickle(input, meaning, source.name);
  next();
  next();
  checkSystem(next(), source.name);
  const root = next();
  const keys = keyList(next(), source.name);
  return { meaning, contents: contentsOf(root, meaning, source.name), keys, end: input.at };
}

/** A storage of the file, with its place. */
interface Placed {
  readonly storage: PickleStorage;
  readonly place: StoragePlace;
}

/** The storages lie one behind the other, so the lengths in the pickle say where. */
function placeStorages({ meaning, keys, end }: Front, file: string): Map<string, Placed> {
  const placed = new Map<string, Placed>();
  let at = end;
  for (const key of keys) {
    const storage = meaning.storages.get(key);
    if (storage === undefined)
      throw malformed(file, l10n.t('the data of storage {0} belong to nothing that is known', quoteName(key)));
    if (placed.has(key)) throw malformed(file, l10n.t('the list of storages names {0} twice', quoteName(key)));
    const byteLength = storage.length * storage.type.elementBytes;
    placed.set(key, { storage, place: { offset: at + COUNT_BYTES, byteLength } });
    at += COUNT_BYTES + byteLength;
  }
  return placed;
}

/** Each storage's own count must be what the pickle says, else all data behind it would be shifted. */
async function checkCounts(source: ByteSource, placed: Iterable<Placed>): Promise<void> {
  const counts = Array.from(placed, ({ storage, place }) => ({
    storage,
    offset: place.offset - COUNT_BYTES,
    length: COUNT_BYTES,
  }));
  const present = counts.filter(({ offset, length }) => offset + length <= source.size);
  await readRanges(source, present, ({ storage }, view) => {
    const count = view.getBigInt64(0, true);
    if (count === BigInt(storage.length)) return;
    const said = l10n.t(
      '{0} elements before its data, {1} in the pickle',
      groupDigits(count),
      groupDigits(storage.length),
    );
    throw malformed(source.name, l10n.t('storage {0} contradicts the pickle: {1}', quoteName(storage.key), said));
  });
}

async function open(source: ByteSource, options: OpenOptions): Promise<TensorIndex> {
  const front = await readGrowing(source, 0, (bytes) => parseFront(bytes, source));
  const { meaning, contents } = front;
  checkTensors(contents, meaning, source.name);
  const placed = placeStorages(front, source.name);
  await checkCounts(source, placed.values());
  const entries = tensorEntries(contents.tensors, ({ key }) => placed.get(key)?.place, source.name);
  const warnings = pickleWarnings(meaning, source.name, contents.clash);
  const index = { format: 'torch-legacy', files: [source.name], settings: contents.settings } as const;
  const last = [...placed.values()].at(-1)?.place;
  const dataEnd = last === undefined ? front.end : last.offset + last.byteLength;
  if (dataEnd <= source.size) return { ...index, tensors: entries, warnings };
  const section = {
    file: source.name,
    fileSize: source.size,
    dataStart: front.end,
    dataEnd,
    saidBy: 'pickle' as const,
  };
  const cut = cutShort(section, entries);
  return { ...index, warnings: [allowCut(cut, options.partial ?? false), ...warnings], tensors: cut.whole };
}

/** What torch.save wrote before PyTorch 1.6: five pickles, then the storages one behind the other. */
export const torchLegacy: CheckpointFormat = {
  ids: ['torch-legacy'],
  label: 'PyTorch (before 1.6)',
  probe(head) {
    if (head[0] !== 0x80) return false;
    for (let at = 2; at < MAGIC_WITHIN; at++) if (MAGIC.every((byte, index) => head[at + index] === byte)) return true;
    return false;
  },
  open: (source, _folder, options) => open(source, options),
};
