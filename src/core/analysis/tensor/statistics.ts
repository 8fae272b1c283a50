import { elementCount } from '../../tensors/tensor-index.js';
import { rowsOf, tableOf, type TensorPlace } from './rows.js';

/** Bars of the histogram. */
const BINS = 64;

/** Elements of a tensor in numbers. */
export interface TensorStatistics {
  readonly count: number;
  readonly notANumber: number;
  readonly infinite: number;
  readonly zeros: number;
  /** Of the finite elements; null where there is none. */
  readonly finite: FiniteStatistics | null;
}

/** Elements that are neither NaN nor infinite. */
export interface FiniteStatistics {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Square root of the mean squared distance from the mean. */
  readonly deviation: number;
  /** How many lie in each of the equal parts from `min` to `max`; one part where they are equal. */
  readonly histogram: readonly number[];
}

/** What is gathered in the first pass. */
interface Sums {
  notANumber: number;
  infinite: number;
  zeros: number;
  finite: number;
  min: number;
  max: number;
  mean: number;
  squares: number;
}

/**
 * Statistics of all elements of a tensor, read in two passes: extremes and moments (Welford, chunk by chunk, as Chan, Golub and LeVeque
 * 1979 join them), then the histogram between the extremes.
 */
export async function tensorStatistics(place: TensorPlace): Promise<TensorStatistics> {
  const { rows } = tableOf(place.tensor);
  const sums: Sums = {
    ...{ notANumber: 0, infinite: 0, zeros: 0, finite: 0 },
    ...{ min: Infinity, max: -Infinity, mean: 0, squares: 0 },
  };
  for await (const { values } of rowsOf(place, 0, rows)) add(sums, values);
  const { notANumber, infinite, zeros } = sums;
  const count = elementCount(place.tensor.shape);
  if (sums.finite === 0) return { count, notANumber, infinite, zeros, finite: null };
  const { min, max, mean } = sums;
  const histogram = new Array<number>(max > min ? BINS : 1).fill(0);
  for await (const { values } of rowsOf(place, 0, rows)) fill(histogram, values, min, max);
  const deviation = Math.sqrt(sums.squares / sums.finite);
  return { count, notANumber, infinite, zeros, finite: { min, max, mean, deviation, histogram } };
}

function add(sums: Sums, values: Float64Array): void {
  let [finite, sum] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) sums.notANumber++;
    else if (!Number.isFinite(value)) sums.infinite++;
    else {
      if (value === 0) sums.zeros++;
      if (value < sums.min) sums.min = value;
      if (value > sums.max) sums.max = value;
      finite++;
      sum += value;
    }
  }
  if (finite === 0) return;
  const mean = sum / finite;
  let squares = 0;
  for (const value of values) if (Number.isFinite(value)) squares += (value - mean) ** 2;
  const all = sums.finite + finite;
  const apart = mean - sums.mean;
  sums.squares += squares + (apart ** 2 * sums.finite * finite) / all;
  sums.mean += (apart * finite) / all;
  sums.finite = all;
}

function fill(histogram: number[], values: Float64Array, min: number, max: number): void {
  const bins = histogram.length;
  // Halves, since the distance of two float64 may be beyond them.
  const width = max / 2 - min / 2;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    const bin = width > 0 ? Math.min(bins - 1, Math.floor(((value / 2 - min / 2) / width) * bins)) : 0;
    histogram[bin] = (histogram[bin] ?? 0) + 1;
  }
}
