import type { Setting } from '../../tensors/tensor-index.js';
import { type Attention, compareNames, lastOf, normsOfWidth, weightOf } from './attention.js';
import type { GraphLayer } from './graph.js';
import type { Module } from './modules.js';

/** What a block has behind its attention. */
interface BlockParts {
  readonly norm: Module;
  readonly input: Module;
  readonly output: Module;
}

/** The parts of a vision transformer of pre-norm blocks beside its attention. */
export interface TransformerParts {
  /** In order of the attention layers. */
  readonly blocks: readonly BlockParts[];
  readonly norm: Module | null;
  readonly head: Module | null;
  /** What the model's configuration says of them, under names of ours; empty without one. */
  readonly stated: ReadonlyMap<string, Setting>;
}

/** Layers that change nothing when a model is used. */
const IDLE = new Set(['Dropout', 'SpatialDropout1D', 'GaussianNoise', 'ActivityRegularization']);

/** More of them than any model has one behind the other. */
const MAX_IDLE = 16;

/** More dense layers beside those of the blocks than any model has. */
const MAX_OTHERS = 64;

type Graph = ReadonlyMap<string, GraphLayer>;

/**
 * Finds what stands behind each attention layer: by their order and sizes, confirmed by the model's configuration where there is one.
 * @param outside modules that belong to no attention layer.
 * @returns null where the layers are not those of pre-norm blocks with a norm and two linear maps each.
 */
export function transformerParts(
  outside: readonly Module[],
  attention: readonly Attention[],
  graph: Graph,
): TransformerParts | null {
  const width = attention[0]?.width ?? 0;
  const order = byOrder(graph);
  const norms = normsOfWidth(outside, width).sort(order);
  const maps = outside.filter((module) => weightOf(module).length === 2);
  if (maps.length > 2 * attention.length + MAX_OTHERS) return null;
  const dense = maps.sort(order);
  const start = firstMap(dense, attention.length, width);
  if (start === null || norms.length > 2 * attention.length + 1) return null;
  const blocks: BlockParts[] = [];
  for (const [index, { norm: before }] of attention.entries()) {
    const norm = norms[2 * index + 1];
    const input = dense[start + 2 * index];
    const output = dense[start + 2 * index + 1];
    const follows = before !== null && norms[2 * index]?.path === before.path;
    if (!follows || norm === undefined || input === undefined || output === undefined) return null;
    blocks.push({ norm, input, output });
  }
  const others = [...dense.slice(0, start), ...dense.slice(start + 2 * attention.length)];
  const [head = null] = others.length === 1 && weightOf(others[0])[0] === width ? others : [];
  const parts = { blocks, norm: norms[2 * attention.length] ?? null, head };
  const known = attention.every(({ own }) => graph.has(lastOf(own)));
  if (!known) return { ...parts, stated: new Map() };
  const stated = confirmed(parts, attention, graph);
  return stated === null ? null : { ...parts, stated };
}

/** Order of the layers in the configuration, else of their paths. */
function byOrder(graph: Graph): (one: Module, other: Module) => number {
  const places = new Map([...graph.keys()].map((name, index) => [name, index]));
  const placeOf = ({ own }: Module): number => places.get(lastOf(own)) ?? graph.size;
  return (one, other) => placeOf(one) - placeOf(other) || compareNames(one.path, other.path);
}

/** Where as many pairs of maps start as there are layers, each to a hidden width and back; null where that is not clear. */
function firstMap(dense: readonly Module[], layers: number, width: number): number | null {
  const isPair = (at: number): boolean => {
    const [inputs, hidden] = weightOf(dense[at]);
    const [from, outputs] = weightOf(dense[at + 1]);
    return inputs === width && hidden !== undefined && hidden === from && outputs === width;
  };
  const starts: number[] = [];
  for (let start = 0; start + 2 * layers <= dense.length; start++) {
    let pairs = 0;
    while (pairs < layers && isPair(start + 2 * pairs)) pairs++;
    if (pairs === layers) starts.push(start);
    if (starts.length > 1) return null;
  }
  return starts[0] ?? null;
}

/** What the configuration says of the parts; null where it puts them together in another way. */
function confirmed(
  { blocks, norm, head }: Omit<TransformerParts, 'stated'>,
  attention: readonly Attention[],
  graph: Graph,
): ReadonlyMap<string, Setting> | null {
  const layerOf = (part: { readonly own: string } | null): GraphLayer | undefined =>
    part === null ? undefined : graph.get(lastOf(part.own));
  const awake = (name: string | undefined): GraphLayer | undefined => {
    let layer = name === undefined ? undefined : graph.get(name);
    // A chain in a file may lead back to itself.
    for (let steps = 0; layer !== undefined && IDLE.has(layer.type) && steps < MAX_IDLE; steps++) {
      layer = graph.get(layer.sources[0] ?? '');
    }
    return layer;
  };
  const sourceOf = (layer: GraphLayer | undefined): GraphLayer | undefined => awake(layer?.sources[0]);
  const isSum = (sum: GraphLayer | undefined, one: GraphLayer | undefined, other: GraphLayer | undefined): boolean => {
    if (sum?.type !== 'Add' || sum.sources.length !== 2) return false;
    const terms = new Set(sum.sources.map(awake));
    return terms.has(one) && terms.has(other);
  };
  const epsilons = new Set<unknown>([layerOf(norm)?.config['epsilon']].filter((value) => value !== undefined));
  const activations = new Set<unknown>();
  let tokens = sourceOf(layerOf(attention[0]?.norm ?? null));
  for (const [index, { norm: after, input, output }] of blocks.entries()) {
    const layer = attention[index] ?? null;
    const before = layerOf(layer?.norm ?? null);
    const sum = sourceOf(layerOf(after));
    const next = index + 1 < blocks.length ? layerOf(attention[index + 1]?.norm ?? null) : layerOf(norm);
    const last = next === undefined ? undefined : sourceOf(next);
    const fits =
      tokens !== undefined &&
      sourceOf(before) === tokens &&
      sourceOf(layerOf(layer)) === before &&
      isSum(sum, tokens, layerOf(layer)) &&
      sourceOf(layerOf(input)) === layerOf(after) &&
      sourceOf(layerOf(output)) === layerOf(input) &&
      layerOf(output)?.config['activation'] === 'linear' &&
      (last === undefined || isSum(last, sum, layerOf(output)));
    if (!fits) return null;
    epsilons.add(before?.config['epsilon']).add(layerOf(after)?.config['epsilon']);
    activations.add(layerOf(input)?.config['activation']);
    tokens = last;
  }
  const [epsilon] = epsilons;
  const [activation] = activations;
  if (epsilons.size !== 1 || typeof epsilon !== 'number') return null;
  if (activations.size !== 1 || typeof activation !== 'string') return null;
  const pooling = sourceOf(layerOf(head))?.type;
  return new Map<string, Setting>([
    ['keras.epsilon', epsilon],
    ['keras.activation', activation],
    ...(pooling === undefined ? [] : [['keras.pooling', pooling] as const]),
    ...rescaling(graph),
  ]);
}

/** Factor and offset of 8-bit values where the model applies them itself, to its input. */
function rescaling(graph: Graph): (readonly [string, Setting])[] {
  const layers = [...graph.values()].filter(({ type }) => type === 'Rescaling');
  const { scale, offset } = layers.length === 1 ? (layers[0]?.config ?? {}) : {};
  if (typeof scale !== 'number' || typeof offset !== 'number') return [];
  return [
    ['keras.scale', scale],
    ['keras.offset', offset],
  ];
}
