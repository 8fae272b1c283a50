import type { Model, Recognition } from '../../core/model/model.js';

const HEADS = /^(?:num_heads|n_heads?|heads|nhead|num_attention_heads|attention_heads|encoder_num_heads)$/u;

/** What code and configurations call the sizes of a model. */
const SIZES: readonly { readonly names: RegExp; readonly value: (model: Model) => number | null }[] = [
  {
    names: HEADS,
    value: ({ layers }) => same(layers.map(({ heads }) => heads)),
  },
  {
    names: /^(?:depth|n_layers?|num_layers|num_hidden_layers|encoder_depth|layers)$/u,
    value: ({ layers }) => layers.length,
  },
  {
    names: /^(?:embed_dim|hidden_size|d_model|width|dim|encoder_embed_dim|hidden_dim)$/u,
    value: ({ layers }) => same(layers.map(({ width }) => width)),
  },
  { names: /^(?:patch_size|patch)$/u, value: ({ patch }) => patch },
];

const same = (values: readonly number[]): number | null =>
  values.every((value) => value === values[0]) ? (values[0] ?? null) : null;

/** The number that a checkpoint gives to a well-known name; null for other names, and where layers differ. */
export function checkpointValue(name: string, { models, defaults }: Recognition): number | null {
  const model = models.find((one) => one.name === defaults[0]) ?? models[0];
  return model === undefined ? null : (SIZES.find(({ names }) => names.test(name))?.value(model) ?? null);
}

/** True where the number rests on nothing in the file, so that code cannot contradict it. */
export function isAssumed(name: string, { models, defaults }: Recognition): boolean {
  const model = models.find((one) => one.name === defaults[0]) ?? models[0];
  return HEADS.test(name) && (model?.assumptions.some(({ code }) => code === 'heads') ?? false);
}

/** True for what code calls the number of heads. */
export const isHeads = (name: string): boolean => HEADS.test(name);
