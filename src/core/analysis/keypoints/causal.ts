import { bandOf } from './torus.js';

/** What the output does without a candidate, beside what it does without the same shape elsewhere. */
export interface CausalCheck {
  /** Change of the output without the candidate. */
  readonly effect: number;
  /** 5 and 95 % of the changes elsewhere; null without another place. */
  readonly band: readonly [low: number, high: number] | null;
  /** (effect - mean elsewhere) / deviation elsewhere; null where all are alike or there are fewer than two. */
  readonly z: number | null;
  /** Other places that were tried. */
  readonly places: number;
}

/** Sets the change of the output without some patches beside those without the same shape elsewhere. */
export function causalCheck(effect: number, elsewhere: readonly number[]): CausalCheck {
  const mean = elsewhere.reduce((all, value) => all + value, 0) / elsewhere.length;
  const deviation = Math.sqrt(elsewhere.reduce((all, value) => all + (value - mean) ** 2, 0) / elsewhere.length);
  const z = elsewhere.length >= 2 && deviation > 0 ? (effect - mean) / deviation : null;
  return { effect, band: bandOf(elsewhere), z, places: elsewhere.length };
}
