import { Arena, loadKernels } from '../linalg/kernels/kernels.js';
import type { PatchGrid, Resampling } from './forward.js';

/** Share of one sample in another. */
interface Tap {
  readonly index: number;
  readonly weight: number;
}

/** Ways to bring a grid of vectors to another size; `bilinear` as PyTorch's `interpolate` with align_corners=False. */
export type GridResampling = Resampling | 'bilinear';

/** Those that take neighbours however large the step is. */
type Interpolation = Exclude<GridResampling, 'bicubic-antialias'>;

/** Keys' cubic convolution kernel; a = -0.75 without antialiasing and -0.5 with it, as PyTorch has them. */
function cubic(x: number, a: number): number {
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((d - 5) * d + 8) * a * d - 4 * a : 0;
}

function clamp(value: number, last: number): number {
  return Math.min(Math.max(value, 0), last);
}

/** @param step distance between neighbours of the output, in samples of the input. */
function interpolating(size: number, position: number, step: number, way: Interpolation): Tap[] {
  const centre = way === 'bilinear-corners' ? step * position : step * (position + 0.5) - 0.5;
  const source = way === 'bicubic' ? centre : Math.max(centre, 0);
  const first = Math.floor(source);
  const along = source - first;
  if (way !== 'bicubic') {
    return [
      { index: clamp(first, size - 1), weight: 1 - along },
      { index: clamp(first + 1, size - 1), weight: along },
    ];
  }
  return [-1, 0, 1, 2].map((near) => ({ index: clamp(first + near, size - 1), weight: cubic(near - along, -0.75) }));
}

function antialiased(size: number, position: number, step: number): Tap[] {
  const widening = Math.max(step, 1);
  const centre = step * (position + 0.5);
  const from = Math.max(Math.trunc(centre - 2 * widening + 0.5), 0);
  const to = Math.min(Math.trunc(centre + 2 * widening + 0.5), size);
  const taps: Tap[] = [];
  for (let index = from; index < to; index++) {
    taps.push({ index, weight: cubic((index - centre + 0.5) / widening, -0.5) });
  }
  const sum = taps.reduce((total, { weight }) => total + weight, 0);
  return taps.map(({ index, weight }) => ({ index, weight: weight / sum }));
}

/**
 * Brings a grid of vectors to another size, by the kernels: plain loops, which run only once, take 15 ms for the positions of the sample, these 2.
 * @param vectors (rows x columns, width), row by row.
 * @param offset added to the new size before the step between samples is taken; 0 for exact sizes.
 * @returns (rows x columns of `to`, width).
 */
export function resampleGrid(
  vectors: Float64Array,
  width: number,
  from: PatchGrid,
  to: PatchGrid,
  way: GridResampling,
  offset = 0,
): Float32Array {
  const axis = (size: number, wanted: number): Tap[][] => {
    const step = way === 'bilinear-corners' ? (size - 1) / Math.max(wanted - 1, 1) : size / (wanted + offset);
    return Array.from({ length: wanted }, (_, position) =>
      way === 'bicubic-antialias' ? antialiased(size, position, step) : interpolating(size, position, step, way),
    );
  };
  const [rows, columns] = to;
  const kernels = loadKernels();
  const arena = new Arena(kernels);
  const given = arena.take(vectors.length);
  const wide = arena.take(from[0] * columns * width);
  const out = arena.take(rows * columns * width);
  const place = (base: number, index: number): number => base + index * width * Float64Array.BYTES_PER_ELEMENT;
  new Float64Array(kernels.memory.buffer, given, vectors.length).set(vectors);
  for (const [column, taps] of axis(from[1], columns).entries()) {
    for (let row = 0; row < from[0]; row++) {
      const target = place(wide, row * columns + column);
      for (const { index, weight } of taps) {
        kernels.addScaled(target, weight, place(given, row * from[1] + index), width);
      }
    }
  }
  for (const [row, taps] of axis(from[0], rows).entries()) {
    for (const { index, weight } of taps) {
      // A row of the grid is one run.
      kernels.addScaled(place(out, row * columns), weight, place(wide, index * columns), columns * width);
    }
  }
  return Float32Array.from(new Float64Array(kernels.memory.buffer, out, rows * columns * width));
}
