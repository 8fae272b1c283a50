import * as l10n from '@vscode/l10n';
import type { Operation } from '../../onnx/graph.js';
import type { Projection } from '../model.js';
import type { FoundNorm } from './norm.js';

/** An attention of the graph and the weights that form it. */
export interface FoundAttention {
  /** The node whose place in the graph is the attention's. */
  readonly operation: Operation;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly width: number;
  readonly query: Projection;
  readonly key: Projection;
  readonly value: Projection | null;
  readonly scale: number | null;
  readonly norm: FoundNorm | null;
  readonly normalised: boolean;
  readonly rotated: boolean;
  readonly causal: boolean;
  /** True where a table with a part for each head is added to the scores. */
  readonly biased: boolean;
  /** Value that the query projection reads, and the one that the key projection reads. */
  readonly queryInput: string;
  readonly keyInput: string;
  /** Queries and keys as they meet, behind all that the graph does to them; null where more than a known factor comes before the softmax. */
  readonly meeting: Meeting | null;
  /** Value of the heads' results side by side, before the output projection; null where it is not seen. */
  readonly result: string | null;
  /** Nodes of the query projection and of the output projection, for names. */
  readonly projection: Operation;
  readonly outputProjection: Operation | null;
}

/** The values of the graph whose product, times a factor, the softmax gets. */
export interface Meeting {
  readonly query: MeetingSide;
  readonly key: MeetingSide;
  readonly factor: number;
}

/** (..., heads, tokens, size of a head), or with the last two axes exchanged. */
interface MeetingSide {
  readonly value: string;
  readonly tokensLast: boolean;
}

/** What is wrong with queries or keys that are the same for every input. */
export const noInput = (): string => l10n.t('it does not depend on the input, as in a pooling head');

/** An attention of the graph that has no figures, and why. */
export interface DeclinedAttention {
  readonly operation: Operation;
  /** The end of a sentence that starts with the attention's name. */
  readonly problem: string;
}
