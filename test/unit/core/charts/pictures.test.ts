import { describe, expect, test } from 'vitest';
import { FILE_THEMES } from '../../../../src/core/charts/chart-theme.js';
import { hatchPath } from '../../../../src/core/charts/marks.js';
import { headPicture, layersPicture, standaloneSvg } from '../../../../src/core/charts/pictures.js';
import { pictureSvg } from '../../../../webview/lib/charts.js';
import { layersOf, madeHead, madeLayer } from './made-heads.js';

const words = { title: 'A <model> & more', remark: 'folded basis' };
const row = layersOf([
  [0.9, 0.2],
  [-0.4, 0.3],
]);

describe('pictures that stand by themselves', () => {
  test('the layers: every value of the map, with the words escaped and no style rules', async () => {
    const svg = await pictureSvg(layersPicture({ layers: row, words }, FILE_THEMES.light));
    expect(svg).toMatch(/^<svg[^>]*><title>Weighted cosine/);
    for (const text of ['.90', '.20', '\u2212.40', '.30', 'H1', 'weighted', 'A &lt;model&gt; &amp; more']) {
      expect(svg).toContain(`>${text}</text>`);
    }
    expect(svg).not.toMatch(/<style|class=|NaN|undefined|var\(/);
  });

  test('a head: bars, hatched where not separately identified, with its figures', async () => {
    const layer = madeLayer(4, [madeHead({ blocks: [[1, 2]] })]);
    const picture = headPicture({ layer, head: 0, chosen: null, words }, FILE_THEMES.dark);
    if (picture === null) throw new Error('the head has figures');
    const svg = await pictureSvg(picture);
    expect(svg).toContain('L4 H0 looks for similar tokens');
    expect(svg).toContain('1 of 3 modes identified, 2 in 1 block');
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  test('there is none of a head without figures', () => {
    const layer = madeLayer(0, [madeHead({ trouble: 'zero' })]);
    expect(headPicture({ layer, head: 0, chosen: null, words }, FILE_THEMES.dark)).toBeNull();
    expect(headPicture({ layer, head: 7, chosen: null, words }, FILE_THEMES.dark)).toBeNull();
  });

  test('a label cannot add to the file', () => {
    expect(standaloneSvg('<svg width="1"></svg>', 'a</title><script>')).toBe(
      '<svg width="1"><title>a&lt;/title&gt;&lt;script&gt;</title></svg>',
    );
  });

  test('strokes of a hatch stay inside their bar', () => {
    const numbers = hatchPath(10, 20, 30, 15, 7).match(/[\d.]+ [\d.]+/g) ?? [];
    expect(numbers.length).toBeGreaterThan(8);
    for (const point of numbers) {
      const [x = 0, y = 0] = point.split(' ').map(Number);
      expect(x).toBeGreaterThanOrEqual(10);
      expect(x).toBeLessThanOrEqual(40);
      expect(y).toBeGreaterThanOrEqual(20);
      expect(y).toBeLessThanOrEqual(35);
    }
  });
});
