import { describe, expect, it } from 'vitest';
import {
  type KeyVariant,
  MeanPatchAttention,
  type PatchAttention,
  patchAttention,
} from '../../../../../src/core/analysis/image/patch-attention.js';
import { MIXED, patchLabels, relativeTo } from '../../../../../src/core/analysis/image/patch-labels.js';
import { preference, type RegionShare } from '../../../../../src/core/analysis/image/preference.js';
import { preferenceBand } from '../../../../../src/core/analysis/image/preference-band.js';
import { randomNumbers } from '../../../support/random.js';
import { expectedOf, HEADS, maskOf, networkAttention, PATCHES, PICTURES } from './reference.js';

const VARIANTS = {
  without_cls: 'without-prefix',
  without_cls_and_self: 'without-prefix-and-self',
  with_cls: 'all',
} as const satisfies Record<string, KeyVariant>;
const LABELS = { background: 0, target: 1, other: 2, mixed: MIXED };

const labelsOf = (picture: (typeof PICTURES)[number]) => Int32Array.from(expectedOf(picture).patch_label);

/** Even to the eighth digit, which is all that is stored. */
function expectEightDigits(actual: number | null | undefined, expected: number | undefined): void {
  if (expected === undefined) expect(actual ?? null).toBeNull();
  else expect(Math.abs((actual ?? NaN) - expected)).toBeLessThanOrEqual(5.1e-8 * Math.abs(expected));
}

function meanOf(heads: readonly PatchAttention[]): PatchAttention | null {
  const mean = new MeanPatchAttention();
  for (const head of heads) mean.add(head);
  return mean.mean;
}

describe('patchLabels', () => {
  it.each(PICTURES)('gives the label of more than half of each patch: %s', async (picture) => {
    expect(patchLabels(await maskOf(picture), 14)).toEqual(labelsOf(picture));
  });

  it('leaves half a patch mixed, and what is beside whole patches out', () => {
    const labels = Int32Array.from([1, 1, 5, 2, 9, 0, 0, 5, 5, 9, 9, 9, 9, 9, 9]);
    expect(Array.from(patchLabels({ width: 5, height: 3, labels }, 2))).toEqual([MIXED, 5]);
  });

  it('tells an object, other objects and background', () => {
    const labels = Int32Array.from([0, 7, 3, MIXED, 7]);
    expect(Array.from(relativeTo(labels, 7))).toEqual([0, 1, 2, MIXED, 1]);
  });
});

describe('preference', () => {
  const cases = PICTURES.flatMap((picture) =>
    Object.entries(VARIANTS).map(([name, variant]) => [picture, name, variant] as const),
  );

  it.each(cases)('agrees with numpy: %s, %s', (picture, name, variant) => {
    const labels = labelsOf(picture);
    const golden = expectedOf(picture).preference;
    for (const source of ['target', 'other'] as const) {
      const expected = golden[`from_${source}`]?.[name];
      for (let head = 0; head < HEADS; head++) {
        const patches = patchAttention(networkAttention(picture, head), 1, PATCHES, variant);
        const found = preference(patches, labels, LABELS[source], Object.values(LABELS));
        let sum = found?.prefix?.share ?? 0;
        for (const [region, label] of Object.entries(LABELS)) {
          const own = found?.regions.get(label);
          expectEightDigits(own?.share, expected?.share[region]?.[head]);
          expectEightDigits(own?.ratio, expected?.ratio[region]?.[head]);
          sum += own?.share ?? NaN;
        }
        expectEightDigits(found?.prefix?.share, expected?.share['cls']?.[head]);
        expectEightDigits(found?.prefix?.ratio, expected?.ratio['cls']?.[head]);
        expect(sum).toBeCloseTo(1, variant === 'all' ? 6 : 12);
      }
    }
  });

  it('of the mean attention is the mean over the heads', () => {
    const labels = labelsOf('coffee');
    const heads = Array.from({ length: HEADS }, (_, head) =>
      patchAttention(networkAttention('coffee', head), 1, PATCHES, 'without-prefix-and-self'),
    );
    const shares = heads.map((head) => preference(head, labels, 1)?.regions.get(2)?.share ?? NaN);
    const mean = meanOf(heads);
    if (mean === null) throw new Error('no heads');
    const expected = shares.reduce((sum, share) => sum + share, 0) / HEADS;
    expect(preference(mean, labels, 1)?.regions.get(2)?.share).toBeCloseTo(expected, 12);
    expect(meanOf([])).toBeNull();
  });

  it.each(Object.values(VARIANTS))(
    'is 1 everywhere for even attention, several prefix tokens in front: %s',
    (variant) => {
      const count = 3 + 20;
      const even = new Float32Array(count * count).fill(1 / count);
      const labels = Int32Array.from({ length: 20 }, (_, i) => i % 3);
      const found = preference(patchAttention(even, 3, 20, variant), labels, 1);
      const ratios = [...(found?.regions.values() ?? []), found?.prefix].filter(
        (own): own is RegionShare => own != null,
      );
      expect(ratios).toHaveLength(variant === 'all' ? 4 : 3);
      for (const { ratio } of ratios) expect(ratio).toBeCloseTo(1, 6);
    },
  );

  it('says nothing of a label without patches, and no ratio where no key lies', () => {
    const even = patchAttention(new Float32Array(16).fill(0.25), 0, 4, 'without-prefix-and-self');
    const labels = Int32Array.from([0, 0, 0, 1]);
    expect(preference(even, labels, 2)).toBeNull();
    expect(preference(even, labels, 1, [5])?.regions.get(1)).toEqual({ share: 0, ratio: null });
    expect(preference(even, labels, 1, [5])?.regions.get(5)).toEqual({ share: 0, ratio: null });
    expect(preferenceBand(even, labels, [2, 2], 2)).toBeNull();
  });

  it('leaves out a patch that attends to prefix tokens only', () => {
    const attention = Float32Array.from([1, 0, 0, 0, 1, 0, 0, 0, 0.5, 0, 0.125, 0.375, 0, 0, 1, 0]);
    const patches = patchAttention(attention, 1, 3, 'without-prefix');
    const found = preference(patches, Int32Array.from([1, 1, 2]), 1);
    expect(found?.patches).toBe(1);
    expect(found?.regions.get(2)?.share).toBe(0.75);
    const other = patchAttention(
      Float32Array.from([1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0]),
      1,
      3,
      'without-prefix',
    );
    const mean = meanOf([patches, other]);
    expect(Array.from(mean?.groups[0]?.shares ?? [])).toEqual([1, 0, 0, 0.5, 0.125, 0.375, 0.5, 0.5, 0]);
  });
});

describe('preferenceBand', () => {
  // numpy.quantile of the ratios under all 255 numpy.roll shifts, layer 8 head 3.
  it.each([
    [
      'coffee',
      'without-prefix',
      1,
      [
        [0, 0.3327612539, 1.156987239],
        [1, 0.8983029908, 2.522953604],
        [2, 0.6037349837, 1.424152119],
      ],
    ],
    [
      'coffee',
      'without-prefix-and-self',
      2,
      [
        [0, 0.6105455752, 1.106517539],
        [1, 0.705703405, 1.25911044],
        [2, 0.8520175643, 1.795206003],
      ],
    ],
    [
      'chelsea',
      'without-prefix-and-self',
      1,
      [
        [0, 0.8607835193, 1.00977614],
        [1, 0.6332878167, 7.074012763],
        [2, 0.01673053151, 4.295528831],
      ],
    ],
  ] as const)('agrees with numpy: %s, %s, from label %i', (picture, variant, source, golden) => {
    const patches = patchAttention(networkAttention(picture, 3), 1, PATCHES, variant);
    const band = preferenceBand(patches, labelsOf(picture), [16, 16], source);
    expect(band?.shifts).toBe(255);
    for (const [label, low, high] of golden) {
      expect(band?.ratios.get(label)?.[0]).toBeCloseTo(low, 8);
      expect(band?.ratios.get(label)?.[1]).toBeCloseTo(high, 8);
    }
  });

  it('is narrow for even attention on a large grid that is not square', () => {
    const [rows, columns] = [12, 31];
    const count = rows * columns;
    const next = randomNumbers(3);
    const labels = Int32Array.from({ length: count }, () => Math.floor(next() * 3));
    const even = patchAttention(new Float32Array(count * count).fill(1 / count), 0, count, 'without-prefix');
    const band = preferenceBand(even, labels, [rows, columns], 1);
    expect(band?.shifts).toBe(255);
    for (const [low, high] of band?.ratios.values() ?? []) {
      expect(low).toBeCloseTo(1, 6);
      expect(high).toBeCloseTo(1, 6);
    }
  });
});
