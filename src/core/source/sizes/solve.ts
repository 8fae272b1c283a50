import { apply, type Loop, type Size, unnamed } from './size.js';

/** Which run of each loop a module belongs to. */
export type Runs = ReadonlyMap<Loop, number>;

/** A size of the code and the size that the checkpoint has there. */
export interface Equation {
  readonly size: Size;
  readonly actual: number;
  readonly runs: Runs;
}

/** Numbers that the checkpoint gives to the unknowns of the code. */
export type Known = ReadonlyMap<string, number>;

/** More rounds of filling in what follows from what is known than any code needs. */
const MAX_ROUNDS = 12;

/** Deeper than any expression that people write. */
const MAX_DEPTH = 60;

/** An unknown in one run of its loops. */
function keyOf(symbol: Extract<Size, { kind: 'symbol' }>, runs: Runs): string {
  return symbol.loops.length === 0
    ? symbol.id
    : `${symbol.id}@${symbol.loops.map((loop) => runs.get(loop) ?? '?').join(',')}`;
}

/** The number that a size is; null where unknowns are left. */
export function valueOf(size: Size, known: Known, runs: Runs, depth = 0): number | null {
  if (depth > MAX_DEPTH) return null;
  switch (size.kind) {
    case 'number':
      return size.value;
    case 'symbol':
      return known.get(keyOf(size, runs)) ?? null;
    case 'named':
      return valueOf(size.of, known, runs, depth + 1);
    case 'index':
      return runs.get(size.loop) ?? null;
    case 'operation': {
      const left = valueOf(size.left, known, runs, depth + 1);
      const right = left === null ? null : valueOf(size.right, known, runs, depth + 1);
      return left === null || right === null ? null : apply(size.operator, left, right);
    }
    case 'opaque':
      return null;
  }
}

/**
 * Solves what can be solved one unknown at a time. Where equations disagree about an unknown, most of them decide, so that one odd
 * tensor does not turn all others into contradictions.
 */
export function solve(equations: readonly Equation[]): Known {
  const known = new Map<string, number>();
  let open = equations;
  for (let round = 0; round < MAX_ROUNDS && open.length > 0; round++) {
    const votes = new Map<string, Map<number, number>>();
    const later: Equation[] = [];
    for (const equation of open) {
      const found = invert(equation.size, equation.actual, known, equation.runs, 0);
      if (found === null) later.push(equation);
      else if (found !== 'settled') vote(votes, found.key, found.value);
    }
    if (votes.size === 0) break;
    for (const [key, values] of votes) known.set(key, mostVoted(values));
    open = later;
  }
  return known;
}

function vote(votes: Map<string, Map<number, number>>, key: string, value: number): void {
  const values = votes.get(key) ?? new Map<number, number>();
  values.set(value, (values.get(value) ?? 0) + 1);
  votes.set(key, values);
}

function mostVoted(values: ReadonlyMap<number, number>): number {
  let best = { value: 0, count: 0 };
  for (const [value, count] of values) if (count > best.count) best = { value, count };
  return best.value;
}

/** The one unknown of a size and its number; `settled` where nothing is unknown, null where it cannot be told. */
function invert(
  size: Size,
  actual: number,
  known: Known,
  runs: Runs,
  depth: number,
): { key: string; value: number } | 'settled' | null {
  if (depth > MAX_DEPTH || !Number.isFinite(actual)) return null;
  switch (size.kind) {
    case 'number':
    case 'index':
      return 'settled';
    case 'opaque':
      return null;
    case 'symbol': {
      const key = keyOf(size, runs);
      return known.has(key) ? 'settled' : { key, value: actual };
    }
    case 'named':
      return invert(size.of, actual, known, runs, depth + 1);
    case 'operation': {
      const left = valueOf(size.left, known, runs);
      const right = valueOf(size.right, known, runs);
      if (left !== null && right !== null) return 'settled';
      if (left === null && right === null) return sameFactor(size, actual, known, runs, depth);
      if (right !== null) {
        const inner = leftOf(size.operator, actual, right);
        return inner === null ? null : invert(size.left, inner, known, runs, depth + 1);
      }
      const inner = left === null ? null : rightOf(size.operator, actual, left);
      return inner === null ? null : invert(size.right, inner, known, runs, depth + 1);
    }
  }
}

/** `heads * (dim // heads)` is `dim`, and so are its relatives: the division came out even, or the model would not run. */
function sameFactor(
  { operator, left, right }: Extract<Size, { kind: 'operation' }>,
  actual: number,
  known: Known,
  runs: Runs,
  depth: number,
): { key: string; value: number } | 'settled' | null {
  if (operator !== '*') return null;
  const one = unnamed(left);
  const other = unnamed(right);
  for (const [factor, quotient] of [
    [one, other],
    [other, one],
  ] as const) {
    if (quotient.kind !== 'operation' || (quotient.operator !== '//' && quotient.operator !== '/')) continue;
    const divisor = unnamed(quotient.right);
    if (factor.kind === 'symbol' && divisor.kind === 'symbol' && keyOf(factor, runs) === keyOf(divisor, runs)) {
      return invert(quotient.left, actual, known, runs, depth + 1);
    }
  }
  return null;
}

function leftOf(operator: string, actual: number, right: number): number | null {
  switch (operator) {
    case '+':
      return actual - right;
    case '-':
      return actual + right;
    case '*':
      return right === 0 ? null : actual / right;
    case '/':
      return actual * right;
    case '//':
      // Code that divides a width by heads has an even division, or the model would not run.
      return actual * right;
    default:
      return null;
  }
}

function rightOf(operator: string, actual: number, left: number): number | null {
  switch (operator) {
    case '+':
      return actual - left;
    case '-':
      return left - actual;
    case '*':
      return left === 0 ? null : actual / left;
    case '/':
    case '//':
      return actual === 0 || left % actual !== 0 ? null : left / actual;
    default:
      return null;
  }
}

/** True where a number that was worked out is the size that the checkpoint has; `int(dim * ratio)` rounds down. */
export function agrees(value: number, actual: number): boolean {
  return Math.abs(value - actual) < 1e-6 || Math.floor(value + 1e-6) === actual;
}
