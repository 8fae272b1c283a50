// Times the interrelation of all heads of the sample's size with every shift around the torus, on one thread.
import { KeypointAnalysis } from '../../src/core/analysis/keypoints/keypoint-analysis.js';

const GRID = [16, 16] as const;
const PATCHES = 256;
const HEADS = 72;
const ROUNDS = 5;

/** Repeatable numbers in [0, 1). */
function numbers(length: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  });
}

const attention = Float32Array.from(numbers((PATCHES + 1) ** 2, 2));
for (let i = 0; i <= PATCHES; i++) {
  const row = attention.subarray(i * (PATCHES + 1), (i + 1) * (PATCHES + 1));
  const sum = row.reduce((all, value) => all + value, 0);
  for (let j = 0; j < row.length; j++) row[j] = (row[j] ?? 0) / sum;
}
const analysis = new KeypointAnalysis({ kind: 'scale', grid: GRID, values: numbers(PATCHES, 1), places: PATCHES });
const times = Array.from({ length: ROUNDS }, () => {
  const started = performance.now();
  for (let head = 0; head < HEADS; head++) analysis.head(attention, 1);
  return performance.now() - started;
}).sort((a, b) => a - b);
console.log(
  `interrelation of ${String(HEADS)} heads, ${String(PATCHES - 1)} shifts each: ${(times[Math.floor(ROUNDS / 2)] ?? NaN).toFixed(0)} ms, median of ${String(ROUNDS)}`,
);
