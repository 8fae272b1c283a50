import { describe, expect, it } from 'vitest';
import { patchOfToken, tokenOfPatch } from '../../../../src/core/inference/layer-token.js';

describe('tokens of layers that merge patches', () => {
  it('has every patch in the token that its neighbours became, odd grids among them', () => {
    for (const [patches, halvings] of [
      [8, 1],
      [9, 1],
      [9, 2],
      [18, 2],
      [56, 3],
      [7, 3],
    ] as const) {
      const tokens = Math.ceil(patches / 2 ** halvings);
      for (let patch = 0; patch < patches; patch++) {
        const expected = Math.floor(patch / 2 ** halvings);
        expect(tokenOfPatch(1 + patch, [1, patches], [1, tokens], 1)).toBe(1 + expected);
      }
      for (let token = 0; token < tokens; token++) {
        const patch = patchOfToken(token, [1, patches], [1, tokens], 0);
        expect(tokenOfPatch(patch, [1, patches], [1, tokens], 0)).toBe(token);
      }
    }
  });

  it('keeps rows apart from columns, and tokens in front of the patches', () => {
    expect(tokenOfPatch(3 * 8 + 5, [4, 8], [2, 4], 0)).toBe(1 * 4 + 2);
    expect(patchOfToken(1 * 4 + 2, [4, 8], [2, 4], 0)).toBe(3 * 8 + 5);
    expect(tokenOfPatch(0, [4, 8], [2, 4], 1)).toBe(0);
    expect(tokenOfPatch(17, [4, 8], [4, 8], 0)).toBe(17);
  });
});
