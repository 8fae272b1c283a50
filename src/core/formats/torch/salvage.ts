import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../../bytes/byte-source.js';
import { quoteName } from '../../bytes/quote.js';
import { CheckpointError } from '../../errors.js';
import type { TensorIndex } from '../../tensors/tensor-index.js';
import type { OpenOptions } from '../format.js';
import { allowCut } from '../truncation.js';
import { LOCAL_BYTES, readLocalHeader } from '../zip/local-header.js';
import { tensorEntries, type StoragePlace } from './entries.js';
import { readGrowing } from './grow.js';
import { TorchMeaning } from './meaning.js';
import { checkTensors } from './no-tensors.js';
import { PickleInput } from './pickle/input.js';
import type { PickleStorage } from './pickle/values.js';
import { pickleWarnings, readContents } from './run-pickle.js';
import type { Contents } from './walk.js';

/** A local header, the name after it and the position of its data. */
interface LocalEntry {
  readonly name: string;
  readonly dataStart: number;
  readonly size: number | null;
}

/** A pickle in an archive without a directory. */
interface Front {
  readonly contents: Contents;
  readonly meaning: TorchMeaning;
  readonly end: number;
}

/** Between one entry's data and the next header lie at most the sizes (24 bytes); the small notes of torch.save have less than 100. */
const WINDOW = 512;
/** Entries of an archive that are no storages (version, byte order, ...): five in files of today. */
const MAX_NOTES = 50;
const LOCAL_MARK = [0x50, 0x4b, 0x03, 0x04];

function findMark(bytes: Uint8Array): number {
  for (let at = 0; at + LOCAL_MARK.length <= bytes.length; at++) {
    if (LOCAL_MARK.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}

/** The first entry that begins at `from` or soon after; null where the file has no more. */
async function nextEntry(source: ByteSource, from: number): Promise<LocalEntry | null> {
  const bytes = await source.read(from, Math.max(0, Math.min(WINDOW, source.size - from)));
  const at = findMark(bytes);
  if (at < 0) return null;
  const header = readLocalHeader(new DataView(bytes.buffer, bytes.byteOffset + at));
  if (header?.stored !== true) return null;
  const nameStart = at + LOCAL_BYTES;
  const name = new TextDecoder().decode(bytes.subarray(nameStart, nameStart + header.nameLength));
  return { name, dataStart: from + at + header.length, size: header.size };
}

/** Where the storages lie, from one local header to the next, as far as the file goes; lengths are those of the pickle. */
async function findStorages(source: ByteSource, from: number, folder: string, meaning: TorchMeaning) {
  const places = new Map<string, StoragePlace>();
  let at = from;
  for (let left = meaning.storages.size + MAX_NOTES; left > 0; left--) {
    const entry = await nextEntry(source, at);
    if (entry === null || entry.dataStart <= at) return places;
    const key = entry.name.startsWith(folder) ? entry.name.slice(folder.length) : null;
    const storage = key === null ? undefined : meaning.storages.get(key);
    const byteLength = storage === undefined ? (entry.size ?? 0) : storage.length * storage.type.elementBytes;
    if (key !== null && !places.has(key)) places.set(key, { offset: entry.dataStart, byteLength });
    at = entry.dataStart + byteLength;
    if (at > source.size) return places;
  }
  return places;
}

async function readFront(source: ByteSource, start: number): Promise<Front> {
  return readGrowing(source, start, (bytes) => {
    const input = new PickleInput(bytes, source.size - start);
    const meaning = new TorchMeaning();
    const contents = readContents(input, meaning, source.name);
    return { contents, meaning, end: start + input.at };
  });
}

/**
 * Opens an archive whose end is missing, and with it the directory: torch.save writes the pickle first, and that says
 * how long the storages behind it are.
 * @param lost why the archive cannot be opened as a whole.
 * @throws CheckpointError `truncated` unless `options.partial` is set and something lies whole.
 */
export async function salvage(source: ByteSource, options: OpenOptions, lost: CheckpointError): Promise<TensorIndex> {
  const first = await nextEntry(source, 0);
  if (first === null || !first.name.endsWith('data.pkl') || first.dataStart > source.size) throw lost;
  const front = await readFront(source, first.dataStart).catch((error: unknown) => {
    throw error instanceof CheckpointError && error.code === 'malformed' ? lost : error;
  });
  const { contents, meaning, end } = front;
  checkTensors(contents, meaning, source.name);
  const places = await findStorages(source, end, first.name.replace(/data\.pkl$/u, 'data/'), meaning);
  const isWhole = ({ key }: PickleStorage): boolean => {
    const place = places.get(key);
    return place !== undefined && place.offset + place.byteLength <= source.size;
  };
  const tensors = [...contents.tensors];
  const whole = tensorEntries(
    new Map(tensors.filter(([, { storage }]) => isWhole(storage))),
    ({ key }) => places.get(key),
    source.name,
  );
  const broken = tensors.find(([, { storage }]) => !isWhole(storage))?.[0] ?? '';
  const where = broken === '' ? l10n.t('behind the last tensor') : l10n.t('inside or before {0}', quoteName(broken));
  const cut = { file: source.name, problem: l10n.t('{0}; it ends {1}', lost.problem, where), whole, broken };
  return {
    format: 'torch-zip',
    files: [source.name],
    settings: contents.settings,
    warnings: [allowCut(cut, options.partial ?? false), ...pickleWarnings(meaning, source.name, contents.clash)],
    tensors: whole,
  };
}
