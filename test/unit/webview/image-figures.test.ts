import { describe, expect, test } from 'vitest';
import {
  commonPeak,
  headAttention,
  headsIn,
  partsOf,
  rolledOut,
  timesEven,
} from '../../../webview/app/image/attention.js';
import { mapsOf, productOf, reachAt, strongerEnd } from '../../../webview/app/image/entry-maps.js';
import {
  classesWords,
  mapTip,
  reachWords,
  recomputedWords,
  scaleWords,
  shareWords,
  tooLargeWords,
} from '../../../webview/app/image/image-words.js';
import { stripEntries } from '../../../webview/app/image/strip-entries.js';
import { firstUri } from '../../../webview/lib/dropped.js';
import { mostOf } from '../../../webview/lib/share-bar.js';
import { KEY_BIAS } from '../../../webview/state/selection.js';
import { madeCard, madeHeadOnImage, madeRows } from './made-image.js';

const card = madeCard();
const figures = madeHeadOnImage();

describe('maps of an entry', () => {
  test('a mode has its own, on a common scale from 0', () => {
    const maps = mapsOf(figures, card, { first: 1, last: 1 });
    expect([...maps.key.values]).toEqual([-3, 0, 0, 0, 0, 3]);
    expect(maps.scale).toEqual({ low: 0, high: 4 });
    expect(maps.count).toBe(1);
    expect(strongerEnd(maps)).toBe(1);
    expect(maps.query === null ? NaN : reachAt(maps.query, -1)).toBe(1);
    expect(mapTip('M1', maps, [1, 2])).toEqual(['row 1, column 2', 'M1  query 4.00  key 3.00']);
  });

  test('a block has lengths, which no choice of vectors changes', () => {
    const block = mapsOf(figures, card, { first: 0, last: 1 });
    expect(block.query?.values[5]).toBeCloseTo(Math.hypot(6, 4), 5);
    expect(block.count).toBe(2);
    expect(block.scale.low).toBe(0);
    // The same span by other vectors: both modes turned by the same angle, and then the other way round.
    const turned = (maps: Float32Array, angle: number): Float32Array =>
      maps.map((value, i) => {
        const [one, other] = i < 6 ? [value, maps[i + 6] ?? 0] : [value, -(maps[i - 6] ?? 0)];
        return Math.cos(angle) * one + Math.sin(angle) * other;
      });
    const queryMaps = turned(figures.queryMaps, 0.7);
    const again = mapsOf({ ...figures, queryMaps }, card, { first: 0, last: 1 });
    again.query?.values.forEach((value, i) => expect(value).toBeCloseTo(block.query?.values[i] ?? NaN, 4));
    expect(productOf(block)?.values[5]).toBeCloseTo(Math.hypot(6, 4) * Math.hypot(2, 3), 4);
  });

  test('the key bias has keys only', () => {
    const bias = mapsOf(figures, card, { first: KEY_BIAS, last: KEY_BIAS });
    expect(bias.query).toBeNull();
    expect(productOf(bias)).toBeNull();
    expect(scaleWords(bias)).toBe('0 to 1.00');
    expect(reachWords(null, 1.23)).toBe('key to 1.2');
  });
});

describe('the strip', () => {
  test('has the key bias, then the largest, and always the selected one', () => {
    const many = Array.from({ length: 40 }, (_, first) => ({
      first,
      last: first,
      contribution: 40 - first,
      shareOfScore: 0.1,
      shareOfModes: 0.1,
    }));
    const strip = stripEntries({ ...figures, entries: many }, 30);
    expect(strip[0]).toMatchObject({ first: KEY_BIAS, shareOfScore: 2 });
    expect(strip[1]).toMatchObject({ first: 0, apart: true });
    expect(strip[strip.length - 1]).toMatchObject({ first: 30, apart: true });
    expect(stripEntries(figures, 0)).toHaveLength(3);
  });

  test('bars end at the largest share, at most at all of the score', () => {
    expect(mostOf([0.2, null, 0.5])).toBe(0.5);
    expect(mostOf([9.72, 0.5])).toBe(1);
    expect(shareWords(9.72)).toBe('972.0 %');
    expect(shareWords(null)).toBe('–');
  });
});

describe('attention of a token', () => {
  const rows = madeRows();

  test('is split into other patches, prefix tokens and itself', () => {
    const attention = headAttention(card, rows, 1);
    expect(attention?.peak).toBeCloseTo(0.7, 6);
    const parts = attention === null ? [] : partsOf(card, attention, 4);
    expect(parts.map(({ words }) => words)).toEqual(['other patches', 'class token', 'itself']);
    expect(parts.map(({ share }) => Number(share.toFixed(3)))).toEqual([0.7, 0.1, 0.2]);
  });

  test('of a prefix token goes to patches, and registers count together', () => {
    const registers = madeCard(1, { prefix: ['class', 'register 0', 'register 1'], grid: [2, 2] });
    const row = { ...rows, rows: Float32Array.of(0.1, 0.2, 0.3, 0.1, 0.1, 0.1, 0.1) };
    const attention = headAttention(registers, row, 0);
    const parts = attention === null ? [] : partsOf(registers, attention, 0);
    expect(parts.map(({ words, share }) => `${words} ${share.toFixed(1)}`)).toEqual([
      'patches 0.4',
      'registers 0.5',
      'itself 0.1',
    ]);
  });

  test('of a head that is not there is nothing', () => {
    expect(headAttention(card, rows, 2)).toBeNull();
    expect(headAttention(card, rows, -1)).toBeNull();
    expect(rolledOut(card, { image: 1, shares: new Float32Array(49) }, 7)).toBeNull();
    expect(headsIn(card, rows)).toBe(2);
    expect(commonPeak(card, rows)).toBeCloseTo(0.7, 6);
  });

  test('says how far it is from what the model did, and the picture what the model sees in it', () => {
    const recomputed = { maxAbsError: 2.34e-7, largest: 3.21 };
    expect(recomputedWords({ ...rows, recomputed })).toMatch(/at most 2\.3e-7 of 3\.2\.$/);
    expect(classesWords({ top: [] })).toBeNull();
    const top = [
      { index: 3, label: 'cup', value: 0.61 },
      { index: 7, label: null, value: 0.2 },
    ];
    expect(classesWords({ top })).toBe('Most likely: cup 0.61, class 7 0.20.');
  });

  test('is told as a multiple of even', () => {
    expect(timesEven(0.5, 0.01)).toBe('50×');
    expect(timesEven(0.023, 0.01)).toBe('2.3×');
    expect(timesEven(0.0996, 0.01)).toBe('10×');
    expect(timesEven(1, 0)).toBe('0.0×');
  });
});

describe('what is dropped', () => {
  test('the first address of a list counts, comments do not', () => {
    expect(firstUri('# from the explorer\r\nfile:///a/b.png\r\nfile:///c.png')).toBe('file:///a/b.png');
    expect(firstUri('\n  \n#x')).toBeNull();
  });

  test('too large a file is told with its size', () => {
    expect(tooLargeWords('scan.tif', 312_000_000)).toBe(
      'scan.tif has 312 MB; up to 100 MB can be dropped. Choose it as a file instead.',
    );
  });
});
