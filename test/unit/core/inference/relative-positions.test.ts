import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { relativeIndex } from '../../../../src/core/inference/relative-positions.js';
import { widen } from '../../../../src/core/tensors/widen.js';
import { FIXTURES, withCheckpoint } from '../../support/fixtures.js';

describe('index of relative positions', () => {
  it.each(['simmim_finetune', 'simmim_pretrain'])('is the one that %s stores', async (name) => {
    await withCheckpoint(path.join(FIXTURES, 'checkpoints', name, 'simmim.pth'), async ({ index, folder }) => {
      const stored = index.tensors.find((tensor) => tensor.name.endsWith('relative_position_index'));
      if (stored === undefined) throw new Error('no index');
      const source = await folder.open(index.files[stored.file] ?? '');
      const values = widen(stored.dtype, await source.read(stored.offset, stored.byteLength));
      expect([...relativeIndex([4, 4])]).toEqual([...values]);
    });
  });

  it('tells rows from columns where the grid is no square', () => {
    const index = relativeIndex([2, 3]);
    const at = (query: number, key: number): number => index[(query + 1) * 7 + key + 1] ?? NaN;
    // 3 x 5 differences; no difference is the one in the middle.
    expect(at(0, 0)).toBe(7);
    expect(at(0, 1)).toBe(6);
    expect(at(0, 3)).toBe(2);
    expect(at(3, 0)).toBe(12);
    expect(at(5, 0)).toBe(14);
    expect([index[0], index[1], index[7]]).toEqual([17, 15, 16]);
  });
});
