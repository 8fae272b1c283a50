import { isInner } from '../../onnx/graph.js';
import type { TensorIndex } from '../../tensors/tensor-index.js';
import type { Meeting } from './attention.js';
import { graphModels } from './graph-models.js';

/** Values of the file's own graph that an analysis of one layer on an image needs; null where none can be an output. */
export interface LayerTaps {
  /** (batch, tokens, width): what the query projection reads, after the norm. */
  readonly tokens: string | null;
  /** What the key projection reads; the same as `tokens` but where keys are made of other tokens. */
  readonly keys: string | null;
  /** (batch, tokens, heads x head size): the heads' results side by side, before the output projection. */
  readonly result: string | null;
  /** Queries and keys behind all that the graph does to them; null where more than a factor comes between them and the softmax. */
  readonly meeting: Meeting | null;
}

/** The taps of every layer of a model that was recognised in a graph; null where the file has no graph with such a model. */
export function graphTaps(index: TensorIndex, model: string): readonly LayerTaps[] | null {
  const found = graphModels(index)?.find(({ name }) => name === model);
  const outer = (value: string | null): string | null => (value === null || isInner(value) ? null : value);
  return (
    found?.stack.attentions.map(({ queryInput, keyInput, result, meeting }) => ({
      tokens: outer(queryInput),
      keys: outer(keyInput),
      result: outer(result),
      meeting: meeting !== null && !isInner(meeting.query.value) && !isInner(meeting.key.value) ? meeting : null,
    })) ?? null
  );
}
