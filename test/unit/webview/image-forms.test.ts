import { describe, expect, test } from 'vitest';
import { changePreprocessing } from '../../../src/core/image/preprocess/preprocessing.js';
import { fieldsOf, readFields } from '../../../webview/app/image/preprocessing-fields.js';
import { nearestSteps } from '../../../webview/app/tabs/nearest-steps.js';
import {
  deviations,
  hueOf,
  interrelationSentence,
  movedPlace,
  pWords,
} from '../../../webview/app/tabs/keypoint-words.js';
import { groupCurves } from '../../../webview/app/tabs/group-curves.js';
import { labelLayer, sameLabels } from '../../../webview/app/tabs/mask-paint.js';
import {
  changeWords,
  classRows,
  movedWords,
  outcomeSentence,
  smallPercent,
} from '../../../webview/app/tabs/outcome-words.js';
import { patchesIn, regionLabels, regionOf } from '../../../webview/app/tabs/region-patches.js';
import { maskTrouble, preferenceSentence, preferenceView } from '../../../webview/app/tabs/preference-view.js';
import { madeCard, madeMask, madePreference } from './made-image.js';

describe('the form of the preprocessing', () => {
  const card = madeCard();
  const { preprocessing } = card;
  const fields = fieldsOf(card);

  test('changes nothing when nothing was touched, to the last digit', () => {
    const read = readFields(fields, preprocessing);
    expect(read.kind === 'change' ? changePreprocessing(preprocessing, read.change) : read).toEqual(preprocessing);
  });

  test('changes what was touched', () => {
    const read = readFields(
      { ...fields, mode: 'exact', resize: ['32', '48'], cropped: false, resampling: 'nearest', colour: 'bgr' },
      preprocessing,
    );
    expect(read).toMatchObject({
      kind: 'change',
      change: { resize: { mode: 'exact', size: [32, 48] }, crop: null, resampling: 'nearest', colour: 'bgr' },
    });
  });

  test.each([
    [{ resize: ['0', '8'] as const }, /size to resize/],
    [{ resize: ['8.5', '8'] as const }, /size to resize/],
    [{ crop: ['', '4'] as const }, /crop/],
    [{ crop: ['99999', '99999'] as const }, /crop/],
    [{ mean: ['0.5', 'x', '0.5'] }, /mean/],
    [{ deviation: ['0.5', '0', '0.5'] }, /deviation/],
  ])('says what is wrong with %o', (wrong, words) => {
    const read = readFields({ ...fields, ...wrong }, preprocessing);
    expect(read.kind === 'wrong' ? read.words : '').toMatch(words);
  });
});

describe('object preference', () => {
  const layers = [madePreference(0, 2), null, madePreference(2, 0.25)];

  test('has a line for each kind of keys that has figures, and a point for each head', () => {
    const view = preferenceView(layers, madeMask(), 'target', 3);
    expect(view?.title).toBe('Queries on the object (3 patches)');
    expect(view?.lines.map(({ kind, ratios }) => [kind, ratios])).toEqual([
      ['same', [2, null, 0.25]],
      ['background', [0.5, null, 4]],
    ]);
    expect(view?.band).toEqual([[0.5, 1.5], null, [0.5, 1.5]]);
    expect(view?.heads).toEqual([
      { layer: 0, head: 0, ratio: 2 },
      { layer: 2, head: 0, ratio: 0.25 },
    ]);
    expect(preferenceView(layers, madeMask(), 'other', 3)).toBeNull();
  });

  test('of a changed model lies beside it, layer by layer as they come', () => {
    const view = preferenceView(layers, madeMask(), 'target', 3, [null, null, madePreference(2, 0.5)]);
    expect(view?.lines.map(({ after }) => after)).toEqual([
      [null, null, 0.5],
      [null, null, 2],
    ]);
    expect(preferenceView(layers, madeMask(), 'target', 3, null)?.lines[0]).not.toHaveProperty('after');
  });

  test('is told of a head against its band', () => {
    expect(preferenceSentence(layers, 0, 0)).toMatch(/2\.0 times even, more than when .* \(0\.5 to 1\.5\)\.$/);
    expect(preferenceSentence(layers, 2, 0)).toMatch(/less than/);
    expect(preferenceSentence(layers, 1, 0)).toBeNull();
  });

  test('needs an object and something beside it', () => {
    expect(maskTrouble(madeMask())).toBeNull();
    expect(maskTrouble(madeMask([1, 1, 1, 1, 1, 1]))).toMatch(/covers the whole picture/);
    expect(maskTrouble(madeMask([0, -1, 2, 0, 0, 0]))).toMatch(/no patch that is mostly object/);
  });

  test('the picture is dark where there is no object, and as it is while nothing is labelled', () => {
    const alpha = (labels: readonly number[]): number[] =>
      [...labelLayer(Uint8Array.from(labels), 3, 1)].filter((_, i) => i % 4 === 3);
    expect(alpha([0, 0, 0])).toEqual([0, 0, 0]);
    expect(alpha([0, 1, 2])).toEqual([165, 0, 0]);
    expect(alpha([2, 1, 0])).toEqual([150, 0, 165]);
    expect(sameLabels(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(sameLabels(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false);
  });
});

describe('a painted region', () => {
  const card = madeCard();

  test('is made of the patches that are more than half painted, and shown as those', () => {
    // 2 x 3 patches of 2 x 2 pixels in rows of 6: the first patch whole, the second half, the last three quarters.
    const labels = Uint8Array.of(1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0);
    const region = regionOf(card, labels);
    expect(region).toEqual(Float32Array.of(1, 0, 0, 0, 0, 1));
    expect(patchesIn(region)).toBe(2);
    const shown = regionLabels(card, region);
    expect(regionOf(card, shown)).toEqual(region);
    expect(shown.filter((label) => label === 1)).toHaveLength(8);
  });
});

describe('keypoints', () => {
  const figures = {
    w: 2.04,
    nullMean: 1.1,
    nullDeviation: 0.2,
    p: 0.004,
    keySide: 0,
    querySide: 0,
    groupShare: new Float32Array(16),
    groupRatio: new Float32Array(16),
  };
  const layer = (heads: number) => ({ image: 1, layer: 0, heads: new Array<typeof figures>(heads).fill(figures) });

  test('a head is told against shifted pictures', () => {
    expect(interrelationSentence(8, 3, figures)).toBe(
      'L8 H3: 2.04 against 1.10 when shifted, 4.7 deviations, p 0.004.',
    );
    expect(deviations({ ...figures, nullDeviation: 0 })).toBeNull();
    expect(pWords(0.00021)).toBe('0.00021');
  });

  test('what groups receive is even where all look evenly, and a mean over heads', () => {
    const groups = Int8Array.of(0, 0, 3, 3, 3, 2);
    // Everybody looks at each other patch alike; then the first two look at the last one alone.
    const even = Float32Array.of(1, 0, 1, 3, 0, 0, 0, 0, 2, 0, 0, 3, 2, 0, 1, 2).map((share) => share / 5);
    const apart = even.slice();
    apart.set([0, 0, 1, 0], 0);
    const map = (shares: readonly Float32Array[]) => ({
      image: 1,
      layer: 1,
      heads: shares.map((groupShare) => ({ ...figures, groupShare })),
    });
    const view = groupCurves([null, map([even])], groups, 3);
    expect(view?.lines.map(({ kind }) => kind)).toEqual(['high', 'middle', 'none']);
    for (const { ratios } of view?.lines ?? []) {
      expect(ratios).toEqual([null, expect.closeTo(1, 6), null]);
    }
    const mixed = groupCurves([null, map([even, apart])], groups, 2);
    const middle = (2 * 1 + 3 / 5 + 0) / 1;
    expect(mixed?.lines[1]?.ratios[1]).toBeCloseTo((1 + middle) / 2, 6);
    expect(groupCurves([null], groups, 2)).toBeNull();
  });

  test('hue goes with how many times, either way', () => {
    expect(hueOf({ ...figures, w: 1.1 })).toBeCloseTo(0, 9);
    expect(hueOf(figures)).toBeGreaterThan(0.4);
    expect(hueOf({ ...figures, w: 0.55 })).toBeCloseTo(-0.55, 9);
    expect(hueOf({ ...figures, w: 0 })).toBe(-1);
    expect(hueOf({ ...figures, w: 999 })).toBe(1);
  });

  test('arrows stay in the map', () => {
    const map = [layer(3), layer(1), null];
    expect(movedPlace(map, 0, 2, 'ArrowRight')).toEqual({ layer: 1, head: 0 });
    expect(movedPlace(map, 0, 2, 'ArrowDown')).toBeNull();
    expect(movedPlace(map, 1, 0, 'End')).toBeNull();
    expect(movedPlace(map, 1, 0, 'Home')).toEqual({ layer: 0, head: 0 });
    expect(movedPlace(map, 1, 0, 'x')).toBeNull();
  });
});

describe('a changed run', () => {
  const ablation = {
    kind: 'ablation',
    layer: 8,
    head: 3,
    basis: 'folded',
    modes: [0, 3],
    keyBias: true,
    wholeHead: false,
  } as const;
  const prompt = {
    kind: 'prompt',
    by: 'object',
    how: 'mask',
    strength: 1,
    layers: [8],
    heads: null,
    region: null,
  } as const;
  const run = {
    image: 1,
    id: 1,
    change: ablation,
    outputChange: { relativeL2: 0.0432, cosine: 0.99 },
    topBefore: [{ index: 3, label: 'cup', value: 0.6 }],
    topAfter: [
      { index: 9, label: null, value: 0.5 },
      { index: 3, label: 'cup', value: 0.4 },
    ],
    attentionChange: [],
    massOutside: null,
    band: null,
    notes: [],
  };

  test('is named', () => {
    expect(changeWords(ablation)).toBe('L8 H3 without M0, M3 and the key bias');
    expect(changeWords({ ...ablation, modes: [5], keyBias: false })).toBe('L8 H3 without M5');
    expect(changeWords({ ...ablation, wholeHead: true })).toBe('L8 H3 attends evenly');
    expect(changeWords({ kind: 'nearest-keys', keys: 12 })).toMatch(/12 nearest keys/);
    expect(changeWords(prompt)).toBe('Patches of the object hidden from attention in layer 8, all heads');
    expect(changeWords({ ...prompt, how: 'bias', strength: 2 })).toMatch(/raised by up to 2\.0/);
    const region = Float32Array.of(0, 1, 1, 0);
    expect(changeWords({ ...prompt, by: 'region', region })).toMatch(/^2 patches hidden from attention/);
    expect(changeWords({ ...prompt, by: 'region', region: Float32Array.of(1), how: 'drop' })).toMatch(
      /^1 patch dropped/,
    );
  });

  test('is told with its size, and with its band where it has one', () => {
    expect(outcomeSentence(run)).toBe('The output changes by 4.3 % of its length; cosine 0.9900.');
    expect(outcomeSentence({ ...run, band: [0.01, 0.03] })).toMatch(/More than the same shifted .* \(1 % to 3 %\)\.$/);
    expect(outcomeSentence({ ...run, band: [0.05, 0.06] })).toMatch(/Less than/);
    expect(outcomeSentence({ ...run, outputChange: { relativeL2: 0, cosine: 1 } })).toMatch(/to the last bit/);
    expect(outcomeSentence({ ...run, outputChange: { relativeL2: null, cosine: null } })).toMatch(/output is zero/);
    expect([smallPercent(0.000123), smallPercent(0.5)]).toEqual(['0.012 %', '50 %']);
  });

  test("tells how much of a token's attention goes elsewhere", () => {
    const before = { patches: Float32Array.of(0.5, 0.25), prefix: Float32Array.of(0.25), peak: 0.5, even: 1 / 3 };
    const after = { ...before, patches: Float32Array.of(0.25, 0.25), prefix: Float32Array.of(0.5) };
    expect(movedWords(before, after)).toMatch(/moves 25 % of this attention/);
    expect(movedWords(before, before)).toMatch(/moves none/);
  });

  test('classes of both runs stand side by side', () => {
    expect(classRows(run.topBefore, run.topAfter)).toEqual([
      { label: 'cup', before: 0.6, after: 0.4 },
      { label: 'class 9', before: null, after: 0.5 },
    ]);
  });

  test('the slider of nearest keys reaches every small number, and all of them', () => {
    const steps = nearestSteps(257);
    expect(steps.slice(0, 16)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
    expect(steps[steps.length - 1]).toBe(257);
    expect(steps.length).toBeLessThan(50);
    expect(nearestSteps(1)).toEqual([1]);
  });
});
