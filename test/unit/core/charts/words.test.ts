import { describe, expect, test } from 'vitest';
import type { HeadFigures } from '../../../../src/core/analysis/figures.js';
import { headEntries } from '../../../../src/core/charts/head-entries.js';
import {
  cellLabel,
  changeWords,
  emptyModes,
  entrySentence,
  entryTip,
  headFacts,
  headLine,
} from '../../../../src/core/charts/words.js';
import { headOf, madeHead } from './made-heads.js';

const line = (head: HeadFigures): string => headLine(head, headEntries(head, 0.13));

describe('what is said of a head', () => {
  test('which tokens it looks for, by its band', () => {
    expect(line(headOf(0.87, 0))).toBe('looks for similar tokens; strongest mode M0 0.87');
    expect(line(headOf(-0.42, 0))).toBe('looks for dissimilar tokens; strongest mode M0 \u22120.42');
    expect(line(headOf(-0.02, 0, 0.03))).toBe('neither more than chance; strongest mode M0 \u22120.02');
  });

  test('a block that is strongest is named as one', () => {
    expect(line(madeHead({ blocks: [[0, 1]] }))).toContain('strongest modes M0\u20131 0.60');
  });

  test('why there is no figure', () => {
    expect(line(madeHead({ trouble: 'zero' }))).toBe('This head is pruned: its query-key product is zero.');
    expect(line(madeHead({ trouble: 'not-finite' }))).toContain('NaN or infinity');
    expect(headFacts(madeHead({ trouble: 'zero' }), [])).toEqual([]);
  });

  test('what an adapter did to it', () => {
    const change = { relativeFrobenius: 0.174, weightedBefore: -0.5, weighted: 0.1 };
    const sigma = new Float64Array([0.5, 0.25]);
    const cos = new Float64Array([0.25, -0.125]);
    expect(changeWords(madeHead())).toBeNull();
    expect(changeWords({ ...madeHead(), change: { ...change, sigma, cos } })).toBe(
      'The adapter changed this head by 17 % of its size; weighted \u22120.50 before. The change itself: weighted 0.10, 2 modes, strongest mode σ 0.50, cosine 0.25.',
    );
    const none = new Float64Array(0);
    expect(changeWords({ ...madeHead(), change: { ...change, sigma: none, cos: none } })).toContain('as it was');
  });

  test('how many modes are identified is said only where not all are', () => {
    const whole = madeHead();
    expect(headFacts(whole, headEntries(whole, 0.1)).map(({ words }) => words)).toEqual([
      'weighted (chance \u00b10.02)',
      'mean',
      'symmetric share',
    ]);
    const doubtful = madeHead({
      sigma: [5, 4, 3, 2, 1, 0.5],
      cos: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
      angle: [0, 0.2, 0, 0, 0, 0],
      blocks: [[2, 4]],
    });
    expect(headFacts(doubtful, headEntries(doubtful, 0.1))[3]).toEqual({
      value: '2',
      words: 'of 6 modes identified, 1 loosely, 3 in 1 block',
    });
  });

  test('modes that carry nothing', () => {
    expect(emptyModes(madeHead())).toBeNull();
    expect(emptyModes(madeHead({ sigma: [1, 0, 0], cos: [0.5, NaN, NaN] }))).toBe(
      'M1 to M2 carry nothing: the head is narrower than its size.',
    );
  });

  test('a cell is called by its place, figure and side', () => {
    expect(cellLabel(8, headOf(0.41, 3))).toBe('Layer 8, head 3, weighted 0.41, similar');
    expect(cellLabel(8, headOf(0.01, 3))).toBe('Layer 8, head 3, weighted 0.01, within chance');
    expect(cellLabel(8, madeHead({ trouble: 'not-finite', index: 2 }))).toBe('Layer 8, head 2, weights are not finite');
  });

  test('an entry says how well it is told apart', () => {
    const head = madeHead({ sigma: [3, 2, 1], cos: [0.5, 0.4, 0.3], angle: [0.19, 0, 0], blocks: [[1, 2]] });
    const [loose, block] = headEntries(head, 0.1);
    if (loose === undefined || block === undefined) throw new Error('the head has two entries');
    expect(entryTip(loose).join(' ')).toContain('loosely identified: rounding may turn it by 11\u00b0');
    expect(entryTip(block).join(' ')).toContain('(mean of 2)');
    expect(entrySentence(block)).toBe('Modes 1 to 2, sigma 1.50, cosine 0.35, not separately identified.');
  });
});
