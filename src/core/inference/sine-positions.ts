import type { PatchGrid } from './forward.js';

/** Base of the wavelengths. */
const BASE = 10_000;

/**
 * Positions computed from sines, as big_vision's `posemb_sincos_2d` (arXiv 2205.01580): sine and cosine of the column, then of the row.
 * @returns (rows x columns, width); `width` is a multiple of four.
 */
export function sinePositions([rows, columns]: PatchGrid, width: number): Float32Array {
  const quarter = width / 4;
  const speeds = Array.from({ length: quarter }, (_, i) => BASE ** -(i / (quarter - 1)));
  const out = new Float32Array(rows * columns * width);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at += width) {
      for (const [i, speed] of speeds.entries()) {
        out[at + i] = Math.sin(column * speed);
        out[at + quarter + i] = Math.cos(column * speed);
        out[at + 2 * quarter + i] = Math.sin(row * speed);
        out[at + 3 * quarter + i] = Math.cos(row * speed);
      }
    }
  }
  return out;
}
