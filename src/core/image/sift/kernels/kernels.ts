import { exportsKernels, type KernelMemory, loadKernels as load } from '../../../wasm/load-kernels.js';
import { KERNELS_BASE64 } from './kernels.generated.js';

/** Functions of the compiled kernels (`assembly/`); pointers and strides are bytes of `memory`. */
export interface Kernels {
  readonly memory: KernelMemory;
  blurRows(
    source: number,
    target: number,
    width: number,
    height: number,
    stride: number,
    weights: number,
    radius: number,
    line: number,
    ring: number,
    rows: number,
    from: number,
    to: number,
  ): void;
  doubleRow(near: number, far: number, width: number, out: number): void;
  halveRow(source: number, out: number, bytes: number): void;
  differenceRow(lower: number, upper: number, target: number, bytes: number): void;
  scanRow(
    before: number,
    layer: number,
    after: number,
    up: number,
    at: number,
    down: number,
    first: number,
    end: number,
    threshold: number,
    out: number,
  ): number;
  gradientHistogram(
    source: number,
    stride: number,
    rows: number,
    columns: number,
    rowWeights: number,
    columnWeights: number,
    raw: number,
    histogram: number,
  ): void;
  refine(
    pictures: number,
    step: number,
    stride: number,
    width: number,
    height: number,
    border: number,
    layers: number,
    contrastThreshold: number,
    edgeThreshold: number,
    layer: number,
    row: number,
    column: number,
    out: number,
  ): number;
}

const FUNCTIONS = [
  'blurRows',
  'doubleRow',
  'halveRow',
  'differenceRow',
  'scanRow',
  'gradientHistogram',
  'refine',
] as const satisfies readonly (keyof Kernels)[];

const isKernels = (exports: object): exports is Kernels => exportsKernels(exports, FUNCTIONS);

/** A fresh instance of the kernels with a memory of its own. */
export function loadKernels(): Kernels {
  return load(KERNELS_BASE64, isKernels);
}
