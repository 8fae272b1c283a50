import { describe, expect, it } from 'vitest';
import { foreground } from '../../../../../src/core/analysis/keypoints/foreground.js';
import { randomMatrix } from '../../../support/random.js';

/** Tokens of four numbers that differ most by what is drawn, `#` on one side of it. */
function tokensOf(rows: readonly string[], sign: number): Float32Array {
  const marks = Array.from(rows.join(''), (mark) => Number(mark === '#'));
  const noise = randomMatrix(4 * marks.length, 8);
  return Float32Array.from(noise, (value, at) => 0.1 * value + 5 + (at % 4 === 2 ? sign * (marks[at >> 2] ?? 0) : 0));
}

describe('foreground', () => {
  const rows = ['......', '..##..', '.####.', '..##..', '......'];
  const drawn = Array.from(rows.join(''), (mark) => Number(mark === '#'));

  it.each([3, -3])('is the side of the tokens that is less at the border, whichever sign it has: %i', (sign) => {
    expect(Array.from(foreground(tokensOf(rows, sign), [5, 6]) ?? [])).toEqual(drawn);
  });

  it('is nothing where all tokens are alike', () => {
    expect(foreground(new Float32Array(24).fill(2), [2, 3])).toBeNull();
    expect(foreground(new Float32Array(4).fill(2), [1, 1])).toBeNull();
  });
});
