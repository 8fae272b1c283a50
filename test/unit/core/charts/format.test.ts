import { describe, expect, test } from 'vitest';
import {
  cellNumber,
  degrees,
  parameters,
  percent,
  placeName,
  plainNumber,
  plusMinus,
  sigmaNumber,
} from '../../../../src/core/charts/format.js';

describe('numbers for people', () => {
  test.each([
    [0.414, '.41'],
    [-0.16, '\u2212.16'],
    [-0.001, '.00'],
    [1, '1.00'],
    [-1, '\u22121.00'],
    [null, '\u2013'],
  ])('a cell shows %s as %s', (value, text) => {
    expect(cellNumber(value)).toBe(text);
  });

  test.each([
    [1.174, '1.17'],
    [0.1, '0.10'],
    [0.0023, '0.0023'],
    [0.0949, '0.095'],
    [0, '0.00'],
    [2.2e-6, '2.2e\u22126'],
    [18.512, '18.51'],
    [1234.5, '1235'],
    [4.5e7, '4.5e7'],
    [NaN, '\u2013'],
  ])('sigma %s is written %s', (value, text) => {
    expect(sigmaNumber(value)).toBe(text);
  });

  test('a small chance band keeps digits that count', () => {
    expect(plusMinus(0.0204)).toBe('\u00b10.02');
    expect(plusMinus(0.0042)).toBe('\u00b10.0042');
  });

  test('percent, degrees, parameters', () => {
    expect(percent(0.0678)).toBe('6.8 %');
    expect(degrees(0.19)).toBe('11\u00b0');
    expect(parameters(22_056_576)).toBe('22.1 M');
    expect(parameters(1_136_000_000)).toBe('1.1 B');
    expect(parameters(812)).toBe('812');
  });

  test('places have one form', () => {
    expect(placeName(8, 3)).toBe('L8 H3');
    expect(placeName(8, null)).toBe('L8');
  });

  test('numbers for a spreadsheet are plain', () => {
    expect(plainNumber(-0.41071234567)).toBe('-0.4107123');
    expect(plainNumber(NaN)).toBe('');
    expect(plainNumber(null)).toBe('');
  });
});
