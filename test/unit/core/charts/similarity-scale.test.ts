import { describe, expect, test } from 'vitest';
import { FILE_THEMES } from '../../../../src/core/charts/chart-theme.js';
import { luminance, over, parseColour } from '../../../../src/core/charts/css-colour.js';
import {
  inkOn,
  markColour,
  SIMILARITY_SCALES,
  similarityColour,
  type ThemeKind,
} from '../../../../src/core/charts/similarity-scale.js';

const GROUNDS: Record<ThemeKind, string> = {
  dark: FILE_THEMES.dark.ground,
  light: FILE_THEMES.light.ground,
  'high-contrast': '#000000',
  'high-contrast-light': '#ffffff',
};
const KINDS: readonly ThemeKind[] = ['dark', 'light', 'high-contrast', 'high-contrast-light'];
const VALUES = Array.from({ length: 201 }, (_, index) => index / 100 - 1);

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [one, other]
    .map((css) => luminance(parseColour(css)?.rgb ?? [0, 0, 0]))
    .sort((first, second) => first - second);
  return (light + 0.05) / (dark + 0.05);
}

describe.each(KINDS)('the scale in a %s theme', (kind) => {
  const scale = SIMILARITY_SCALES[kind];

  test('its stops are at 0.1, 0.25, 0.5 and 1 on both sides', () => {
    [0.1, 0.25, 0.5, 1].forEach((size, stop) => {
      expect(similarityColour(scale, size)).toBe(scale.similar[stop]);
      expect(similarityColour(scale, -size)).toBe(scale.dissimilar[stop]);
    });
    expect(similarityColour(scale, 0)).toBe(scale.neutral);
  });

  test('colour begins where chance ends', () => {
    expect(similarityColour(scale, 0.19, 0.2)).toBe(scale.neutral);
    expect(similarityColour(scale, -0.19, 0.2)).toBe(scale.neutral);
    expect(similarityColour(scale, 0.21, 0.2)).not.toBe(scale.neutral);
    expect(markColour(scale, -0.05, 0.1, 'gray')).toBe('gray');
    expect(markColour(scale, null, 0.1, 'gray')).toBe('gray');
  });

  test('values beyond 1 take the last colour', () => {
    expect(similarityColour(scale, 1.2)).toBe(scale.similar[3]);
  });

  test('text on a cell has a contrast of 4.5 at every value', () => {
    for (const value of VALUES) {
      const colour = similarityColour(scale, value);
      expect(contrast(colour, inkOn(colour))).toBeGreaterThanOrEqual(4.5);
    }
  });

  test('a mark outside its band has a contrast of 3.3 against the ground', () => {
    for (const value of VALUES) {
      if (value === 0) continue;
      const ratio = contrast(markColour(scale, value, 0, 'gray'), GROUNDS[kind]);
      expect(Number(ratio.toFixed(1))).toBeGreaterThanOrEqual(3.3);
    }
  });

  test('lightness runs one way from the middle to each end', () => {
    for (const sign of [1, -1]) {
      const light = VALUES.filter((value) => value > 0).map((value) =>
        luminance(parseColour(similarityColour(scale, sign * value))?.rgb ?? [0, 0, 0]),
      );
      const rises = kind === 'dark' || kind === 'high-contrast';
      light.slice(1).forEach((value, index) => {
        const step = value - (light[index] ?? 0);
        expect(rises ? step : -step).toBeGreaterThan(-1e-3);
      });
    }
  });
});

describe('colours of a theme', () => {
  test.each([
    ['#1f1f1f', [31, 31, 31], 1],
    ['#abc', [170, 187, 204], 1],
    ['#11223380', [17, 34, 51], 128 / 255],
    ['rgba(204, 204, 204, 0.5)', [204, 204, 204], 0.5],
    ['rgb(1 2 3 / 20%)', [1, 2, 3], 0.2],
  ])('reads %s', (css, rgb, alpha) => {
    expect(parseColour(css)).toEqual({ rgb, alpha });
  });

  test.each(['', 'red', '#12345', 'var(--x)', 'rgb(1)', 'url(x)'])('refuses %s', (css) => {
    expect(parseColour(css)).toBeNull();
  });

  test('a transparent colour is seen over its ground', () => {
    expect(over('rgba(255, 255, 255, 0.5)', '#000000')).toBe('#808080');
    expect(over('none', '#000000')).toBeNull();
  });
});
