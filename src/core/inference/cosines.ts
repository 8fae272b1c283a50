/** Shorter vectors are divided by this, as PyTorch's `normalize` does it. */
export const SHORTEST = 1e-12;

/** Factors on cosines are cut off at 100 (Swin V2, arXiv 2111.09883). */
export const LARGEST_LOGARITHM = Math.log(100);

/** Gives each row length 1, in place; those of zeros stay. */
export function toUnitRows(values: Float64Array, size: number): void {
  for (let at = 0; at < values.length; at += size) {
    const row = values.subarray(at, at + size);
    const length = Math.max(Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)), SHORTEST);
    for (let i = 0; i < size; i++) row[i] = (row[i] ?? NaN) / length;
  }
}
