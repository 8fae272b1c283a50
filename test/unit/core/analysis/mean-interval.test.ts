import { describe, expect, test } from 'vitest';
import { RunningMean } from '../../../../src/core/analysis/mean-interval.js';

function intervalOf(values: readonly number[]) {
  const mean = new RunningMean();
  for (const value of values) mean.add(value);
  return mean.interval;
}

describe('RunningMean', () => {
  // 0.975 quantiles of Student's t from tables, times the deviation of the mean
  test.each([
    [[1, 3], 12.7062, Math.sqrt(2)],
    [[1, 2, 3, 4, 5], 2.7764, Math.sqrt(2.5)],
    [Array.from({ length: 31 }, (_, n) => n), 2.0423, Math.sqrt(82.6666667)],
  ])('gives the mean and the interval of Student (%#)', (values, t, deviation) => {
    const found = intervalOf(values);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const half = (t * deviation) / Math.sqrt(values.length);
    expect(found?.mean).toBeCloseTo(mean, 12);
    expect(((found?.high ?? NaN) - mean) / half).toBeCloseTo(1, 4);
    expect((mean - (found?.low ?? NaN)) / half).toBeCloseTo(1, 4);
    expect(found?.count).toBe(values.length);
  });

  test('of one number has no interval, and of none there is nothing', () => {
    expect(intervalOf([4])).toEqual({ mean: 4, low: null, high: null, count: 1 });
    expect(intervalOf([])).toBeNull();
  });

  test('keeps its precision far from 0', () => {
    const found = intervalOf([1e9, 1e9 + 1, 1e9 + 2]);
    expect((found?.high ?? NaN) - 1e9 - 1).toBeCloseTo(4.30265 / Math.sqrt(3), 4);
  });
});
