import type { Block, HeadFigures } from '../analysis/figures.js';
import { IDENTIFIED_BELOW } from '../analysis/identify.js';

/** What the head view shows as one thing: a mode, or a block of modes that cannot be told apart. */
export interface Entry {
  /** First and last mode; the same for a single one. */
  readonly first: number;
  readonly last: number;
  readonly count: number;
  /** `M6` or `M36–45`. */
  readonly name: string;
  /** Plain mean over its modes. */
  readonly sigma: number;
  readonly sigmaFirst: number;
  readonly sigmaLast: number;
  readonly sigmaSum: number;
  /** Plain mean of its modes' cosines; null when one of them has none. */
  readonly cos: number | null;
  /** sum(sigma c) / sum(sigma): the height of its bar, so that areas add up to the head's weighted figure. */
  readonly weightedCos: number | null;
  /** Its part of the head's weighted figure: sum(sigma c) / sum of all sigma; null with `weightedCos`. */
  readonly part: number | null;
  /** Angle in radians by which rounding may turn a loosely identified mode; null for all others. */
  readonly looseAngle: number | null;
  /** Half-width of its chance band: one mode's / sqrt(count). */
  readonly band: number;
}

/**
 * The entries of a head in order of its modes: every mode outside the blocks, and every block.
 * @param modeBand half-width of the chance band of one mode's cosine in this layer.
 */
export function headEntries(head: HeadFigures, modeBand: number): Entry[] {
  const entries: Entry[] = [];
  const total = head.sigma.reduce((sum, value) => sum + value, 0);
  const blocks = new Map<number, Block>(head.blocks.map((block) => [block[0], block]));
  for (let first = 0; first < head.sigma.length;) {
    const last = Math.min(head.sigma.length - 1, Math.max(first, blocks.get(first)?.[1] ?? first));
    entries.push(entry(head, first, last, total, modeBand));
    first = last + 1;
  }
  return entries;
}

function entry(head: HeadFigures, first: number, last: number, total: number, modeBand: number): Entry {
  const count = last - first + 1;
  const sigmas = head.sigma.subarray(first, last + 1);
  const cosines = head.cos.subarray(first, last + 1);
  const sigmaSum = sigmas.reduce((sum, value) => sum + value, 0);
  const product = sigmas.reduce((sum, value, index) => sum + value * (cosines[index] ?? NaN), 0);
  const cos = cosines.reduce((sum, value) => sum + value, 0) / count;
  const angle = head.angle[first] ?? 0;
  const known = !Number.isNaN(cos);
  return {
    first,
    last,
    count,
    name: modesName(first, last),
    sigma: sigmaSum / count,
    sigmaFirst: sigmas[0] ?? 0,
    sigmaLast: sigmas[count - 1] ?? 0,
    sigmaSum,
    cos: known ? cos : null,
    weightedCos: known && sigmaSum > 0 ? product / sigmaSum : null,
    part: known && total > 0 ? product / total : null,
    looseAngle: count === 1 && known && angle > IDENTIFIED_BELOW ? angle : null,
    band: modeBand / Math.sqrt(count),
  };
}

/** `M6`, or `M36–45` for a run of modes. */
export function modesName(first: number, last: number): string {
  return first === last ? `M${String(first)}` : `M${String(first)}\u2013${String(last)}`;
}

/** The entry that holds a mode. */
export function entryOf(entries: readonly Entry[], mode: number): Entry | null {
  return entries.find((candidate) => mode >= candidate.first && mode <= candidate.last) ?? null;
}
