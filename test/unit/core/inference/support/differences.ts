/** Largest difference between two arrays of numbers; infinite when they do not have the same length or one holds NaN. */
export function largestDifference(one: ArrayLike<number>, other: ArrayLike<number>): number {
  if (one.length !== other.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < one.length; i++) {
    const difference = Math.abs((one[i] ?? NaN) - (other[i] ?? NaN));
    if (Number.isNaN(difference)) return Infinity;
    largest = Math.max(largest, difference);
  }
  return largest;
}

/** The same in units of the largest value of `expected`. */
export function relativeDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  const scale = Array.from(expected).reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return largestDifference(found, expected) / scale;
}
