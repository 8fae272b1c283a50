import type { ClassMatch, DefinitionMatch, TensorPattern } from '../../core/source/contract.js';
import type { LayerSpec, Model, Recognition } from '../../core/model/model.js';

/** Layers of a model that a piece of code makes. */
export interface ModelPlaces {
  readonly model: Model;
  readonly layers: readonly LayerSpec[];
}

/** The model of which a definition makes query, key or value projections; null for other definitions. */
export function attentionOf(definition: DefinitionMatch, { models }: Recognition): ModelPlaces | null {
  const names = new Set(definition.tensors.flatMap((pattern) => pattern.names));
  return most(models, ({ query, key, value }) =>
    [query, key, value].some((projection) => projection !== null && names.has(projection.weight.tensor.name)),
  );
}

/** The attention layers inside the instances of a class; null where there are none. */
export function layersOf({ paths }: ClassMatch, { models }: Recognition): ModelPlaces | null {
  const inside = new Set(paths);
  // The class may stand under the attention module, which the layer's own path names.
  const holds = ({ query }: LayerSpec): boolean =>
    pathsAbove(query.weight.tensor.name).some((above) => inside.has(above));
  return most(models, (layer) => inside.has('') || holds(layer));
}

/** The model with the most layers of a kind: its code is likeliest meant. */
function most(models: readonly Model[], has: (layer: LayerSpec) => boolean): ModelPlaces | null {
  let best: ModelPlaces | null = null;
  for (const model of models) {
    const layers = model.layers.filter(has);
    if (layers.length > (best?.layers.length ?? 0)) best = { model, layers };
  }
  return best;
}

/** `a.b.c`, `a.b`, `a`; JAX and Keras write slashes. */
function pathsAbove(path: string): string[] {
  const ends = [...path.matchAll(/[./]/gu)].map(({ index }) => index);
  return [path, ...ends.reverse().map((end) => path.slice(0, end))];
}

/** A pattern for people: `*` for counted modules. */
export const starred = (pattern: string): string => pattern.replace(/\{\w+\}/gu, '*');

/** The weight first, then what is smaller. */
export function mainPattern({ tensors }: DefinitionMatch): TensorPattern | null {
  const weight = tensors.find(({ parameter }) => /(?:^|_)weight$/u.test(parameter) || parameter === 'kernel');
  return weight ?? tensors[0] ?? null;
}

/**
 * The layer that a line of code is about: `blocks[5]` or `"blocks.5.attn"` where counted modules of that name hold it.
 * @returns index of the layer; null where the line names none
 */
export function layerInScope(line: string, places: ModelPlaces): number | null {
  for (const [, name = '', number = ''] of line.matchAll(/(\w+)(?:\[|\.)(\d{1,4})\b/gu)) {
    const wanted = `${name}.${number}`;
    const layer = places.layers.find(({ path }) => `.${path}.`.includes(`.${wanted}.`));
    if (layer !== undefined) return layer.index;
  }
  return null;
}
