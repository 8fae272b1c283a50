import { describe, expect, it } from 'vitest';
import { byteSize } from '../../../../src/core/text/bytes.js';
import { depthColumns, depthIcon, type DepthColumn } from '../../../../src/vscode/tree/depth-icon.js';

describe('a size', () => {
  it('has the unit that keeps it short', () => {
    const sizes = [0, 999, 1000, 884_736, 999_960, 44_136_744, 1.2e9, 3e15];
    expect(sizes.map(byteSize)).toEqual([
      '0 bytes',
      '999 bytes',
      '1.0 kB',
      '884.7 kB',
      '1.0 MB',
      '44.1 MB',
      '1.2 GB',
      '3000.0 TB',
    ]);
  });
});

describe('the icon of a model', () => {
  const columns = (...values: (number | null)[]): DepthColumn[] =>
    depthColumns(values.map((weighted) => ({ weighted, weightedBand: 0.1 })));
  const bars = (...values: (number | null)[]): { y: number; height: number; fill: string }[] =>
    [
      ...depthIcon(columns(...values), 'dark').matchAll(/y="([\d.]+)" width="[\d.]+" height="([\d.]+)" fill="(#\w+)"/g),
    ].map(([, y, height, fill = '']) => ({ y: Number(y), height: Number(height), fill }));

  it('has one scale for all models, up for similar and down for dissimilar', () => {
    const [full, half, below] = bars(1, 0.5, -0.25);
    expect(full).toMatchObject({ y: 0, height: 12 });
    expect(half).toMatchObject({ y: 6, height: 6 });
    expect(below).toMatchObject({ y: 12, height: 3 });
    expect(new Set([full?.fill, half?.fill, below?.fill]).size).toBe(3);
  });

  it('is grey inside the chance band, and empty where a layer has no figure', () => {
    expect(bars(0.05)[0]?.fill).toBe('#888888');
    expect(bars(0.5, null, 0.5)).toHaveLength(2);
  });

  it('has a column for the mean of several layers of a deep model', () => {
    expect(columns(...Array.from({ length: 16 }, (_, layer) => layer)).map(({ value }) => value)).toEqual([
      0.5, 2.5, 4.5, 6.5, 8.5, 10.5, 12.5, 14.5,
    ]);
    expect(columns()).toEqual([]);
  });
});
