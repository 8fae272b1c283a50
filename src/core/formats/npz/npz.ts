import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../../bytes/byte-source.js';
import { inflateStart, InflateProblem } from '../../bytes/inflate.js';
import { groupDigits, quoteName } from '../../bytes/quote.js';
import { CheckpointError, type Warning } from '../../errors.js';
import type { TensorEntry, TensorIndex } from '../../tensors/tensor-index.js';
import type { CheckpointFormat } from '../format.js';
import { beyondLimit, malformed } from '../problem.js';
import { readZipDirectory, type ZipEntry } from '../zip/directory.js';
import { firstEntryName } from '../zip/first-entry.js';
import { locateEntries } from '../zip/locate.js';
import { ArrayProblem, headerLength, parseArrayHeader, type ArrayHeader } from './array-header.js';
import { arrayEntry } from './entry.js';
import { isStack, unstacked } from './stacked.js';

const ENDING = '.npy';
/** NumPy pads headers to 128 bytes; those of many axes are a little longer. */
const USUAL_HEADER = 128;
/** Tables of a deflate stream, which stand before the first bytes that come out of it. */
const TABLES = 512;
/** Arrays that are read one after the other. */
const MAX_ARRAYS = 200_000;
/** Arrays that are left out are named up to this number. */
const MAX_NAMED = 5;

/** An array of the archive and where its bytes lie, packed or not. */
interface Member {
  readonly entry: ZipEntry;
  readonly name: string;
  readonly start: number;
}

/** The first bytes of a member, unpacked. */
async function firstBytes(source: ByteSource, { entry, start }: Member, length: number): Promise<Uint8Array> {
  const wanted = Math.min(length, entry.fullSize);
  if (!entry.compressed) return source.read(start, wanted);
  return inflateStart(await source.read(start, Math.min(entry.size, wanted + TABLES)), wanted, false);
}

async function readHeader(source: ByteSource, member: Member): Promise<ArrayHeader> {
  const head = await firstBytes(source, member, USUAL_HEADER);
  const length = headerLength(head);
  if (length > member.entry.fullSize) throw new ArrayProblem(l10n.t('ends inside its header'), false);
  const whole = length <= head.length ? head : await firstBytes(source, member, length);
  if (length > whole.length) throw new ArrayProblem(l10n.t('ends inside its header'), false);
  return parseArrayHeader(whole);
}

function placeArray(member: Member, header: ArrayHeader): TensorEntry {
  const { entry, name, start } = member;
  const tensor = arrayEntry(name, header, entry.fullSize - header.length);
  if (!entry.compressed) return { ...tensor, offset: start + header.length };
  const packing = { kind: 'deflate', offset: start, length: entry.size, skip: header.length } as const;
  return { ...tensor, offset: 0, packing };
}

async function readMembers(source: ByteSource, members: readonly Member[]) {
  const tensors: TensorEntry[] = [];
  const left: string[] = [];
  for (const member of members) {
    const who = l10n.t('the array {0}', quoteName(member.name));
    try {
      tensors.push(placeArray(member, await readHeader(source, member)));
    } catch (error) {
      if (error instanceof InflateProblem)
        throw malformed(source.name, l10n.t('{0} cannot be unpacked: {1}', who, error.message));
      if (error instanceof RangeError) throw malformed(source.name, l10n.t('{0} ends inside its header', who));
      if (!(error instanceof ArrayProblem)) throw error;
      if (!error.isKind) throw malformed(source.name, `${who} ${error.message}`);
      left.push(`${who} ${error.message}`);
    }
  }
  return { tensors, left };
}

function leftWarnings(left: readonly string[], others: number, file: string): Warning[] {
  const shown = [...left.slice(0, MAX_NAMED)];
  if (left.length > MAX_NAMED)
    shown.push(l10n.t('{0} more arrays are like that', groupDigits(left.length - MAX_NAMED)));
  if (others > 0) shown.push(l10n.t('{0} entries are no arrays', groupDigits(others)));
  if (shown.length === 0) return [];
  return [{ code: 'tensors-left-out', message: l10n.t('Left out of {0}: {1}.', file, shown.join('; ')) }];
}

async function open(source: ByteSource): Promise<TensorIndex> {
  const directory = await readZipDirectory(source);
  const entries = [...directory.entries.values()];
  const arrays = entries.filter(({ name }) => name.endsWith(ENDING));
  if (arrays.length > MAX_ARRAYS)
    throw beyondLimit(source.name, l10n.t('it holds {0} arrays', groupDigits(arrays.length)));
  const starts = await locateEntries(source, directory, arrays);
  const members = arrays.map((entry) => ({
    entry,
    name: entry.name.slice(0, -ENDING.length),
    start: starts.get(entry.name) ?? 0,
  }));
  const { tensors, left } = await readMembers(source, members);
  if (tensors.length === 0) {
    const why = left[0] ?? l10n.t('the archive holds no arrays');
    throw new CheckpointError('unsupported', source.name, why, l10n.t('save plain numbers with numpy.savez'));
  }
  const warnings = leftWarnings(left, entries.length - arrays.length, source.name);
  const stacked = isStack(tensors);
  const parted = tensors.flatMap((tensor) => unstacked(tensor, stacked));
  return { format: 'npz', files: [source.name], tensors: parted, settings: new Map(), warnings };
}

/** A zip archive of NumPy arrays, as numpy.savez and JAX's libraries write it. */
export const npz: CheckpointFormat = {
  ids: ['npz'],
  label: 'NumPy archive',
  probe: (head) => firstEntryName(head)?.endsWith(ENDING) === true,
  open: (source) => open(source),
};
