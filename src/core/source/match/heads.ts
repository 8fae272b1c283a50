import type { LayerSpec, Model, Recognition } from '../../model/model.js';

/** Names that code has for the number of heads. */
export const HEAD_NAMES: ReadonlySet<string> = new Set([
  'num_heads',
  'n_heads',
  'heads',
  'n_head',
  'nhead',
  'num_attention_heads',
  'attention_heads',
]);

/** True where the file says the head count and recognition did not have to assume it. */
export function headsAreSure(model: Model): boolean {
  return !model.assumptions.some(({ code }) => code === 'heads');
}

/** Layers of a module path, or of the stack that the whole model has. */
function layersUnder(path: string, models: readonly Model[]): LayerSpec[] {
  return models
    .flatMap(({ layers }) => layers)
    .filter((layer) => path === '' || layer.path === path || layer.path.startsWith(`${path}.`));
}

/** Head count that the checkpoint has for the module at a path, where it is sure and the same in all its layers. */
export function givenHeads(name: string, path: string, { models }: Recognition): number | null {
  if (!HEAD_NAMES.has(name)) return null;
  const counts = new Set(layersUnder(path, models.filter(headsAreSure)).map(({ heads }) => heads));
  const [count] = counts;
  return counts.size === 1 && count !== undefined ? count : null;
}
