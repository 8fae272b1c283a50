/**
 * Which of some p values stay significant when all of them are looked at: the false discovery rate is at most `rate` (Benjamini and Hochberg, 1995).
 * A null stands for a figure that does not exist and is no test.
 */
export function significant(values: readonly (number | null)[], rate: number): boolean[] {
  const tests = values.filter((value) => value !== null).sort((a, b) => a - b);
  let limit = -Infinity;
  for (const [index, value] of tests.entries()) if (value <= (rate * (index + 1)) / tests.length) limit = value;
  return values.map((value) => value !== null && value <= limit);
}

/** False discovery rate of heads. */
const RATE = 0.05;

/** A head by its place in the model. */
export interface HeadPlace {
  readonly layer: number;
  readonly head: number;
}

/** Heads whose p stays significant over all heads of the model; p by layer and head, null for a head without one. */
export function significantHeads(p: readonly (readonly (number | null)[])[]): HeadPlace[] {
  const places = p.flatMap((heads, layer) => heads.map((value, head) => ({ layer, head, value })));
  const kept = significant(
    places.map(({ value }) => value),
    RATE,
  );
  return places.filter((_, at) => kept[at] === true).map(({ layer, head }) => ({ layer, head }));
}
