import type { LayerSpec } from '../model/model.js';
import { type LayerAttention, readLayerAttention } from './layer-attention.js';
import { withOwnScores } from './own-scores.js';
import type { AttentionArithmetic, RanLayer } from './recompute-layer.js';

/** A matrix row by row. */
export interface Matrix {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** A linear map of tokens, (outputs, width). */
interface Weights {
  readonly values: Float64Array;
  readonly bias: Float64Array | null;
}

/** What tokens become under a linear map: some columns of a matrix. */
interface Projected {
  readonly all: Matrix;
  readonly first: number;
}

/** Queries, keys and values of a layer, taken out for one head at a time, (rows, size of a head). */
export interface LayerSides {
  readonly parts: LayerAttention;
  /** Tokens; one more where they are parted into windows, which stands for places without a token. */
  readonly rows: number;
  /** Queries or keys as they meet but for the scale. */
  readonly side: (side: 'query' | 'key', head: number) => Matrix;
  /** @param size of a value. */
  readonly values: (head: number, size: number) => Matrix;
}

/** Weights of this many numbers (32 MB) are laid beside each other to be multiplied at once: each product has threads to wake. */
const MAX_JOINED = 2 ** 22;

/**
 * Reads the weights of a layer and projects the tokens that entered it.
 * @param values weights of the values; null where they are not wanted.
 */
export async function layerSides(
  arithmetic: Pick<AttentionArithmetic, 'linear'>,
  { forward, layer, grid, sourceOf, tokens, own = null }: Omit<RanLayer, 'output'>,
  spec: LayerSpec,
  values: Weights | null,
): Promise<LayerSides> {
  const { count, width } = tokens;
  const read = await readLayerAttention(forward, layer, grid, sourceOf);
  const parts = own === null ? read : withOwnScores(read, own);
  // Places of windows without a token hold zeros, whose queries and keys are the biases.
  const rows = parts.windows === null ? count : count + 1;
  const x = { values: new Float64Array(rows * width), rows, columns: width };
  x.values.set(tokens.values);
  const wanted = [parts.query, parts.key, ...(values === null ? [] : [values])];
  const [query, key, value] = await project(arithmetic, x, wanted);
  const sharing = spec.heads / spec.keyValueHeads;
  return {
    parts,
    rows,
    side(side, head) {
      const size = parts.heads[head]?.rows ?? 0;
      const made = columnsOf(
        side === 'query' ? query : key,
        (side === 'query' ? head : Math.floor(head / sharing)) * size,
        size,
      );
      parts.prepare(side, made.values, head);
      return made;
    },
    values: (head, size) => columnsOf(value, Math.floor(head / sharing) * size, size),
  };
}

async function project(
  arithmetic: Pick<AttentionArithmetic, 'linear'>,
  x: Matrix,
  weights: readonly Weights[],
): Promise<Projected[]> {
  const numbers = weights.reduce((sum, { values }) => sum + values.length, 0);
  if (numbers > MAX_JOINED) {
    const projected: Projected[] = [];
    for (const one of weights) projected.push(...(await projectJoined(arithmetic, x, [one])));
    return projected;
  }
  return projectJoined(arithmetic, x, weights);
}

async function projectJoined(
  arithmetic: Pick<AttentionArithmetic, 'linear'>,
  x: Matrix,
  weights: readonly Weights[],
): Promise<Projected[]> {
  const width = x.columns;
  const [only, ...more] = weights;
  const joined = more.length === 0 && only !== undefined ? only : join(weights, width);
  const outputs = joined.values.length / width;
  const matrix = { values: joined.values, rows: outputs, columns: width };
  const all = { values: await arithmetic.linear(x, matrix, joined.bias), rows: x.rows, columns: outputs };
  let first = 0;
  return weights.map(({ values }) => {
    const own = { all, first };
    first += values.length / width;
    return own;
  });
}

/** Linear maps one under the other. */
function join(weights: readonly Weights[], width: number): Weights {
  const values = new Float64Array(weights.reduce((sum, own) => sum + own.values.length, 0));
  const bias = new Float64Array(values.length / width);
  let first = 0;
  for (const own of weights) {
    values.set(own.values, first * width);
    if (own.bias !== null) bias.set(own.bias, first);
    first += own.values.length / width;
  }
  return { values, bias };
}

/** Some columns of a projection as a matrix of their own. */
function columnsOf(projected: Projected | undefined, first: number, count: number): Matrix {
  if (projected === undefined) throw new Error('the values were not projected');
  const { values, rows, columns } = projected.all;
  const own = new Float64Array(rows * count);
  let at = 0;
  // Rows of a head are short: copying them number by number takes a quarter of the time of a view for each.
  for (let i = 0; i < rows; i++) {
    const from = i * columns + projected.first + first;
    for (let j = 0; j < count; j++) own[at++] = values[from + j] ?? 0;
  }
  return { values: own, rows, columns: count };
}
