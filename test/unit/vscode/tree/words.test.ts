import { describe, expect, it } from 'vitest';
import { byteSize } from '../../../../src/vscode/tree/bytes.js';
import { depthGlyph } from '../../../../src/vscode/tree/glyph.js';

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

describe('the glyph of a model', () => {
  const glyph = (...values: (number | null)[]): string => depthGlyph(values.map((weighted) => ({ weighted })));

  it('has one scale for all models', () => {
    expect(glyph(0, 0.13, 0.5, 0.73, 1)).toBe('▁▂▅▆█');
    expect(glyph(-0.4)).toBe('▁');
  });

  it('leaves a gap where a layer has no figure', () => {
    expect(glyph(0.5, null, 0.5)).toBe('▅ ▅');
  });

  it('is at most twelve wide', () => {
    expect(glyph(...Array.from({ length: 40 }, (_, layer) => 1 - layer / 40))).toHaveLength(12);
  });
});
