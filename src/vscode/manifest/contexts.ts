/** Context keys that `when` clauses of package.json may ask for. */
export const CONTEXT_KEYS = {
  /** The active panel shows figures. */
  figures: 'qkLens.figures',
  /** The active panel's file holds more than one model. */
  severalModels: 'qkLens.severalModels',
  /** The tree shows only the tensors that match a filter. */
  tensorFilter: 'qkLens.tensorFilter',
} as const;

/** One of the extension's context keys. */
export type ContextName = keyof typeof CONTEXT_KEYS;
