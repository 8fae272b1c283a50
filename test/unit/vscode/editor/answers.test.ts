import { describe, expect, it } from 'vitest';
import { headsProblem, namePatternProblem, parsePlace, placeProblem } from '../../../../src/vscode/editor/answers.js';

describe('a number of heads', () => {
  it('must divide the rows of the queries', () => {
    expect(headsProblem('12', 768)).toBeNull();
    expect(headsProblem(' 6 ', 384)).toBeNull();
    expect(headsProblem('7', 384)).toBe('7 does not divide 384. Near it: 6, 8, 12.');
    expect(headsProblem('100000', 384)).toContain('384');
  });

  it('must be a whole number', () => {
    for (const text of ['', '0', '-3', '1.5', 'six', '1e1']) expect(headsProblem(text, 384), text).not.toBeNull();
  });
});

describe('a place', () => {
  it('can be written as people write it', () => {
    for (const text of ['8.3', 'L8 H3', 'l8h3'.replace('h', ' h'), '8 3', '8,3', ' 8 . 3 ']) {
      expect(parsePlace(text), text).toEqual({ layer: 8, head: 3 });
    }
    for (const text of ['', '8', '83', '8.', '.3', '-8.3', '8.3.1', 'head 3'])
      expect(parsePlace(text), text).toBeNull();
  });

  it('must be in the model, whose layers may differ', () => {
    const heads = [3, 6];
    expect(placeProblem('1.5', heads)).toBeNull();
    expect(placeProblem('0.5', heads)).toBe('Heads of layer 0 go from 0 to 2.');
    expect(placeProblem('2.0', heads)).toBe('Layers go from 0 to 1.');
  });
});

describe('the names of query or key weights', () => {
  const names = ['net.0.q.weight', 'net.11.q.weight', 'head.weight'];

  it('need the number of the layer once', () => {
    expect(namePatternProblem('net.{i}.q.weight', names)).toBeNull();
    expect(namePatternProblem('net.0.q.weight', names)).toContain('{i}');
    expect(namePatternProblem('{i}.{i}', names)).toContain('{i}');
  });

  it('must be of the file', () => {
    expect(namePatternProblem('net.{i}.k.weight', names)).toBe('No tensor of this file has such a name.');
    expect(namePatternProblem('{i}.weight', names)).toBe('No tensor of this file has such a name.');
  });
});
