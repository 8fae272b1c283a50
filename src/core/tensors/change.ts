import type { MatrixView } from '../model/model.js';
import { elementCount, type LowRankChange } from './tensor-index.js';

/** The factors of a change in memory. */
export interface ChangeFactors {
  /** A, (rank, inputs), and B, (outputs, rank), row by row; those of several parts one behind the other. */
  readonly down: Float64Array;
  readonly up: Float64Array;
  /** (outputs); null where rows keep the length that they get. */
  readonly lengths: Float64Array | null;
}

/** How many parts of the outputs have factors: 1 where there are no parts. */
export function changedParts({ parts = [0] }: LowRankChange): number {
  return parts.filter((place) => place !== null).length;
}

/** Adds scale x B A to the elements of a view, in place. @param values (rows, columns) of the view. */
export function addLowRank(
  values: Float64Array,
  { tensor, rowStart, rows, columns, transposed }: MatrixView,
  change: LowRankChange,
  { down, up }: ChangeFactors,
): void {
  const { rank, inputs, outputs, scale, parts = [0] } = change;
  const ranks = rank * changedParts(change);
  // The inputs one after the other, so that both factors are walked along their memory.
  const byInput = new Float64Array(inputs * ranks);
  for (let q = 0; q < ranks; q++) for (let i = 0; i < inputs; i++) byInput[i * ranks + q] = down[q * inputs + i] ?? 0;
  const perPart = outputs / parts.length;
  // Where an element of the view lies in the stored tensor, row by row, says which output and input it belongs to.
  const [rowStep, columnStep] = transposed ? [1, elementCount(tensor.shape) / columns] : [columns, 1];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const stored = (rowStart + row) * rowStep + column * columnStep;
      const output = change.transposed ? stored % outputs : Math.floor(stored / inputs);
      const input = change.transposed ? Math.floor(stored / outputs) : stored % inputs;
      const part = Math.floor(output / perPart);
      const place = parts[part] ?? null;
      if (place === null) continue;
      const upRow = (output + (place - part) * perPart) * rank;
      const downRow = input * ranks + place * rank;
      let sum = 0;
      for (let q = 0; q < rank; q++) sum += (up[upRow + q] ?? 0) * (byInput[downRow + q] ?? 0);
      const at = row * columns + column;
      values[at] = (values[at] ?? 0) + scale * sum;
    }
  }
}

/**
 * Brings each row of a changed weight to its length, in place.
 * @param lengths (outputs).
 * @returns false where the rows of the view are not whole rows of the weight.
 */
export function setLengths(
  values: Float64Array,
  { rowStart, rows, columns, transposed }: MatrixView,
  change: LowRankChange,
  lengths: Float64Array,
): boolean {
  if (transposed !== change.transposed || columns !== change.inputs) return false;
  for (let row = 0; row < rows; row++) {
    const part = values.subarray(row * columns, (row + 1) * columns);
    const length = Math.sqrt(part.reduce((sum, value) => sum + value * value, 0));
    const factor = (lengths[rowStart + row] ?? 0) / length;
    for (let i = 0; i < columns; i++) part[i] = (part[i] ?? 0) * factor;
  }
  return true;
}
