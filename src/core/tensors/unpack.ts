import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../bytes/byte-source.js';
import { checkRange } from '../bytes/checked-read.js';
import { inflateStart, InflateProblem } from '../bytes/inflate.js';
import { groupDigits, quoteName } from '../bytes/quote.js';
import { CheckpointError } from '../errors.js';
import { typedData } from '../onnx/typed-data.js';
import { WireProblem } from '../onnx/wire.js';
import { DTYPES } from './dtype.js';
import { elementCount, type Chunk, type Chunks, type TensorEntry } from './tensor-index.js';
import { undoFilter } from './unchunk.js';

/** Opened files of a checkpoint by their position in the tensor index. */
export type OtherFiles = (file: number) => Promise<ByteSource>;

/** Where the bytes of a tensor can be read as one run. */
export interface Unpacked {
  readonly source: ByteSource;
  readonly tensor: TensorEntry;
}

/** Largest tensor that is unpacked in memory: 1 GiB, ten times the largest attention matrix published in such files. */
const MAX_UNPACKED_BYTES = 2 ** 30;
/** Chunks read at the same time: enough to keep a disk busy. */
const CONCURRENT_READS = 8;

function inMemory(name: string, bytes: Uint8Array<ArrayBuffer>): ByteSource {
  return {
    name,
    size: bytes.length,
    read(offset, length) {
      checkRange(name, bytes.length, offset, length);
      return Promise.resolve(bytes.subarray(offset, offset + length));
    },
  };
}

function damaged(tensor: TensorEntry, file: string, why: string): CheckpointError {
  const problem = l10n.t('the data of {0} cannot be unpacked: {1}', quoteName(tensor.name), why);
  return new CheckpointError('malformed', file, problem, l10n.t('the file is damaged; download or copy it again'));
}

function scattered(tensor: TensorEntry, file: string): CheckpointError {
  const problem = l10n.t('{0} lies in several files, which cannot be joined for this', quoteName(tensor.name));
  const advice = l10n.t('convert the checkpoint with torch.distributed.checkpoint.format_utils dcp_to_torch');
  return new CheckpointError('unsupported', file, problem, advice);
}

/** Copies the part of a chunk that lies in the tensor to its place, row by row of the last axis. */
function place(chunk: Chunk, bytes: Uint8Array, whole: readonly number[], size: number, out: Uint8Array): void {
  const axes = whole.length;
  const extent = whole.map((length, axis) =>
    Math.max(0, Math.min(chunk.shape[axis] ?? 0, length - (chunk.start[axis] ?? 0))),
  );
  const rowLength = (axes === 0 ? 1 : (extent[axes - 1] ?? 0)) * size;
  const rows = elementCount(extent.slice(0, -1));
  if (rowLength === 0) return;
  const position = new Array<number>(Math.max(0, axes - 1)).fill(0);
  for (let row = 0; row < rows; row++) {
    let from = 0;
    let to = 0;
    for (let axis = 0; axis < axes; axis++) {
      const at = position[axis] ?? 0;
      from = from * (chunk.shape[axis] ?? 0) + at;
      to = to * (whole[axis] ?? 0) + at + (chunk.start[axis] ?? 0);
    }
    out.set(bytes.subarray(from * size, from * size + rowLength), to * size);
    for (let axis = axes - 2; axis >= 0; axis--) {
      position[axis] = (position[axis] ?? 0) + 1;
      if ((position[axis] ?? 0) < (extent[axis] ?? 0)) break;
      position[axis] = 0;
    }
  }
}

async function joinChunks(
  source: ByteSource,
  tensor: TensorEntry,
  { chunks, shape }: Chunks,
  others: OtherFiles | null,
): Promise<Uint8Array<ArrayBuffer>> {
  const out = new Uint8Array(tensor.byteLength);
  const size = DTYPES[tensor.dtype].bytes;
  const queue = chunks.values();
  const work = async (): Promise<void> => {
    for (const chunk of queue) {
      const elsewhere = chunk.file !== undefined && chunk.file !== tensor.file;
      if (elsewhere && others === null) throw scattered(tensor, source.name);
      const file = elsewhere && others !== null ? await others(chunk.file) : source;
      const full = elementCount(chunk.shape) * size;
      let bytes = await file.read(chunk.offset, chunk.length);
      for (const filter of chunk.filters) bytes = undoFilter(filter, bytes, size, full);
      if (bytes.length !== full) {
        throw damaged(tensor, file.name, l10n.t('a chunk has {0} bytes in place of {1}', bytes.length, full));
      }
      place(chunk, bytes, shape, size, out);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_READS }, work));
  return out;
}

/**
 * Makes the bytes of a tensor one run: as they are where they lie so, else unpacked in memory.
 * @param others the other files of the checkpoint, where a tensor may lie in several.
 * @throws CheckpointError `malformed` for damaged data, `limit` for tensors too large to unpack.
 */
export async function unpack(source: ByteSource, tensor: TensorEntry, others: OtherFiles | null): Promise<Unpacked> {
  const { packing } = tensor;
  if (packing === undefined) return { source, tensor };
  if (tensor.byteLength > MAX_UNPACKED_BYTES) {
    const sizes = l10n.t('{0} bytes, more than {1}', groupDigits(tensor.byteLength), groupDigits(MAX_UNPACKED_BYTES));
    const problem = l10n.t('the packed tensor {0} has {1}', quoteName(tensor.name), sizes);
    throw new CheckpointError('limit', source.name, problem, l10n.t('save it without compression, in one piece'));
  }
  try {
    let bytes: Uint8Array<ArrayBuffer>;
    if (packing.kind === 'deflate') {
      const packed = await source.read(packing.offset, packing.length);
      bytes = inflateStart(packed, packing.skip + tensor.byteLength).subarray(packing.skip);
    } else if (packing.kind === 'numbers') {
      const message = await source.read(packing.offset, packing.length);
      bytes = typedData(message, packing.field, tensor.dtype, elementCount(tensor.shape));
    } else {
      bytes = await joinChunks(source, tensor, packing, others);
    }
    return { source: inMemory(source.name, bytes), tensor };
  } catch (error) {
    if (!(error instanceof InflateProblem || error instanceof WireProblem)) throw error;
    throw damaged(tensor, source.name, error.message);
  }
}
