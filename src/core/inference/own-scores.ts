import type { Meeting } from '../model/onnx/attention.js';
import type { LayerAttention } from './layer-attention.js';

/** Queries and keys of all heads of a layer as a graph of the file's own has them where they meet. */
export interface OwnScores {
  readonly meeting: Meeting;
  /** (heads, tokens, size of a head), or with the last two axes exchanged, as the meeting says. */
  readonly query: Float32Array;
  readonly key: Float32Array;
}

/**
 * A layer whose queries and keys are those of the graph, whatever it does to them, in place of what follows from the weights.
 * @throws Error from `prepare` for values of another size than those of the layer.
 */
export function withOwnScores(parts: LayerAttention, { meeting, query, key }: OwnScores): LayerAttention {
  const heads = parts.heads.length;
  return {
    ...parts,
    prepare(side, values, head) {
      const { rows: size = 0, scale = 1 } = parts.heads[head] ?? {};
      const own = side === 'query' ? query : key;
      values.set(ownHead(own, meeting[side].tokensLast, { head, heads, size, tokens: values.length / size }));
      // The products are multiplied by the scale afterwards.
      const factor = meeting.factor / scale;
      if (side === 'query') for (let at = 0; at < values.length; at++) values[at] = (values[at] ?? NaN) * factor;
    },
  };
}

/** Where the numbers of a head lie. */
interface HeadPlace {
  readonly head: number;
  readonly heads: number;
  readonly size: number;
  readonly tokens: number;
}

/** Queries or keys of one head, (tokens, size of a head); keys may be of fewer heads, each shared by as many in a row. */
function ownHead(values: Float32Array, tokensLast: boolean, { head, heads, size, tokens }: HeadPlace): Float32Array {
  const own = values.length / (tokens * size);
  if (!Number.isInteger(own) || own < 1 || heads % own !== 0) {
    throw new Error(`the graph gives ${values.length} numbers of queries or keys for ${heads} heads`);
  }
  const first = Math.floor(head / (heads / own)) * tokens * size;
  const part = values.subarray(first, first + tokens * size);
  if (!tokensLast) return part;
  return part.map((_, at) => part[(at % size) * tokens + Math.floor(at / size)] ?? NaN);
}
