import { rollBack } from '../image/rollout.js';

/** How the relevance of patches to the output is found. */
export const RELEVANCES = ['attention', 'rollout', 'deletion'] as const;
export type RelevanceKind = (typeof RELEVANCES)[number];

/** Whose attention stands for the output: the class token's, or where there is none the mean over the patches, whose tokens the model pools. */
export type Asker = 'class-token' | 'patch-mean';

/** Relevance of the patches to the output. */
export interface Relevance {
  readonly kind: RelevanceKind;
  /** Null where nothing is asked: deletion looks at the output itself. */
  readonly asker: Asker | null;
  /** r >= 0 of each patch, summing to 1. */
  readonly values: Float64Array;
}

/**
 * The part of all tokens that asks for the output, (1, prefix + patches), summing to 1; where rollout begins.
 * @param classToken place of the class token among the tokens; null for a model without one.
 */
export function askingTokens(classToken: number | null, prefix: number, patches: number): Float64Array {
  const asks = new Float64Array(prefix + patches);
  if (classToken !== null) asks[classToken] = 1;
  else asks.fill(1 / patches, prefix);
  return asks;
}

/** What the asking tokens attend to, in one head: (prefix + patches). */
export function attendedBy(asks: Float64Array, attention: Float32Array): Float64Array {
  const count = asks.length;
  const out = new Float64Array(count);
  for (const [i, weight] of asks.entries()) {
    if (weight === 0) continue;
    for (let j = 0; j < count; j++) out[j] = (out[j] ?? 0) + weight * (attention[i * count + j] ?? 0);
  }
  return out;
}

/** Numbers >= 0 of patches as parts of 1; null where all are 0 or one is no number. */
export function asParts(values: Float64Array): Float64Array | null {
  const sum = values.reduce((all, value) => all + value, 0);
  return sum > 0 && Number.isFinite(sum) ? values.map((value) => value / sum) : null;
}

/**
 * Relevance by attention, from the mean attention over the heads of each layer. Layers are given from the last to the first, so that no two
 * are in memory together: `attention` looks at the last one alone, `rollout` at all of them (Abnar and Zuidema, arXiv 2005.00928).
 */
export class BackwardRelevance {
  readonly #asker: Asker;
  readonly #asks: Float64Array;
  #last: Float64Array | null = null;
  #rolled: Float64Array;

  /** @param classToken place of the class token among the tokens; null for a model without one. */
  constructor(
    classToken: number | null,
    private readonly prefix: number,
    patches: number,
  ) {
    this.#asker = classToken === null ? 'patch-mean' : 'class-token';
    this.#asks = askingTokens(classToken, prefix, patches);
    this.#rolled = this.#asks;
  }

  /** @param attention (prefix + patches, prefix + patches), mean over the heads. */
  layer(attention: Float32Array): void {
    this.#last ??= attendedBy(this.#asks, attention);
    this.#rolled = rollBack(this.#rolled, attention, this.#asks.length);
  }

  /** Of the layers so far; null where nothing of it falls on patches. */
  get attention(): Relevance | null {
    return this.#last === null ? null : this.#onPatches('attention', this.#last);
  }

  get rollout(): Relevance | null {
    return this.#onPatches('rollout', this.#rolled);
  }

  #onPatches(kind: RelevanceKind, tokens: Float64Array): Relevance | null {
    const values = asParts(tokens.slice(this.prefix));
    return values === null ? null : { kind, asker: this.#asker, values };
  }
}
