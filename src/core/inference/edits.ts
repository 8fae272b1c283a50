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
}

/** A model as it is. */
export const NO_EDITS: ForwardEdits = { queries: [], nearestKeys: null };
