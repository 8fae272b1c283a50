/** Names that a library saves under others than its code has. */
export interface Renaming {
  readonly id: string;
  readonly steps: readonly (readonly [RegExp, string])[];
}

const TRANSFORMERS_ATTENTION: readonly (readonly [RegExp, string])[] = [
  [/attention\.attention\.query\b/u, 'attention.q_proj'],
  [/attention\.attention\.key\b/u, 'attention.k_proj'],
  [/attention\.attention\.value\b/u, 'attention.v_proj'],
  [/attention\.output\.dense\b/u, 'attention.o_proj'],
];

/**
 * Transformers 5 renames on loading and saving: `conversion_mapping.py` of 5.23.0, entries `ViTModel` (with those copied from it: BEiT, DeiT,
 * I-JEPA, ViT-MAE, ...) and `Dinov2Model`, `Dinov2WithRegistersModel`.
 */
export const RENAMINGS: readonly Renaming[] = [
  {
    id: 'transformers-vit',
    steps: [
      [/\bencoder\.layer\./u, 'layers.'],
      ...TRANSFORMERS_ATTENTION,
      [/\bintermediate\.dense\b/u, 'mlp.fc1'],
      [/\boutput\.dense\b/u, 'mlp.fc2'],
    ],
  },
  { id: 'transformers-dinov2', steps: TRANSFORMERS_ATTENTION },
];

/** The name that the code has; null for no renaming. */
export function renamed(name: string, renaming: Renaming | null): string {
  return renaming === null ? name : renaming.steps.reduce((text, [from, to]) => text.replace(from, to), name);
}
