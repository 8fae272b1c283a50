/** One number a patch, row by row. */
export interface PatchMap {
  readonly rows: number;
  readonly columns: number;
  /** rows * columns numbers. */
  readonly values: Float32Array | Float64Array;
}

/** What lies between the centres of patches: a curve through their values, or each patch as it is. */
export type Between = 'smooth' | 'patches';

/** A picture that a canvas or an encoder takes as it is. */
export interface RgbaPicture {
  readonly width: number;
  readonly height: number;
  /** width * height * 4 bytes; opaque. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** Values of a map at the centres of the pixels of a picture that the grid covers exactly, (height, width). */
export function interpolate(map: PatchMap, width: number, height: number, between: Between): Float32Array {
  const centres = (pixels: number, patches: number): Float64Array =>
    Float64Array.from({ length: pixels }, (_, i) => ((i + 0.5) * patches) / pixels);
  return valuesAt(map, centres(width, map.columns), centres(height, map.rows), between);
}

/**
 * Values of a map on a lattice, (ys, xs). Smooth: the Catmull-Rom spline, which passes through every patch's value at its centre;
 * the patches at the edges go on outside.
 * @param xs places in patch sides from the left edge of the grid; `ys` from the top.
 */
export function valuesAt(map: PatchMap, xs: Float64Array, ys: Float64Array, between: Between): Float32Array {
  const { rows, columns, values } = map;
  const across = tapsOf(xs, columns, between);
  const down = tapsOf(ys, rows, between);
  const wide = new Float32Array(rows * xs.length);
  for (let row = 0, to = 0; row < rows; row++) {
    for (let x = 0; x < xs.length; x++, to++) {
      let sum = 0;
      for (let t = x * TAPS; t < (x + 1) * TAPS; t++) {
        sum += (values[row * columns + (across.places[t] ?? 0)] ?? 0) * (across.weights[t] ?? 0);
      }
      wide[to] = sum;
    }
  }
  const found = new Float32Array(ys.length * xs.length);
  for (let y = 0, to = 0; y < ys.length; y++) {
    const t = y * TAPS;
    const starts = [0, 1, 2, 3].map((tap) => (down.places[t + tap] ?? 0) * xs.length);
    const [a = 0, b = 0, c = 0, d = 0] = starts;
    const [wa = 0, wb = 0, wc = 0, wd = 0] = down.weights.subarray(t, t + TAPS);
    for (let x = 0; x < xs.length; x++, to++) {
      found[to] = (wide[a + x] ?? 0) * wa + (wide[b + x] ?? 0) * wb + (wide[c + x] ?? 0) * wc + (wide[d + x] ?? 0) * wd;
    }
  }
  return found;
}

/** Patches that each place takes its value from. */
const TAPS = 4;

/** Patches and weights of each place along one side, TAPS a place. */
function tapsOf(at: Float64Array, patches: number, between: Between): { places: Int32Array; weights: Float64Array } {
  const places = new Int32Array(at.length * TAPS);
  const weights = new Float64Array(at.length * TAPS);
  const inside = (patch: number): number => Math.max(0, Math.min(patches - 1, patch));
  at.forEach((place, i) => {
    const first = between === 'smooth' ? Math.floor(place - 0.5) : Math.floor(place);
    const own = between === 'smooth' ? catmullRom(place - 0.5 - first) : PATCH;
    for (let tap = 0; tap < TAPS; tap++) {
      places[i * TAPS + tap] = inside(first - 1 + tap);
      weights[i * TAPS + tap] = own[tap] ?? 0;
    }
  });
  return { places, weights };
}

const PATCH = [0, 1, 0, 0] as const;

/** Weights of the four values around a place that lies `t`, 0..1, after the second. */
function catmullRom(t: number): readonly number[] {
  return [
    (((2 - t) * t - 1) * t) / 2,
    (t * t * (3 * t - 5) + 2) / 2,
    (((4 - 3 * t) * t + 1) * t) / 2,
    ((t - 1) * t * t) / 2,
  ];
}
