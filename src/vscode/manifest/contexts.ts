/** Context keys that `when` clauses of package.json may ask for. */
export const CONTEXT_KEYS = {
  /** The active panel shows figures. */
  figures: 'qkLens.figures',
  /** The active panel shows a picture. */
  image: 'qkLens.image',
  /** The active panel's file holds more than one model. */
  severalModels: 'qkLens.severalModels',
  /** The active panel's file is an adapter, shown over a base that can be chosen. */
  adapter: 'qkLens.adapter',
  /** The tree shows only the tensors that match a filter. */
  tensorFilter: 'qkLens.tensorFilter',
  /** The text in the active editor belongs to a checkpoint. */
  matchedCode: 'qkLens.matchedCode',
} as const;

/** One of the extension's context keys. */
export type ContextName = keyof typeof CONTEXT_KEYS;
