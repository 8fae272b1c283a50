import { Arena, type Kernels, loadKernels } from '../../linalg/kernels/kernels.js';

/** A matrix row by row. */
export interface Rows {
  readonly values: Float32Array | Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** Rows of the left factor that are multiplied at a time: memory for a block and its result stays within a few megabytes at any number of tokens. */
const BLOCK = 128;

/**
 * Products of tokens with weights and of queries with keys, in memory of its own.
 * The kernels of the head analysis do the work: 257 tokens of 384 by 64 rows take 1 ms in float64, plain loops 12 ms.
 */
export class Products {
  private readonly kernels: Kernels = loadKernels();
  private readonly arena = new Arena(this.kernels);

  /** A B^T, (rows of a, rows of b). */
  transposed(a: Rows, b: Rows): Float64Array {
    const out = new Float64Array(a.rows * b.rows);
    this.byBlocks(a, b, (first, product) => out.set(product, first * b.rows));
    return out;
  }

  /**
   * The same block after block: `use` gets the first row and the rows of the product, which it may change and must not keep.
   * Factors of different numbers of columns are an error of the program.
   */
  byBlocks(a: Rows, b: Rows, use: (firstRow: number, product: Float64Array) => void): void {
    if (a.columns !== b.columns) throw new Error(`a product of ${a.columns} with ${b.columns} columns`);
    const stride = a.columns + (a.columns & 1);
    const { arena, kernels } = this;
    arena.reset();
    const left = arena.take(BLOCK * stride);
    const right = arena.take(b.rows * stride);
    const product = arena.take(BLOCK * b.rows);
    this.fill(right, b, 0, b.rows, stride);
    for (let first = 0; first < a.rows; first += BLOCK) {
      const rows = Math.min(BLOCK, a.rows - first);
      this.fill(left, a, first, rows, stride);
      kernels.multiplyTransposed(left, right, rows, b.rows, a.columns, stride, product, b.rows, false);
      use(first, this.view(product, rows * b.rows));
    }
  }

  private fill(pointer: number, { values, columns }: Rows, first: number, rows: number, stride: number): void {
    const view = this.view(pointer, rows * stride);
    if (stride === columns) view.set(values.subarray(first * columns, (first + rows) * columns));
    else {
      for (let row = 0; row < rows; row++) {
        view.set(values.subarray((first + row) * columns, (first + row + 1) * columns), row * stride);
      }
    }
  }

  private view(pointer: number, length: number): Float64Array {
    return new Float64Array(this.kernels.memory.buffer, pointer, length);
  }
}
