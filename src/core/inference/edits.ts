/** A query projection that takes the place of the stored one. */
export interface QueryEdit {
  readonly layer: number;
  /** (heads x headSize, width). */
  readonly weight: Float32Array;
  /** (heads x headSize). */
  readonly bias: Float32Array;
}

/** What is changed in a model before it is run. */
export interface ForwardEdits {
  readonly queries: readonly QueryEdit[];
  /** Tokens attend only to this many keys, those with the largest scores (KVT, arXiv 2106.00515); null: to all. */
  readonly nearestKeys: number | null;
  /** Whether each run can add to the scores: the graph then has an input for it in each layer, and zeros leave every bit as it is. */
  readonly promptable?: boolean;
}

/** A model as it is. */
export const NO_EDITS: ForwardEdits = { queries: [], nearestKeys: null };

/** True where a model is to be run as it is. */
export function isUnchanged({ queries, nearestKeys, promptable = false }: ForwardEdits): boolean {
  return queries.length === 0 && nearestKeys === null && !promptable;
}

/** A model as it is, whose scores each run can add to. */
export const PROMPTABLE: ForwardEdits = { ...NO_EDITS, promptable: true };

/** Name of the input that is added to the scores of a layer, (heads, 1, tokens): one number for each key that a head may attend to. */
export function promptInput(layer: number): string {
  return `prompt-${layer}`;
}
