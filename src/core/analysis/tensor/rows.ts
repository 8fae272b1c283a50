import type { ByteSource } from '../../bytes/byte-source.js';
import type { OtherFiles } from '../../tensors/unpack.js';
import { readMatrixView } from '../../tensors/read.js';
import { elementCount, type TensorEntry } from '../../tensors/tensor-index.js';

/** Elements held at once: 16 MiB as float64. */
const CHUNK = 2 ** 21;

/** Where a tensor's bytes are. */
export interface TensorPlace {
  readonly tensor: TensorEntry;
  readonly source: ByteSource;
  /** The other files of the checkpoint, for tensors that lie in several. */
  readonly others: OtherFiles | null;
}

/** A run of rows of a tensor that is seen as a table, its last axis along the columns. */
export interface Rows {
  readonly first: number;
  readonly count: number;
  /** (count, columns). */
  readonly values: Float64Array;
}

/** Rows and columns of a tensor as a table; a vector is one row, a single number one of one. */
export function tableOf({ shape }: TensorEntry): { readonly rows: number; readonly columns: number } {
  const columns = shape.at(-1) ?? 1;
  return { rows: columns === 0 ? 0 : elementCount(shape) / columns, columns };
}

/** Reads rows of a tensor one run after the other; no more than 16 MiB are held. @throws CheckpointError. */
export async function* rowsOf(
  { tensor, source, others }: TensorPlace,
  first: number,
  count: number,
): AsyncGenerator<Rows> {
  const { columns } = tableOf(tensor);
  const step = Math.max(1, Math.floor(CHUNK / Math.max(1, columns)));
  for (let at = first; at < first + count; at += step) {
    const rows = Math.min(step, first + count - at);
    const view = { tensor, rowStart: at, rows, columns, transposed: false };
    yield { first: at, count: rows, values: await readMatrixView(source, view, others) };
  }
}
