import type { HeadMatrices, HeadSolver, Preparation } from '../linalg/head-solver.js';
import { EXPONENTS } from '../linalg/head-solver.js';
import type { HeadChange } from './figures.js';
import { headFigures } from './head.js';
import { directedModes } from './identify.js';

/** What an adapter added to the query or key matrix of a head, (rows, columns), and the most independent rows that it can have. */
interface Addition {
  readonly added: Float64Array;
  readonly rank: number;
}

/** Query and key matrix of one head as an adapter leaves them, with what it added. */
export interface ChangedHead {
  readonly merged: HeadMatrices;
  readonly query: Addition;
  readonly key: Addition;
}

/** A row that has kept less than this of the longest is the rounding of those before. */
const NEGLIGIBLE = 1e-14;

/**
 * How an adapter changed B = W_q^T W_k of one head: W_q'^T W_k' - W_q^T W_k = W_q'^T (W_k' - W_k) + (W_q' - W_q)^T W_k, in which nothing
 * cancels. What was added has few independent rows, so that only matrices of twice the rank are decomposed.
 * @param dimensions r, in which directions are free.
 * @returns null where the weights are not finite.
 */
export function headChange(
  { merged, query, key }: ChangedHead,
  preparation: Preparation,
  dimensions: number,
  solver: HeadSolver,
): HeadChange | null {
  const { rows, columns } = merged;
  const keyBefore = difference(merged.key, key.added);
  const before = solver.solve({ ...merged, query: difference(merged.query, query.added), key: keyBefore }, preparation);
  if (before === null) return null;
  const fold = (matrix: Float64Array): Float64Array => folded(matrix, preparation, columns);
  const ofKey = products(fold(key.added), key.rank, rows, columns);
  const ofQuery = products(fold(query.added), query.rank, rows, columns);
  if (ofKey === null || ofQuery === null) return null;
  const left = { first: combined(ofKey, fold(merged.query), columns), second: ofQuery.rows };
  const right = { first: ofKey.rows, second: combined(ofQuery, fold(keyBefore), columns) };
  const { weighted } = headFigures(0, before, rows, dimensions);
  const count = ofKey.rows.length + ofQuery.rows.length;
  if (count === 0) return { relativeFrobenius: 0, weightedBefore: weighted, weighted: null, sigma: NONE, cos: NONE };
  const solved = solver.solve(balanced(left, right, columns), asItIs(Math.max(columns, count)));
  if (solved === null) return null;
  const directed = directedModes(solved.sigma);
  const sigma = solved.sigma.slice(0, directed);
  const cos = solved.cos.slice(0, directed);
  const sum = sigma.reduce((total, value) => total + value, 0);
  const length = Math.sqrt(solved.sigma.reduce((total, value) => total + value * value, 0));
  const whole = Math.sqrt(Math.max(0, before.frobeniusSquared));
  return {
    relativeFrobenius: whole === 0 ? null : length / whole,
    weightedBefore: weighted,
    weighted: sum === 0 ? null : sigma.reduce((total, value, n) => total + value * (cos[n] ?? 0), 0) / sum,
    sigma,
    cos,
  };
}

const NONE = new Float64Array(0);

/** W as it acts in the basis. */
function folded(matrix: Float64Array, { gain, fold }: Preparation, columns: number): Float64Array {
  const out = matrix.slice();
  if (fold === 'none') return out;
  for (let start = 0; start < out.length; start += columns) {
    const row = out.subarray(start, start + columns);
    for (let i = 0; i < columns; i++) row[i] = (row[i] ?? 0) * (gain[i] ?? 1);
    const mean = fold === 'centred' ? row.reduce((sum, value) => sum + value, 0) / columns : 0;
    for (let i = 0; i < columns; i++) row[i] = (row[i] ?? 0) - mean;
  }
  return out;
}

function difference(one: Float64Array, other: Float64Array): Float64Array {
  const out = one.slice();
  for (let i = 0; i < out.length; i++) out[i] = (out[i] ?? 0) - (other[i] ?? 0);
  return out;
}

/** A matrix as a sum of outer products: coefficients (one a row of the matrix) times rows; without coefficients its own rows. */
interface Products {
  readonly coefficients: readonly Float64Array[] | null;
  readonly rows: readonly Float64Array[];
}

/** The matrix by its independent rows where it has fewer than rows; null when it is not finite. */
function products(matrix: Float64Array, rank: number, count: number, columns: number): Products | null {
  if (rank < count) return independentRows(matrix, count, columns);
  if (!matrix.every(Number.isFinite)) return null;
  if (matrix.every((value) => value === 0)) return { coefficients: null, rows: [] };
  return { coefficients: null, rows: rowsOf(matrix, columns) };
}

function rowsOf(matrix: Float64Array, columns: number): Float64Array[] {
  return Array.from({ length: matrix.length / columns }, (_, row) =>
    matrix.subarray(row * columns, (row + 1) * columns),
  );
}

/** Independent rows of a matrix, of length one, by Gram-Schmidt with the longest row next; null when it is not finite. */
function independentRows(matrix: Float64Array, count: number, columns: number): Products | null {
  const left = rowsOf(matrix.slice(), columns);
  const coefficients: Float64Array[] = [];
  const rows: Float64Array[] = [];
  let longest = 0;
  for (let taken = 0; taken < count; taken++) {
    const lengths = left.map((row) => Math.sqrt(dot(row, row)));
    const largest = Math.max(...lengths);
    if (!Number.isFinite(largest)) return null;
    longest = Math.max(longest, largest);
    const next = left[lengths.indexOf(largest)];
    if (next === undefined || largest === 0 || largest <= NEGLIGIBLE * longest) break;
    const direction = unit(next, rows);
    const along = new Float64Array(count);
    for (const [index, row] of left.entries()) {
      along[index] = dot(row, direction);
      subtract(row, along[index] ?? 0, direction);
    }
    coefficients.push(along);
    rows.push(direction);
  }
  return { coefficients, rows };
}

/** A row of length one, made orthogonal to the earlier ones once more: what was left of it may be mostly their rounding. */
function unit(row: Float64Array, earlier: readonly Float64Array[]): Float64Array {
  const out = scaled(row, 1 / Math.sqrt(dot(row, row)));
  for (const direction of earlier) subtract(out, dot(out, direction), direction);
  return scaled(out, 1 / Math.sqrt(dot(out, out)));
}

function scaled(row: Float64Array, factor: number): Float64Array {
  return row.map((value) => value * factor);
}

function subtract(row: Float64Array, factor: number, direction: Float64Array): void {
  for (let i = 0; i < row.length; i++) row[i] = (row[i] ?? 0) - factor * (direction[i] ?? 0);
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i] ?? 0) * (other[i] ?? 0);
  return sum;
}

/** For each vector of coefficients the sum of the rows of a matrix with them. */
function combined({ coefficients, rows: own }: Products, matrix: Float64Array, columns: number): Float64Array[] {
  const rows = rowsOf(matrix, columns);
  if (coefficients === null) return own.length === 0 ? [] : rows;
  return coefficients.map((factors) => {
    const out = new Float64Array(columns);
    for (const [index, row] of rows.entries()) subtract(out, -(factors[index] ?? 0), row);
    return out;
  });
}

/** The two parts of the rows on one side of a product. */
interface Sides {
  readonly first: readonly Float64Array[];
  readonly second: readonly Float64Array[];
}

/**
 * left^T right as a head, its first part a little larger on one side and as much smaller on the other, so that both parts are of one size on
 * each side and the fast way through the solver stays exact. More rows than columns get columns of zeros, which change nothing.
 */
function balanced(left: Sides, right: Sides, columns: number): HeadMatrices {
  const length = (rows: readonly Float64Array[]): number =>
    Math.sqrt(rows.reduce((sum, row) => sum + dot(row, row), 0));
  const ratio = Math.sqrt((length(left.second) / length(left.first)) * (length(right.first) / length(right.second)));
  const factor = Number.isFinite(ratio) && ratio > 0 ? ratio : 1;
  const rows = left.first.length + left.second.length;
  const width = Math.max(columns, rows);
  const join = (first: readonly Float64Array[], by: number, second: readonly Float64Array[]): Float64Array => {
    const out = new Float64Array(rows * width);
    [...first.map((row) => scaled(row, by)), ...second].forEach((row, index) => {
      out.set(row, index * width);
    });
    return out;
  };
  return {
    query: join(left.first, factor, left.second),
    key: join(right.first, 1 / factor, right.second),
    rows,
    columns: width,
  };
}

/** Nothing is folded any more, and rounding is that of the weights, not of the rows. */
function asItIs(columns: number): Preparation {
  const exact = new Float64Array(EXPONENTS);
  return { gain: new Float64Array(columns).fill(1), fold: 'none', querySpacing: exact, keySpacing: exact };
}
