/** Axes of an Einsum by their letters. */
interface EinsumAxes {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/** Axes of a tensor that are believed. */
const MAX_AXES = 16;
const TERM = /^[A-Za-z]*(?:\.\.\.[A-Za-z]*)?$/u;

/**
 * Reads the equation of an Einsum; what stands for an ellipsis gets numbers for letters, the innermost axis 0.
 * @param ranks axes of each input; null for one that is not known.
 * @returns null for an equation without a result, or one that does not fit.
 */
export function einsumAxes(equation: string, ranks: readonly (number | null)[]): EinsumAxes | null {
  const [left = '', right, ...more] = equation.replaceAll(/\s/gu, '').split('->');
  const terms = left.split(',');
  if (right === undefined || more.length > 0 || terms.length !== ranks.length) return null;
  if (![...terms, right].every((term) => TERM.test(term) && term.length <= MAX_AXES)) return null;
  let most = 0;
  const inputs: string[][] = [];
  for (const [place, term] of terms.entries()) {
    const rank = ranks[place] ?? null;
    const letters = term.replace('...', '').length;
    const isOpen = term.includes('...');
    const open = rank === null ? (isOpen ? null : 0) : rank - letters;
    if (open === null || open < 0 || open > MAX_AXES || (open > 0 && !isOpen)) return null;
    inputs.push(spread(term, open));
    most = Math.max(most, open);
  }
  return { inputs, output: spread(right, most) };
}

function spread(term: string, open: number): string[] {
  const at = term.indexOf('...');
  if (at < 0) return Array.from(term);
  const between = Array.from({ length: open }, (_, index) => String(open - 1 - index));
  return [...Array.from(term.slice(0, at)), ...between, ...Array.from(term.slice(at + 3))];
}
