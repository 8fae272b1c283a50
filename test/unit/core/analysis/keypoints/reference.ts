import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { expect } from 'vitest';
import { toKeypoints, type Keypoints } from '../../../../../src/core/image/sift/keypoints.js';
import { FIXTURES } from '../../../support/fixtures.js';
import { randomNumbers } from '../../../support/random.js';

const numbers = v.array(v.number());
const interrelation = v.object({ value: numbers, null_mean: numbers, null_deviation: numbers, p: numbers });
const attentionSchema = v.object({
  concentration: numbers,
  group: numbers,
  interrelation: v.object({ scale: interrelation, count: interrelation }),
  group_share: v.array(v.array(numbers)),
  group_ratio: v.array(v.array(numbers)),
  cls_attention: v.array(numbers),
  spurious: v.object({ off_ratio: v.number(), log2_lift: v.number() }),
  prompting: v.array(
    v.object({ guide: v.picklist(['keypoints', 'target']), strength: v.number(), cls_on_target: v.number() }),
  ),
});
const patchesSchema = v.object({
  grid: v.number(),
  count: numbers,
  response: numbers,
  scale: numbers,
  group_by_scale: numbers,
  mask_probability: numbers,
});
const siftSchema = v.object({
  keypoints: v.array(v.tuple([v.number(), v.number(), v.number(), v.number(), v.number(), v.number()])),
  patches: v.record(v.string(), patchesSchema),
});

function json(...parts: readonly string[]): unknown {
  return JSON.parse(readFileSync(path.join(FIXTURES, ...parts), 'utf8'));
}

/** Keypoint figures of layer 8 by an independent program; test/fixtures/attention/README.md says what is there. */
export const keypointFigures = (picture: string) =>
  v.parse(attentionSchema, json('attention', picture, 'keypoints.json'));

/** OpenCV's keypoints of a picture of 224 x 224, and what they make of its patches by side of the patch. */
export function siftGolden(name: string) {
  const { keypoints, patches } = v.parse(siftSchema, json('sift', `${name}.224.json`));
  const list = keypoints.map(([x, y, size, angle, response, octave]) => ({ x, y, size, angle, response, octave }));
  return { keypoints: toKeypoints(list), patches };
}

/** Equal within a part of the expected value. */
export function expectWithin(found: number | null | undefined, expected: number, relative: number): void {
  expect(Math.abs((found ?? NaN) - expected)).toBeLessThanOrEqual(relative * Math.abs(expected));
}

/** Attention of random tokens, each row summing to 1. */
export function randomAttention(count: number, seed: number): Float32Array {
  const next = randomNumbers(seed);
  const attention = Float32Array.from({ length: count * count }, () => next() ** 4);
  for (let i = 0; i < count; i++) {
    const row = attention.subarray(i * count, (i + 1) * count);
    const sum = row.reduce((all, value) => all + value, 0);
    row.forEach((value, j) => (row[j] = value / sum));
  }
  return attention;
}

export const NO_KEYPOINTS: Keypoints = toKeypoints([]);
