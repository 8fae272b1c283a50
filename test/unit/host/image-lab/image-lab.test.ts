import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageLab } from '../../../../src/host/image-lab/image-lab.js';
import { readPicture } from '../../../../src/host/image-lab/picture-source.js';
import type { HeadOnImage } from '../../../../src/protocol/image.js';
import { FIXTURES, SAMPLE } from '../../support/analyse.js';
import { fixtureJson } from '../../support/fixtures.js';
import { ask, bundleLab, type LabBundles, labOf } from './support/lab.js';

const REFERENCE = path.join(FIXTURES, 'attention/coffee');
const INPUT = { kind: 'file', path: path.join(REFERENCE, 'input.png') } as const;
const LAYER = 8;
const HEAD = 3;
const TOKENS = 257;

const numbers = v.array(v.number());
const modes = v.object({
  top: numbers,
  contribution: numbers,
  score_variance: v.number(),
  key_bias_contribution: v.number(),
  query_maps: v.array(numbers),
  key_maps: v.array(numbers),
});
const shares = v.object({ share: v.record(v.string(), numbers) });
const sources = v.record(v.string(), shares);
const expected = v.parse(
  v.object({
    patch_label: numbers,
    modes_raw: modes,
    modes_folded: modes,
    preference: v.object({ from_target: sources, from_other: sources }),
  }),
  fixtureJson('attention/coffee/expected.json'),
);

let bundles: LabBundles;
let lab: ImageLab;
beforeAll(async () => {
  bundles = await bundleLab();
  lab = await labOf(bundles, SAMPLE);
  await ask(lab, 'open', { source: INPUT, changes: { size: [224, 224] } });
});
afterAll(async () => {
  await lab.dispose();
  await bundles.delete();
});

async function floats(file: string): Promise<Float32Array> {
  return new Float32Array(new Uint8Array(await readFile(path.join(REFERENCE, file))).buffer);
}

const largestDifference = (one: ArrayLike<number>, other: ArrayLike<number>): number =>
  Array.from(one).reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? NaN))), 0);

// All tolerances: the sample is the model of the reference, rounded to float16.

describe('a picture', () => {
  it('is told with what the model saw and how it was prepared', async () => {
    const card = await ask(lab, 'open', { source: INPUT, changes: { size: [224, 224] } });
    expect(card).toMatchObject({
      name: 'input.png',
      originalSize: [224, 224],
      inputSize: [224, 224],
      grid: [16, 16],
      prefix: ['class'],
      preprocessingFrom: 'changed',
      output: { top: [] },
    });
    const { picture } = await readPicture(INPUT);
    expect(Buffer.compare(card.picture, picture.pixels)).toBe(0);
  });
});

describe('a head on a picture', () => {
  it.each(['folded', 'raw'] as const)('has the figures of the reference in the %s basis', async (basis) => {
    const found = await ask(lab, 'head', { layer: LAYER, head: HEAD, basis });
    const reference = expected[`modes_${basis}`];
    expect(found).toMatchObject({ layer: LAYER, head: HEAD, basis, notes: [] });
    expect(found.entries.slice(0, 6).map(({ first }) => first)).toEqual(reference.top);
    for (const { first, contribution } of found.entries.slice(0, 6)) {
      expect(contribution / (reference.contribution[first] ?? NaN)).toBeCloseTo(1, 2);
    }
    expect(found.scoreVariance / reference.score_variance).toBeCloseTo(1, 2);
    expect(found.keyBias.contribution / reference.key_bias_contribution).toBeCloseTo(1, 2);
    reference.top.forEach((mode, place) => {
      const map = (maps: Float32Array): Float32Array => maps.subarray(mode * 256, (mode + 1) * 256);
      for (const [own, wanted] of [
        [map(found.queryMaps), reference.query_maps[place] ?? []],
        [map(found.keyMaps), reference.key_maps[place] ?? []],
      ] as const) {
        expect(largestDifference(own, wanted)).toBeLessThan(0.03 * Math.max(...wanted.map(Math.abs)));
      }
    });
  });

  it('has a key bias map whose variance is its contribution, about 0', async () => {
    const { keyBias } = await ask(lab, 'head', { layer: LAYER, head: HEAD, basis: 'folded' });
    const mean = keyBias.map.reduce((sum, value) => sum + value, 0) / keyBias.map.length;
    const variance = keyBias.map.reduce((sum, value) => sum + (value - mean) ** 2, 0) / keyBias.map.length;
    expect(mean).toBeCloseTo(0, 6);
    expect(variance / keyBias.contribution).toBeCloseTo(1, 5);
  });

  it('costs nothing when it is looked at again', async () => {
    const took: number[] = [];
    let last: Omit<HeadOnImage, 'image'> | null = null;
    for (const head of [5, 5]) {
      const started = performance.now();
      last = await ask(lab, 'head', { layer: 2, head, basis: 'folded' });
      took.push(performance.now() - started);
    }
    expect(last).toMatchObject({ layer: 2, head: 5 });
    expect(took[1]).toBeLessThan(50);
  });
});

describe('attention', () => {
  it('of a token is that of the network in every head, and makes the output of the layer', async () => {
    const network = await floats(`attention.L${LAYER}.f32`);
    for (const token of [0, 137]) {
      const { rows, recomputed } = await ask(lab, 'attention', { layer: LAYER, token });
      for (let head = 0; head < 6; head++) {
        const start = (head * TOKENS + token) * TOKENS;
        const own = rows.subarray(head * TOKENS, (head + 1) * TOKENS);
        expect(largestDifference(own, network.subarray(start, start + TOKENS))).toBeLessThan(1e-3);
      }
      expect(recomputed.maxAbsError).toBeLessThan(1e-4);
      expect(recomputed.maxAbsError).toBeGreaterThan(0);
      expect(recomputed.largest).toBeGreaterThan(0.1);
    }
  });

  it('is refused of layers, heads and tokens that are not there', async () => {
    await expect(ask(lab, 'attention', { layer: 12, token: 0 })).rejects.toMatchObject({ code: 'wrong-use' });
    await expect(ask(lab, 'attention', { layer: 0, token: 257 })).rejects.toMatchObject({ code: 'wrong-use' });
    await expect(ask(lab, 'head', { layer: 0, head: 6, basis: 'raw' })).rejects.toMatchObject({ code: 'wrong-use' });
  });
});

describe('a mask', () => {
  const file = { kind: 'image', source: { kind: 'file', path: path.join(REFERENCE, 'mask.png') } } as const;

  it('gives the labels of the patches and the preference of the reference, within a band of shifts', async () => {
    const mask = await ask(lab, 'mask', { mask: file });
    expect(mask?.notes).toEqual([]);
    expect(Array.from(mask?.patches ?? [])).toEqual(expected.patch_label);
    const found = await ask(lab, 'preference', { layer: LAYER, keys: 'without-prefix' });
    const target = expected.preference.from_target['without_cls']?.share['target'] ?? [];
    const other = expected.preference.from_other['without_cls']?.share['background'] ?? [];
    expect(
      largestDifference(
        found.heads.map((head) => head.target?.target.share ?? NaN),
        target,
      ),
    ).toBeLessThan(1e-3);
    expect(
      largestDifference(
        found.heads.map((head) => head.other?.background.share ?? NaN),
        other,
      ),
    ).toBeLessThan(1e-3);
    const mean = target.reduce((sum, share) => sum + share, 0) / target.length;
    expect(found.mean.target?.target.share).toBeCloseTo(mean, 3);
    const { ratio, low, high } = found.mean.target?.target ?? { ratio: null, low: null, high: null };
    expect(low).toBeLessThan(high ?? NaN);
    // The cup attends to itself more than its shape does anywhere else.
    expect(ratio).toBeGreaterThan(high ?? NaN);
  });

  it('is painted, and saved as a picture that gives the same mask', async () => {
    const labels = new Uint8Array(224 * 224);
    for (let y = 14; y < 70; y++) labels.fill(1, y * 224 + 28, y * 224 + 84);
    labels.fill(255, 0, 224);
    const painted = await ask(lab, 'mask', { mask: { kind: 'painted', labels } });
    expect(painted?.patches.filter((label) => label === 1)).toHaveLength(16);
    const bytes = await ask(lab, 'mask-picture', null);
    const again = await ask(lab, 'mask', { mask: { kind: 'image', source: { kind: 'bytes', name: 'm.png', bytes } } });
    expect(Buffer.compare(again?.labels ?? new Uint8Array(), labels)).toBe(0);
  });

  it('says what is wrong with it', async () => {
    const coffee = { kind: 'file', path: path.join(SAMPLE, 'images/coffee.png') } as const;
    await expect(ask(lab, 'mask', { mask: { kind: 'image', source: coffee } })).rejects.toThrow('which is no label');
    const painted = (labels: Uint8Array) => ask(lab, 'mask', { mask: { kind: 'painted', labels } });
    await expect(painted(new Uint8Array(5))).rejects.toMatchObject({ code: 'wrong-use' });
    expect((await painted(new Uint8Array(224 * 224).fill(1)))?.notes.join()).toContain('covers the whole picture');
    expect((await painted(new Uint8Array(224 * 224)))?.notes.join()).toContain('No patch is covered');
    expect(await ask(lab, 'mask', { mask: null })).toBeNull();
    await expect(ask(lab, 'preference', { layer: 0, keys: 'all' })).rejects.toThrow('there is no mask');
  });
});

describe('keypoints', () => {
  it('have concentration, groups and figures of all heads', async () => {
    const found = await ask(lab, 'keypoints', { by: 'scale' });
    expect(found.keypoints.length % 5).toBe(0);
    expect(found.keypoints.length).toBeGreaterThan(500);
    expect(found.concentration).toHaveLength(256);
    expect(new Set(found.groups)).toEqual(new Set([0, 1, 2, 3]));
    const { figures, p } = await ask(lab, 'interrelation', { layer: LAYER });
    expect(figures.heads).toHaveLength(6);
    expect(p.every((value) => value !== null && value >= 1 / 256 && value <= 1)).toBe(true);
    for (const { w, groupShare } of figures.heads) {
      expect(w).toBeGreaterThan(0);
      const [first = NaN, second = NaN, third = NaN, fourth = NaN] = groupShare;
      expect(first + second + third + fourth).toBeCloseTo(1, 4);
    }
  });
});

describe('a changed model', () => {
  it('without a mode differs from that layer on, and without nothing not at all', async () => {
    const ablation = (modesOut: readonly number[], wholeHead = false) =>
      ask(lab, 'change', {
        change: {
          kind: 'ablation',
          layer: LAYER,
          head: HEAD,
          basis: 'folded',
          modes: modesOut,
          keyBias: false,
          wholeHead,
        },
      });
    const found = await ablation([0]);
    expect(found?.attentionChange).toEqual(Array(12).fill(null));
    const { relativeL2 } = found?.outputChange ?? { relativeL2: null };
    expect(relativeL2).toBeGreaterThan(1e-3);
    expect(relativeL2).toBeLessThan(1);
    const change = async (layer: number): Promise<number> =>
      (await ask(lab, 'attention-change', { layer })).attentionChange;
    expect(await change(LAYER - 1)).toBe(0);
    expect(await change(LAYER)).toBeGreaterThan(1e-3);
    expect(await change(LAYER + 1)).toBeGreaterThan(0);
    expect((await ablation([]))?.outputChange.relativeL2).toBeLessThan(1e-5);
    await expect(ablation([64])).rejects.toMatchObject({ code: 'wrong-use' });
    expect(await ask(lab, 'change', { change: null })).toBeNull();
    await expect(ask(lab, 'attention-change', { layer: 0 })).rejects.toThrow('nothing is changed');
  });

  it('is asked for its attention and preference: as before up to the change, and other after it', async () => {
    const mask = { kind: 'image', source: { kind: 'file', path: path.join(REFERENCE, 'mask.png') } } as const;
    const { patches } = (await ask(lab, 'mask', { mask })) ?? { patches: new Int8Array() };
    const change = { kind: 'ablation', layer: LAYER, head: HEAD, basis: 'folded', modes: [], keyBias: false } as const;
    await ask(lab, 'change', { change: { ...change, wholeHead: true } });
    const rowsOf = async (layer: number): Promise<readonly [before: Float32Array, after: Float32Array]> => [
      (await ask(lab, 'attention', { layer, token: 137 })).rows,
      (await ask(lab, 'changed-attention', { layer, token: 137 })).rows,
    ];
    expect(largestDifference(...(await rowsOf(LAYER - 1)))).toBe(0);
    const [before, after] = await rowsOf(LAYER);
    const start = HEAD * TOKENS;
    expect(largestDifference(before.subarray(0, start), after.subarray(0, start))).toBe(0);
    const even = new Float32Array(TOKENS).fill(1 / TOKENS);
    expect(largestDifference(after.subarray(start, start + TOKENS), even)).toBeLessThan(1e-6);
    expect(largestDifference(...(await rowsOf(LAYER + 1)))).toBeGreaterThan(1e-4);

    const ratios = async (layer: number): Promise<(number | null | undefined)[]> => {
      const params = { layer, keys: 'without-prefix' } as const;
      const old = await ask(lab, 'preference', params);
      const found = await ask(lab, 'changed-preference', { ...params, patches });
      expect(found.mean.target?.target.low).toBeNull();
      return [old.heads[HEAD]?.target?.target.ratio, found.heads[HEAD]?.target?.target.ratio];
    };
    const [same, still] = await ratios(LAYER - 1);
    expect(still).toBe(same);
    expect((await ratios(LAYER))[1]).toBeCloseTo(1, 5);

    const few = { layer: LAYER, keys: 'all', patches: new Int8Array(5) } as const;
    await expect(ask(lab, 'changed-preference', few)).rejects.toMatchObject({ code: 'wrong-use' });
    await expect(ask(lab, 'changed-attention', { layer: 0, token: TOKENS })).rejects.toMatchObject({
      code: 'wrong-use',
    });
    await ask(lab, 'change', { change: { kind: 'nearest-keys', keys: 5 } });
    const { rows } = await ask(lab, 'changed-attention', { layer: 0, token: 3 });
    expect(rows.filter((share) => share > 0)).toHaveLength(6 * 5);
    await ask(lab, 'change', { change: null });
    await expect(ask(lab, 'changed-attention', { layer: 0, token: 0 })).rejects.toThrow('nothing is changed');
  });

  it('that is prompted is the same at strength 0, and another with more, beyond a band of shifts or not', async () => {
    const prompted = (strength: number) =>
      ask(lab, 'change', {
        change: {
          kind: 'prompt',
          by: 'concentration',
          how: 'bias',
          strength,
          layers: null,
          heads: null,
          region: null,
        },
      });
    await ask(lab, 'warm-prompt', null);
    expect((await prompted(0))?.outputChange.relativeL2).toBe(0);
    const two = (await prompted(2))?.outputChange.relativeL2;
    expect(two).toBeGreaterThan(0.01);
    expect(await ask(lab, 'prompt-point', { strength: 0 })).toBe(0);
    expect(await ask(lab, 'prompt-point', { strength: 2 })).toBe(two);
    // Of the change itself, not of the run that came last.
    expect((await ask(lab, 'attention-change', { layer: 0 })).attentionChange).toBeGreaterThan(0.01);
    await expect(prompted(1e6)).rejects.toMatchObject({ code: 'wrong-use' });
  });
});
