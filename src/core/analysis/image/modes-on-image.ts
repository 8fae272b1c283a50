import type { SingularVectors } from '../../linalg/head-solver.js';
import type { Basis, Block } from '../figures.js';
import type { HeadWeights, TokenNorm, Tokens } from './head-weights.js';
import { readersOf, type Readers } from './mode-readers.js';
import type { Products, Rows } from './products.js';
import { centredIn, type Groups, meanSquare, meanVarianceOfSum, rowsOf } from './statistics.js';

/** The modes of a head in one basis, as the solver gives them. */
export interface HeadModes {
  readonly basis: Basis;
  /** Singular values, descending. */
  readonly sigma: Float64Array;
  readonly vectors: SingularVectors;
  /** Runs of modes that cannot be told apart. */
  readonly blocks: readonly Block[];
}

/** A mode, or a block of modes that cannot be told apart, on an image. */
export interface ModeEntry {
  /** First and last mode; the same for a single one. */
  readonly first: number;
  readonly last: number;
  /** g: mean over the asking patches of the variance of its part of the score over those that can answer. */
  readonly contribution: number;
  /** g over the same figure of the whole score; can exceed 1, null where the score does not vary. */
  readonly shareOfScore: number | null;
  /** g over the sum of those of all entries; null where that is 0. */
  readonly shareOfModes: number | null;
}

/** The key bias term on an image: what b_q makes of the keys, whatever asks. */
export interface KeyBiasEntry {
  readonly contribution: number;
  readonly shareOfScore: number | null;
}

/** What the modes of one head do on one image, over its patches. */
export interface ModesOnImage {
  readonly basis: Basis;
  /** Query and key maps of every mode, (modes, patches). */
  readonly queryMaps: Float64Array;
  readonly keyMaps: Float64Array;
  readonly patches: number;
  /** Modes and blocks by their contribution, the largest first. */
  readonly entries: readonly ModeEntry[];
  readonly keyBias: KeyBiasEntry;
  /** The key bias term of each patch that answers, in units of the score, the mean of those that answer the same patches taken off. */
  readonly keyBiasMap: Float64Array;
  /** Mean over the asking patches of the variance of the whole score over those that can answer; the same in every basis. */
  readonly scoreVariance: number;
  /** Channels whose gain is too small to read the standardised token from the norm's output; see `readersOf`. */
  readonly unreadable: number;
}

/**
 * Query maps, key maps and contributions of all modes of a head on an image.
 * Formulas: definitions.md, "With an image"; all variances are divided by the number of patches that they are over.
 * @param tokens output of the norm; prefix tokens are left out.
 * @param head the stored weights; `norm` makes them those of the folded basis.
 * @param groups patches that attend to each other and to no others, such as those of a window; null where all do.
 */
export function modesOnImage(
  products: Products,
  tokens: Tokens,
  head: HeadWeights,
  norm: TokenNorm | null,
  modes: HeadModes,
  groups: Groups = null,
): ModesOnImage {
  const { basis, sigma, vectors } = modes;
  const { scale, columns: width } = head;
  const patches = tokens.count - tokens.prefix;
  const rows: Rows = { values: tokens.values.subarray(tokens.prefix * width), rows: patches, columns: width };
  const queryReaders = readersOf(vectors.u, width, basis, norm);
  const queryMaps = mapsOf(products, queryReaders, rows);
  const keyMaps = mapsOf(products, readersOf(vectors.v, width, basis, norm), rows);

  const queries = projected(products, head, head.query, rows, head.queryBias);
  // The key's own bias moves whole rows of scores, which no variance over the keys sees.
  const keys = projected(products, head, head.key, rows, null);
  const scoreVariance = scale ** 2 * meanVarianceOfSum(queries, keys, groups);
  // No score can have a larger variance.
  const bound = scale ** 2 * sumOf(queries.map(meanSquare)) * sumOf(keys.map(meanSquare));
  const share = (part: number, whole: number) => (whole > VARIES * bound ? part / whole : null);

  const query = rowsOf(queryMaps, patches);
  const key = rowsOf(keyMaps, patches);
  const found = entriesOf(sigma.length, modes.blocks).map(([first, last]) => {
    const weighted = query.slice(first, last + 1).map((map, n) => map.map((value) => value * (sigma[first + n] ?? 0)));
    return { first, last, contribution: scale ** 2 * meanVarianceOfSum(weighted, key.slice(first, last + 1), groups) };
  });
  const sum = sumOf(found.map(({ contribution }) => contribution));
  const keyBiasMap = centredIn(groups, keyBiasTerm(head, norm, basis, keys));
  const bias = meanSquare(keyBiasMap);
  return {
    basis,
    queryMaps,
    keyMaps,
    patches,
    entries: found
      .map((entry) => ({
        ...entry,
        shareOfScore: share(entry.contribution, scoreVariance),
        shareOfModes: share(entry.contribution, sum),
      }))
      .sort((a, b) => b.contribution - a.contribution),
    keyBias: { contribution: bias, shareOfScore: share(bias, scoreVariance) },
    keyBiasMap,
    scoreVariance,
    unreadable: queryReaders.unreadable,
  };
}

/** A score whose variance is a smaller part of the largest there could be does not vary: that is what rounding leaves. */
const VARIES = 1e-24;

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Query and key map of an entry, one number a patch: of a mode its own, of a block the lengths of the projections on its spans. */
export function entryMaps(
  { queryMaps, keyMaps, patches }: ModesOnImage,
  { first, last }: ModeEntry,
): { query: Float64Array; key: Float64Array } {
  const map = (maps: Float64Array): Float64Array => {
    const own = rowsOf(maps.subarray(first * patches, (last + 1) * patches), patches);
    const [only] = own;
    if (own.length === 1 && only !== undefined) return only;
    return Float64Array.from({ length: patches }, (_, i) => Math.hypot(...own.map((row) => row[i] ?? 0)));
  };
  return { query: map(queryMaps), key: map(keyMaps) };
}

/** b'_q of the basis: b_q, in the folded one with the shift of the norm brought in, b_q + W_q shift. */
export function biasOf(head: HeadWeights, norm: TokenNorm | null, basis: Basis): Float64Array {
  const shift = basis === 'folded' ? (norm?.shift ?? null) : null;
  return Float64Array.from({ length: head.rows }, (_, d) => {
    let sum = head.queryBias?.[d] ?? 0;
    shift?.forEach((value, j) => {
      sum += (head.query[d * head.columns + j] ?? 0) * value;
    });
    return sum;
  });
}

function mapsOf(products: Products, { coefficients, offsets }: Readers, tokens: Rows): Float64Array {
  const maps = products.transposed({ values: coefficients, rows: offsets.length, columns: tokens.columns }, tokens);
  return maps.map((value, at) => value - (offsets[Math.floor(at / tokens.rows)] ?? 0));
}

/** W x + b of all patches, one row an output. */
function projected(
  products: Products,
  { rows, columns }: HeadWeights,
  weight: Float64Array,
  tokens: Rows,
  bias: Float64Array | null,
): Float64Array[] {
  const outputs = rowsOf(products.transposed({ values: weight, rows, columns }, tokens), tokens.rows);
  return bias === null ? outputs : outputs.map((row, d) => row.map((value) => value + (bias[d] ?? 0)));
}

/** Modes outside blocks, and blocks, in order. */
function entriesOf(modes: number, blocks: readonly Block[]): Block[] {
  const entries: Block[] = [];
  for (let n = 0; n < modes; n++) {
    const block = blocks.find(([first, last]) => first <= n && n <= last) ?? ([n, n] as const);
    if (block[0] === n) entries.push(block);
  }
  return entries;
}

function keyBiasTerm(
  head: HeadWeights,
  norm: TokenNorm | null,
  basis: Basis,
  keys: readonly Float64Array[],
): Float64Array {
  const bias = biasOf(head, norm, basis);
  return Float64Array.from(
    { length: keys[0]?.length ?? 0 },
    (_, j) => head.scale * keys.reduce((sum, row, d) => sum + (bias[d] ?? 0) * (row[j] ?? 0), 0),
  );
}
