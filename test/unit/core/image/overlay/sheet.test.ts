import { describe, expect, test } from 'vitest';
import { sheetSvg } from '../../../../../src/core/image/overlay/sheet.js';

const TILE = { caption: '', address: 'data:,', contours: [], patch: null };
const SHEET = { title: '', remarks: [], rows: [], size: [10, 20], grid: [1, 2], chart: null } as const;

describe('sheetSvg', () => {
  test('takes names out of files as text and nothing else', () => {
    const svg = sheetSvg({ ...SHEET, title: '<script>&"\u0000</script>' });
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&lt;script&gt;&amp;&quot;?&lt;/script&gt;');
  });

  test('puts contours and the patch where they are on the picture', () => {
    const lines = [Float32Array.of(0.5, 0.5, 1.5, 0.25)];
    const tiles = [{ ...TILE, contours: [{ line: 'key' as const, lines }], patch: [0, 1] as const }];
    const svg = sheetSvg({ ...SHEET, rows: [{ name: '', tiles }] });
    expect(svg.match(/d="M5.00 5.00L15.00 2.50"/gu)).toHaveLength(2);
    expect(svg).toContain('<rect x="10" y="0" width="10" height="10"');
  });
});
