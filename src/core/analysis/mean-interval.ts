import { incompleteBeta } from './chance.js';

/** A mean over a sample and where the mean of all lies with 95 % confidence. */
export interface MeanInterval {
  readonly mean: number;
  /** Null for a sample of one. */
  readonly low: number | null;
  readonly high: number | null;
  /** Size of the sample. */
  readonly count: number;
}

const CONFIDENCE = 0.95;

/** Mean and spread of numbers that come one after the other (Welford's recurrence). */
export class RunningMean {
  #count = 0;
  #mean = 0;
  #squares = 0;

  add(value: number): void {
    this.#count++;
    const before = value - this.#mean;
    this.#mean += before / this.#count;
    this.#squares += before * (value - this.#mean);
  }

  /** Mean with the interval of Student's t; null without numbers. */
  get interval(): MeanInterval | null {
    const count = this.#count;
    if (count === 0) return null;
    if (count === 1) return { mean: this.#mean, low: null, high: null, count };
    const half = studentT(count - 1) * Math.sqrt(this.#squares / (count - 1) / count);
    return { mean: this.#mean, low: this.#mean - half, high: this.#mean + half, count };
  }
}

/** The t that a variable of Student's distribution stays within on both sides with 95 %: P(|T| > t) = I_x(freedom / 2, 1/2), x = freedom / (freedom + t^2). */
function studentT(freedom: number): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (incompleteBeta(middle, freedom / 2, 0.5) < 1 - CONFIDENCE) low = middle;
    else high = middle;
  }
  return Math.sqrt(freedom / high - freedom);
}
