import type { SourceOf } from '../analysis/layer.js';
import type { CosineAttention, PatchGrid } from './forward.js';
import { readMatrixView } from '../tensors/read.js';
import { readLinear } from './weights-in-memory.js';

/** The bias is this much at most, and 0 at least. */
const LARGEST = 16;

/** Ways as long as a window count as this many. */
const FAR = 8;

/**
 * The table of relative positions that Swin V2 makes of the ways between places of a window, (entries, heads), entries as in `windowIndex`:
 * 16 sigmoid(MLP(sign(d) log2(1 + |d|) / 3)), d = 8 way / (side - 1).
 */
export async function continuousBias(
  { hidden, bias, over, ways }: CosineAttention,
  [rows, columns]: PatchGrid,
  sourceOf: SourceOf,
): Promise<Float32Array> {
  const [first, last] = await Promise.all([readLinear(hidden, sourceOf), readLinear(bias, sourceOf)]);
  const pairs =
    ways === null
      ? waysBetween([rows, columns], [over ?? rows, over ?? columns])
      : await readMatrixView(await sourceOf(ways.tensor.file), ways, sourceOf);
  const entries = (2 * rows - 1) * (2 * columns - 1);
  if (pairs.length !== 2 * entries)
    throw new Error(`${pairs.length / 2} ways are none of a window of ${rows} x ${columns}`);
  const table = new Float32Array(entries * last.rows);
  const inner = new Float64Array(first.rows);
  for (let entry = 0, at = 0; entry < entries; entry++) {
    const [y, x] = [pairs[2 * entry] ?? NaN, pairs[2 * entry + 1] ?? NaN];
    for (let unit = 0; unit < inner.length; unit++) {
      const sum = (first.weight[2 * unit] ?? NaN) * y + (first.weight[2 * unit + 1] ?? NaN) * x;
      inner[unit] = Math.max(0, sum + (first.bias?.[unit] ?? 0));
    }
    for (let head = 0; head < last.rows; head++, at++) {
      let sum = last.bias?.[head] ?? 0;
      for (let unit = 0; unit < inner.length; unit++) {
        sum += (last.weight[head * inner.length + unit] ?? NaN) * (inner[unit] ?? NaN);
      }
      table[at] = LARGEST / (1 + Math.exp(-sum));
    }
  }
  return table;
}

/** Ways down and to the right between places, as the MLP reads them, (entries, 2). */
function waysBetween(size: PatchGrid, over: PatchGrid): Float64Array {
  const [down, right] = [waysAlong(size[0], over[0]), waysAlong(size[1], over[1])];
  return Float64Array.from(down.flatMap((y) => right.flatMap((x) => [y, x])));
}

/** From the longest way back to the longest ahead. */
function waysAlong(places: number, over: number): number[] {
  return Array.from({ length: 2 * places - 1 }, (_, index) => {
    const way = ((index - places + 1) / Math.max(over - 1, 1)) * FAR;
    return (Math.sign(way) * Math.log2(Math.abs(way) + 1)) / Math.log2(FAR);
  });
}
