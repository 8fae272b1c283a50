import { exportsKernels, type KernelMemory, loadKernels as load } from '../../../wasm/load-kernels.js';
import { KERNELS_BASE64 } from './kernels.generated.js';

/** Functions of the compiled kernels (`assembly/`); pointers and strides are bytes of `memory`. */
export interface Kernels {
  readonly memory: KernelMemory;
  /** What each patch attends to among the others, summed: rows of `ROW_SUMS`. */
  lookAtRows(attention: number, stride: number, patches: number, weights: number, row: number, out: number): void;
  /** Transforms of the products of weights at each displacement. */
  weigh(
    weights: number,
    rows: number,
    columns: number,
    displacements: number,
    count: number,
    across: number,
    down: number,
    work: number,
    spectra: number,
  ): void;
  /** Transform of the sums for all shifts. */
  correlate(
    attention: number,
    stride: number,
    factors: number,
    factorStride: number,
    rows: number,
    columns: number,
    displacements: number,
    count: number,
    across: number,
    down: number,
    work: number,
    spectra: number,
    spectrum: number,
    total: number,
  ): void;
}

const FUNCTIONS = ['lookAtRows', 'weigh', 'correlate'] as const satisfies readonly (keyof Kernels)[];

const isKernels = (exports: object): exports is Kernels => exportsKernels(exports, FUNCTIONS);

/** A fresh instance of the kernels with a memory of its own. */
export function loadKernels(): Kernels {
  return load(KERNELS_BASE64, isKernels);
}
