import { describe, expect, it } from 'vitest';
import { byteSize } from '../../../src/core/text/bytes.js';
import { movedWindow, zoomedWindow } from '../../../webview/tensor/window.js';
import { countWords, numberWords, shapeWords } from '../../../webview/tensor/words.js';

const TABLE = { rows: 1000, columns: 400 };
const WHOLE = { row: 0, column: 0, ...TABLE };

describe('the window of a tensor', () => {
  it('halves about an element, which stays at its place in the picture', () => {
    expect(zoomedWindow(WHOLE, TABLE, 0.5, [900, 100])).toEqual({ row: 450, rows: 500, column: 50, columns: 200 });
  });

  it('halves about its middle, and comes back', () => {
    const half = zoomedWindow(WHOLE, TABLE, 0.5, null);
    expect(half).toEqual({ row: 250, rows: 500, column: 100, columns: 200 });
    expect(zoomedWindow(half, TABLE, 2, null)).toEqual(WHOLE);
  });

  it('never leaves the tensor, and never gets smaller than 8 elements', () => {
    let window = WHOLE;
    for (let i = 0; i < 20; i++) window = zoomedWindow(window, TABLE, 0.5, [999, 399]);
    expect(window).toEqual({ row: 992, rows: 8, column: 392, columns: 8 });
    expect(movedWindow(window, TABLE, [1, 1])).toEqual(window);
    expect(movedWindow(window, TABLE, [-1, 0])).toEqual({ ...window, row: 990 });
    const row = { rows: 1, columns: 3 };
    expect(zoomedWindow({ row: 0, column: 0, ...row }, row, 0.5, null)).toEqual({ row: 0, column: 0, ...row });
  });
});

describe('the words of a tensor', () => {
  it.each([
    [shapeWords([]), 'a single number'],
    [shapeWords([3, 4]), '(3, 4)'],
    [byteSize(999), '999 bytes'],
    [byteSize(1_769_472), '1.8 MB'],
    [byteSize(0), '0 bytes'],
    [numberWords(-0.012345), '−0.01235'],
    [numberWords(123456), '1.235e+5'],
    [numberWords(0), '0'],
    [numberWords(-1e-9), '−1.000e−9'],
    [countWords(1234567), '1\u202f234\u202f567'],
  ])('are %s', (words, expected) => {
    expect(words).toBe(expected);
  });
});
