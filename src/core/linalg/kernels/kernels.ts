import { exportsKernels, type KernelMemory, loadKernels as load } from '../../wasm/load-kernels.js';
import { KERNELS_BASE64 } from './kernels.generated.js';

/** Functions of the compiled kernels (`assembly/`); pointers are bytes into `memory`, strides and sizes count float64 elements. */
export interface Kernels {
  readonly memory: KernelMemory;
  /** W <- W diag(gain) P in place. */
  fold(w: number, rows: number, columns: number, stride: number, gain: number, centre: boolean): void;
  /** Sum of the squared spacing of the stored type times the gain. */
  roundingSum(w: number, rows: number, columns: number, stride: number, squares: number, gain: number): number;
  /** w <- Q^T, lower <- R^T of W^T = Q R; `work` holds 2 * rows elements. */
  orthogonalise(
    w: number,
    rows: number,
    columns: number,
    stride: number,
    lower: number,
    lowerStride: number,
    work: number,
  ): void;
  /** out = A B^T. */
  multiplyTransposed(
    a: number,
    b: number,
    rowsA: number,
    rowsB: number,
    columns: number,
    stride: number,
    out: number,
    outStride: number,
    symmetric: boolean,
  ): void;
  /** Singular values and vectors (rows of left and right) of a square matrix, which is overwritten; 0 when it does not converge. */
  decompose(a: number, size: number, stride: number, values: number, left: number, right: number, work: number): number;
  /** A <- L of A = L L^T; 0 when A is not numerically definite. */
  factorise(a: number, size: number, stride: number): number;
  invertLower(l: number, size: number, stride: number, out: number): void;
  squaredNorm(a: number, rows: number, columns: number, stride: number): number;
  transpose(a: number, size: number, stride: number, out: number): void;
  dot(a: number, b: number, length: number): number;
  /** target += factor * source. */
  addScaled(target: number, factor: number, source: number, length: number): void;
  /** `to` gets `count` float64, a multiple of four, out of the float16 at `from`; 0 where one of them is infinite or NaN, which this does not give. */
  widenHalves(from: number, count: number, to: number): number;
}

const FUNCTIONS = [
  'fold',
  'roundingSum',
  'orthogonalise',
  'multiplyTransposed',
  'decompose',
  'factorise',
  'invertLower',
  'squaredNorm',
  'transpose',
  'dot',
  'addScaled',
  'widenHalves',
] as const satisfies readonly (keyof Kernels)[];

const isKernels = (exports: object): exports is Kernels => exportsKernels(exports, FUNCTIONS);

/** A fresh instance of the kernels with a memory of its own. */
export function loadKernels(): Kernels {
  return load(KERNELS_BASE64, isKernels);
}

/** Bytes of one WebAssembly page. */
const PAGE = 65_536;

/** First byte that the kernels' own data never uses. */
const HEAP_START = 8_192;

/** Hands out runs of float64 in the kernels' memory, front to back. */
export class Arena {
  private next = HEAP_START;

  constructor(private readonly kernels: Pick<Kernels, 'memory'>) {}

  /** Pointer to `length` zeroed elements, aligned to 16 bytes; all views made before become invalid. */
  take(length: number): number {
    const pointer = this.next;
    this.next += Math.ceil(length / 2) * 16;
    const { memory } = this.kernels;
    const missing = this.next - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    new Float64Array(memory.buffer, pointer, length).fill(0);
    return pointer;
  }

  /** Forgets all runs. */
  reset(): void {
    this.next = HEAP_START;
  }
}
