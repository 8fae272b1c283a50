import { type BlurKernels, blurKernels } from './gaussian.js';
import { type Kernels, loadKernels } from './kernels/kernels.js';
import type { SiftParameters } from './parameters.js';

/** Memory in which the pictures of one octave after the other are made. */
export interface Workspace {
  readonly kernels: Kernels;
  /** All of the memory. */
  readonly bytes: Uint8Array;
  readonly floats: Float32Array;
  readonly integers: Int32Array;
  readonly parameters: SiftParameters;
  readonly blurs: BlurKernels;
  readonly layout: Layout;
}

/** Pointers into the memory, in bytes. */
interface Layout {
  /** Kernel of the blur at hand. */
  readonly weights: number;
  /** One row with its mirrored ends. */
  readonly line: number;
  /** The rows under the kernel, blurred along themselves, and pointers to them from the uppermost down. */
  readonly ring: number;
  readonly rows: number;
  /** Three rows of each difference of Gaussians. */
  readonly differences: number;
  /** Columns of the candidates of a row. */
  readonly columns: number;
  /** What `refine` finds. */
  readonly extremum: number;
  /** Weights of the rows and columns around a keypoint, and the histogram of its gradients. */
  readonly rowWeights: number;
  readonly columnWeights: number;
  readonly rawHistogram: number;
  readonly histogram: number;
  /** The Gaussian pictures, of equal size. */
  readonly pictures: number;
  readonly end: number;
}

/** First byte that the kernels' own data never uses. */
const HEAP_START = 8_192;

/** Bytes of one WebAssembly page; a memory has at most as many pages. */
const PAGE = 65_536;

/** Kernels take rows in blocks of this many float32. */
const BLOCK = 16;

/** Most bytes the detector can work in, what a WebAssembly memory can have: enough for 44 million pixels with the default parameters. */
export const MAX_WORKING_BYTES = PAGE * PAGE;

/** A memory of up to this size is kept for the next picture, since new memory makes a detection half as long again; 640 x 480 pixels need 36 MB. */
const MAX_KEPT_BYTES = 2 ** 26;

let spare: Kernels | null = null;

/** Elements from one row of a picture to the next. */
export function strideOf(width: number): number {
  return Math.ceil(width / BLOCK) * BLOCK;
}

/** Bytes that the detector needs for a picture of this size: chiefly `nOctaveLayers + 3` float32 pictures of four times its pixels. */
export function workingBytes(width: number, height: number, parameters: SiftParameters): number {
  return layoutOf(2 * width, 2 * height, parameters.nOctaveLayers, blurKernels(parameters)).end;
}

/** @throws RangeError when the picture needs more than `MAX_WORKING_BYTES`, or more than the machine has. */
export function openWorkspace(width: number, height: number, parameters: SiftParameters): Workspace {
  const blurs = blurKernels(parameters);
  const layout = layoutOf(2 * width, 2 * height, parameters.nOctaveLayers, blurs);
  if (layout.end > MAX_WORKING_BYTES) throw new RangeError(`${layout.end} bytes are more than the detector can have`);
  const kernels = spare ?? loadKernels();
  spare = null;
  const { memory } = kernels;
  const missing = layout.end - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  const { buffer } = memory;
  const bytes = new Uint8Array(buffer);
  return {
    kernels,
    bytes,
    floats: new Float32Array(buffer),
    integers: new Int32Array(buffer),
    parameters,
    blurs,
    layout,
  };
}

/** Gives the memory back; the workspace must not be used any more. */
export function closeWorkspace({ kernels }: Workspace): void {
  if (kernels.memory.buffer.byteLength <= MAX_KEPT_BYTES) spare = kernels;
}

function layoutOf(width: number, height: number, nOctaveLayers: number, blurs: BlurKernels): Layout {
  const stride = strideOf(width);
  const taps = Math.max(...[blurs.first, ...blurs.further].map((weights) => weights.length));
  let end = HEAP_START;
  /** Pointer to elements of four bytes, rounded up to whole blocks. */
  const take = (elements: number) => {
    const pointer = end;
    end += 4 * strideOf(elements);
    return pointer;
  };
  const weights = take(taps);
  const line = take(stride + taps);
  const ring = take(taps * stride);
  const rows = take(taps);
  const differences = take(3 * (nOctaveLayers + 2) * stride + BLOCK);
  const columns = take(stride);
  const extremum = take(BLOCK);
  const rowWeights = take(height);
  const columnWeights = take(stride + BLOCK);
  const rawHistogram = take(3 * BLOCK);
  const histogram = take(3 * BLOCK);
  const pictures = take((nOctaveLayers + 3) * stride * height);
  // Spelled out: an object that is spread has another hidden class in every call, and V8 throws away what it compiled for the one before.
  return {
    weights,
    line,
    ring,
    rows,
    differences,
    columns,
    extremum,
    rowWeights,
    columnWeights,
    rawHistogram,
    histogram,
    pictures,
    end,
  };
}
