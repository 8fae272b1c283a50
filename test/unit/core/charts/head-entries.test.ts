import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entryOf, headEntries } from '../../../../src/core/charts/head-entries.js';
import { madeHead } from './made-heads.js';

const head = madeHead({
  sigma: [4, 3, 2.9, 2.8, 1, 0.5],
  cos: [0.9, 0.4, 0.2, 0.3, -0.6, 0.1],
  angle: [0.01, 0.3, 0.4, 0.3, 0.02, 0.15],
  blocks: [[1, 3]],
});

describe('entries of a head', () => {
  const entries = headEntries(head, 0.12);

  test('every mode is in one entry, blocks are one', () => {
    expect(entries.map(({ name }) => name)).toEqual(['M0', 'M1\u20133', 'M4', 'M5']);
    expect(entries.map(({ count }) => count)).toEqual([1, 3, 1, 1]);
    expect(entryOf(entries, 2)).toBe(entries[1]);
    expect(entryOf(entries, 6)).toBeNull();
  });

  test('a block has the plain mean, the mean by sigma, and a narrower band', () => {
    const block = entries[1];
    expect(block?.cos).toBeCloseTo(0.3, 12);
    expect(block?.weightedCos).toBeCloseTo((3 * 0.4 + 2.9 * 0.2 + 2.8 * 0.3) / 8.7, 12);
    expect(block?.band).toBeCloseTo(0.12 / Math.sqrt(3), 12);
    expect(block?.sigma).toBeCloseTo(2.9, 12);
  });

  test('only single modes with a large angle are loose', () => {
    expect(entries.map(({ looseAngle }) => looseAngle)).toEqual([null, null, null, 0.15]);
  });

  test('a mode that carries nothing has no cosine, and takes none from the others', () => {
    const narrow = headEntries(madeHead({ sigma: [2, 1, 0], cos: [0.5, -0.5, NaN] }), 0.1);
    expect(narrow[2]).toMatchObject({ cos: null, weightedCos: null, part: null, looseAngle: null });
    expect(narrow[0]?.part).toBeCloseTo(1 / 3, 12);
  });

  test('parts add up to the weighted figure whatever the blocks are', () => {
    const mode = fc.record({
      sigma: fc.double({ min: 1e-3, max: 10, noNaN: true }),
      cos: fc.double({ min: -1, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(mode, { minLength: 1, maxLength: 40 }), fc.nat(39), fc.nat(39), (modes, start, length) => {
        const first = Math.min(start, modes.length - 1);
        const last = Math.min(first + length, modes.length - 1);
        const sorted = [...modes].sort((one, other) => other.sigma - one.sigma);
        const made = madeHead({
          sigma: sorted.map(({ sigma }) => sigma),
          cos: sorted.map(({ cos }) => cos),
          blocks: last > first ? [[first, last]] : [],
        });
        const sum = headEntries(made, 0.1).reduce((total, { part }) => total + (part ?? 0), 0);
        expect(sum).toBeCloseTo(made.weighted ?? NaN, 9);
      }),
    );
  });
});
