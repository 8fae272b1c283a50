/** PyTorch allows 64 axes, NumPy 64 as well. */
const MAX_AXES = 64;

/**
 * Number of elements of a shape that came out of a file.
 * @returns what is wrong with the shape, as the end of a sentence, in place of the number.
 */
export function checkedElementCount(shape: readonly number[]): number | string {
  if (shape.length > MAX_AXES) return `has ${String(shape.length)} axes, more than the ${String(MAX_AXES)} that exist`;
  let count = 1;
  for (const size of shape) {
    if (size < 0) return `has a negative dimension: [${shape.join(', ')}]`;
    if (!Number.isSafeInteger(size)) return `has a dimension that is no whole number below 2^53: [${shape.join(', ')}]`;
    count *= size;
  }
  if (shape.includes(0)) return 0;
  return Number.isSafeInteger(count) ? count : `declares more than 2^53 elements: [${shape.join(', ')}]`;
}
