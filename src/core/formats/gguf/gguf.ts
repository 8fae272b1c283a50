import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../../bytes/byte-source.js';
import { groupDigits, quoteName } from '../../bytes/quote.js';
import { CheckpointError, type Warning } from '../../errors.js';
import { BLOCKS } from '../../tensors/blocks.js';
import { DTYPES, isBlockType } from '../../tensors/dtype.js';
import type { TensorEntry, TensorIndex } from '../../tensors/tensor-index.js';
import { Cursor } from '../cursor.js';
import type { CheckpointFormat, OpenOptions } from '../format.js';
import { beyondLimit, malformed } from '../problem.js';
import { checkedElementCount } from '../shape.js';
import { allowCut, cutShort } from '../truncation.js';
import { MetadataReader, readName } from './metadata.js';
import { GGML_TYPES, otherType } from './types.js';

/** Twice what the largest published files have of either; each tensor of a file is listed. */
const MAX_TENSORS = 200_000;
const MAX_PAIRS = 100_000;
/** Least bytes of a pair (length of the key, type, value) and of a tensor (length of the name, axes, type, offset). */
const PAIR_BYTES = 13;
const TENSOR_BYTES = 24;
const MAX_AXES = 4;
const VERSIONS: readonly number[] = [2, 3];

/** A tensor as the header lists it. */
interface Listed {
  readonly name: string;
  readonly shape: readonly number[];
  readonly count: number;
  readonly type: number;
  readonly offset: number;
}

async function readVersion(cursor: Cursor): Promise<void> {
  const head = await cursor.take(8, () => l10n.t('the header'));
  const version = head.getUint32(4, true);
  const { name } = cursor.source;
  const advice = l10n.t('convert the model again with a current llama.cpp');
  if (VERSIONS.includes(head.getUint32(4, false))) {
    throw new CheckpointError('unsupported', name, l10n.t('its numbers are big-endian'), advice);
  }
  if (!VERSIONS.includes(version)) {
    throw new CheckpointError('unsupported', name, l10n.t('it is GGUF of version {0}, not 2 or 3', version), advice);
  }
}

function checkCount(
  cursor: Cursor,
  count: bigint,
  least: number,
  limit: number,
  say: (count: string) => string,
): number {
  const { name } = cursor.source;
  if (count <= limit) return Number(count);
  const counted = say(groupDigits(count));
  if (count * BigInt(least) > BigInt(cursor.left))
    throw malformed(name, l10n.t('{0}, more than the file can hold', counted));
  throw beyondLimit(name, counted);
}

async function readTensor(cursor: Cursor): Promise<Listed> {
  const { name: file } = cursor.source;
  const name = await readName(cursor, () => l10n.t('the name of a tensor'));
  const who = (): string => l10n.t('tensor {0}', quoteName(name));
  const axes = (await cursor.take(4, who)).getUint32(0, true);
  if (axes > MAX_AXES) throw malformed(file, l10n.t('{0} has {1} axes, and GGUF knows {2}', who(), axes, MAX_AXES));
  const rest = await cursor.take(axes * 8 + 12, who);
  // The innermost axis stands first.
  const shape = Array.from({ length: axes }, (_, axis) => Number(rest.getBigUint64((axes - 1 - axis) * 8, true)));
  const count = checkedElementCount(shape);
  if (typeof count === 'string') throw malformed(file, `${who()} ${count}`);
  const offset = Number(rest.getBigUint64(axes * 8 + 4, true));
  if (!Number.isSafeInteger(offset)) throw malformed(file, l10n.t('{0} lies at {1}', who(), offset));
  return { name, shape, count, type: rest.getUint32(axes * 8, true), offset };
}

/** Where the listed tensors lie; those of types that are not read are named in `left`. */
function placeTensors(listed: readonly Listed[], start: number, alignment: number, file: string) {
  const tensors: TensorEntry[] = [];
  const left = new Map<string, number>();
  const names = new Set<string>();
  for (const { name, shape, count, type, offset } of listed) {
    if (names.has(name)) throw malformed(file, l10n.t('the header lists the tensor {0} twice', quoteName(name)));
    names.add(name);
    if (offset % alignment !== 0) {
      throw malformed(file, l10n.t('tensor {0} does not start at a multiple of {1}', quoteName(name), alignment));
    }
    const dtype = GGML_TYPES.get(type);
    if (dtype === undefined) {
      left.set(otherType(type), (left.get(otherType(type)) ?? 0) + 1);
      continue;
    }
    if (isBlockType(dtype) && (shape.at(-1) ?? 1) % BLOCKS[dtype].elements !== 0) {
      const rows = l10n.t('rows of {0} elements, no whole blocks of {1}', shape.at(-1) ?? 1, DTYPES[dtype].label);
      throw malformed(file, l10n.t('tensor {0} has {1}', quoteName(name), rows));
    }
    const byteLength = count * DTYPES[dtype].bytes;
    tensors.push({ name, dtype, shape, strides: null, file: 0, offset: start + offset, byteLength });
  }
  return { tensors, left };
}

function leftWarnings(left: ReadonlyMap<string, number>, file: string): Warning[] {
  if (left.size === 0) return [];
  const shown = Array.from(left, ([type, count]) => l10n.t('{0} of {1}', groupDigits(count), type)).join(', ');
  const message = l10n.t('{0} holds tensors of types that are not read: {1}; they are left out.', file, shown);
  return [{ code: 'tensors-left-out', message }];
}

async function open(source: ByteSource, options: OpenOptions): Promise<TensorIndex> {
  const cursor = new Cursor(source);
  await readVersion(cursor);
  const counts = await cursor.take(16, () => l10n.t('the header'));
  const tensorCount = counts.getBigUint64(0, true);
  const pairCount = counts.getBigUint64(8, true);
  const pairs = checkCount(cursor, pairCount, PAIR_BYTES, MAX_PAIRS, (n) =>
    l10n.t('the header counts {0} pairs of metadata', n),
  );
  const most = checkCount(cursor, tensorCount, TENSOR_BYTES, MAX_TENSORS, (n) =>
    l10n.t('the header counts {0} tensors', n),
  );
  const metadata = new MetadataReader(cursor);
  for (let index = 0; index < pairs; index++) await metadata.pair();
  const listed: Listed[] = [];
  for (let index = 0; index < most; index++) listed.push(await readTensor(cursor));
  const { settings, alignment } = metadata;
  const dataStart = Math.ceil(cursor.at / alignment) * alignment;
  const { tensors, left } = placeTensors(listed, dataStart, alignment, source.name);
  const warnings = leftWarnings(left, source.name);
  if (tensors.length === 0) {
    const why = warnings[0]?.message ?? l10n.t('its header lists none');
    const advice = l10n.t('choose the file with the weights, in another quantisation');
    throw new CheckpointError(
      'not-a-checkpoint',
      source.name,
      l10n.t('it holds no tensors that can be read: {0}', why),
      advice,
    );
  }
  const index = { format: 'gguf', files: [source.name], settings } as const;
  const dataEnd = tensors.reduce((end, { offset, byteLength }) => Math.max(end, offset + byteLength), dataStart);
  if (dataEnd <= source.size) return { ...index, tensors, warnings };
  if (dataEnd > 2 * source.size + 2 ** 40) {
    throw malformed(source.name, l10n.t('the header lists {0} bytes of tensor data', groupDigits(dataEnd - dataStart)));
  }
  const section = { file: source.name, fileSize: source.size, dataStart, dataEnd, saidBy: 'header' as const };
  const cut = cutShort(section, tensors);
  return { ...index, tensors: cut.whole, warnings: [allowCut(cut, options.partial ?? false), ...warnings] };
}

/** GGUF of llama.cpp: metadata, a list of tensors, then their data. Specification: docs/gguf.md of ggml. */
export const gguf: CheckpointFormat = {
  ids: ['gguf'],
  label: 'GGUF',
  probe: (head) => head[0] === 0x47 && head[1] === 0x47 && head[2] === 0x55 && head[3] === 0x46,
  open: (source, _folder, options) => open(source, options),
};
