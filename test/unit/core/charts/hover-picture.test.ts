import { describe, expect, it } from 'vitest';
import { HOVER_PICTURE, hoverPicture } from '../../../../src/core/charts/hover-picture.js';
import { headOf, layersOf, madeHead, madeLayer } from './made-heads.js';

const layers = layersOf([
  [0.9, 0.7],
  [0.5, 0.3],
  [0.2, -0.42],
  [0.4, 0.01],
]);

const all = (svg: string, pattern: RegExp): string[] => [...svg.matchAll(pattern)].map(([, found]) => found ?? '');
const words = (svg: string): string[] => all(svg, />([^<>]+)<\/text>/g);

/** Places of the heads' dots by their colour. */
function dots(svg: string): Map<string, readonly (readonly [x: number, y: number])[]> {
  const paths = [...svg.matchAll(/<path d="([^"]*)" stroke="([^"]*)" stroke-width="[^"]*" stroke-linecap="round"/g)];
  return new Map(
    paths.map(([, path = '', colour = '']) => [
      colour,
      [...path.matchAll(/M([\d.-]+) ([\d.-]+)h0/g)].map(([, x, y]) => [Number(x), Number(y)] as const),
    ]),
  );
}

describe('the picture of a hover', () => {
  it('has the size of the design and a title that stays text', () => {
    const svg = hoverPicture(layers, null, 'dark', 'a <b> & c');
    expect(svg).toMatch(/^<svg [^>]*width="320" height="90" viewBox="0 0 320 90"/);
    expect(HOVER_PICTURE).toEqual({ width: 320, height: 90 });
    expect(svg).toContain('<title>a &lt;b&gt; &amp; c</title>');
  });

  it('writes nothing smaller than 10 pixels', () => {
    expect(all(hoverPicture(layers, 1, 'light', ''), /font-size="([\d.]+)"/g)).toEqual(['10']);
  });

  it('draws one dot a head, and grey where it could be chance', () => {
    const byColour = dots(hoverPicture(layers, null, 'dark', ''));
    expect([...byColour.values()].flat()).toHaveLength(8);
    const grey = [...byColour].filter(([colour]) => colour.startsWith('rgba'));
    expect(grey.map(([, places]) => places.length)).toEqual([1]);
  });

  it('puts dots where their values lie on the axis', () => {
    const svg = hoverPicture(layers, null, 'dark', '');
    const [one = 0, zero = 0] = all(svg, /M24 ([\d.]+)H260/g).map(Number);
    const heights = [...dots(svg).values()].flat().map(([, y]) => (zero - y) / (zero - one));
    const values = [0.9, 0.7, 0.5, 0.3, 0.2, -0.42, 0.4, 0.01].sort((a, b) => a - b);
    for (const [index, height] of heights.sort((a, b) => a - b).entries()) {
      expect(height).toBeCloseTo(values[index] ?? NaN, 1);
    }
  });

  it('names the head furthest below chance, with its layer', () => {
    const found = words(hoverPicture(layers, null, 'light', ''));
    expect(found).toContain('H1 −0.42');
    expect(found.filter((word) => /^L\d/.test(word)).sort()).toEqual(['L0', 'L2', 'L3']);
  });

  it('names no head where none is below chance', () => {
    const above = layersOf([
      [0.5, 0.4],
      [0.3, -0.01],
    ]);
    expect(words(hoverPicture(above, null, 'light', '')).some((word) => word.startsWith('H'))).toBe(false);
  });

  it('tints the layer in scope and names it in bold', () => {
    const svg = hoverPicture(layers, 1, 'dark', '');
    const [left = 0, width = 0] = [/<rect x="([\d.]+)"/, /<rect [^>]*width="([\d.]+)"/].map((pattern) =>
      Number(pattern.exec(svg)?.[1]),
    );
    expect([left, left + width]).toEqual([24 + 59, 24 + 118]);
    expect(svg).toMatch(/font-weight="600">L1</);
    expect(hoverPicture(layers, null, 'dark', '')).not.toContain('<rect');
    expect(hoverPicture(layers, 40, 'dark', '')).not.toContain('<rect');
  });

  it('has colours of its own for light and dark themes', () => {
    expect(hoverPicture(layers, null, 'light', '')).not.toBe(hoverPicture(layers, null, 'dark', ''));
  });

  it('shows the whole axis to models that go low', () => {
    const low = layersOf([[0.5], [-0.9]]);
    const heights = [...dots(hoverPicture(low, null, 'dark', '')).values()].flat().map(([, y]) => y);
    expect(Math.max(...heights)).toBeLessThan(71);
  });

  it('leaves gaps for heads and layers without figures', () => {
    const broken = [
      madeLayer(0, [headOf(0.5, 0)]),
      madeLayer(1, [madeHead({ trouble: 'zero' })]),
      madeLayer(2, [headOf(0.4, 0)]),
    ];
    const svg = hoverPicture(broken, null, 'dark', '');
    expect([...dots(svg).values()].flat()).toHaveLength(2);
    expect(svg).not.toContain('NaN');
    expect(hoverPicture([], null, 'dark', '')).not.toContain('NaN');
  });

  it('stays small for the deepest models: a hover takes at most 100,000 characters', () => {
    const deep = layersOf(
      Array.from({ length: 64 }, (_, layer) => Array.from({ length: 32 }, (__, head) => Math.sin(layer * 32 + head))),
    );
    expect(hoverPicture(deep, 3, 'light', '').length).toBeLessThan(60_000);
  });
});
