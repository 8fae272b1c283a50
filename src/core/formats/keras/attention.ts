import type { GraphLayer } from './graph.js';
import type { Module } from './modules.js';

/** How sure it is which norm feeds an attention layer. */
export type NormKnowledge = 'graph' | 'names' | 'none' | 'unknown';

/** One keras.layers.MultiHeadAttention. */
export interface Attention {
  readonly path: string;
  /** The name that the layer was given. */
  readonly own: string;
  /** Of the tokens. */
  readonly width: number;
  readonly norm: Module | null;
  readonly knowledge: NormKnowledge;
}

const PROJECTIONS: readonly (readonly [query: string, key: string])[] = [
  ['query_dense', 'key_dense'],
  ['query', 'key'],
];

/** Made when the first names are compared: it loads tables of the language for 10 ms, in which other formats have no part. */
let order: Intl.Collator | null = null;

/** Order of paths in which `layer_10` comes after `layer_2`, and a name without number before those with one. */
export function compareNames(one: string, other: string): number {
  order ??= new Intl.Collator('en', { numeric: true });
  const some = one.split('/');
  const others = other.split('/');
  for (const [index, part] of some.entries()) {
    const difference = order.compare(part, others[index] ?? '');
    if (difference !== 0) return difference;
  }
  return some.length - others.length;
}

export function weightOf(module: Module | undefined): readonly number[] {
  return module?.variables.find(({ role }) => role === 'weight')?.shape ?? [];
}

/** Tokens' width where a module is an attention layer with (width, heads, headSize) kernels; null for any other. */
function widthOf(modules: ReadonlyMap<string, Module>, path: string): number | null {
  for (const [query, key] of PROJECTIONS) {
    const shape = weightOf(modules.get(`${path}/${query}`));
    if (shape.length === 3 && weightOf(modules.get(`${path}/${key}`)).length === 3) return shape[0] ?? null;
  }
  return null;
}

function parentOf(path: string): string {
  return path.split('/').slice(0, -1).join('/');
}

export function lastOf(own: string): string {
  return own.slice(own.lastIndexOf('.') + 1);
}

/** A name up to its last number: `block_0_attention` gives `block_0`; null without one. */
function numberedPart(name: string): string | null {
  return /^(.*\d)\D+$/u.exec(name)?.[1] ?? null;
}

function isNorm({ variables }: Module, width: number): boolean {
  return variables.length <= 2 && variables.every(({ shape }) => shape.length === 1 && shape[0] === width);
}

/** A norm's module has a name that says so; biases of a layer without weights have not. */
function looksLikeNorm({ path, own }: Module): boolean {
  return /norm|(^|[._/])ln(\d|[._/]|$)/iu.test(`${path} ${own}`);
}

/** The modules that are norms by their names, in order of their paths. */
function normsOf(modules: Iterable<Module>): Module[] {
  return [...modules].filter(looksLikeNorm).sort((one, other) => compareNames(one.path, other.path));
}

/** The same, those of tokens of a width. */
export function normsOfWidth(modules: Iterable<Module>, width: number): Module[] {
  return normsOf(modules).filter((norm) => isNorm(norm, width));
}

interface Found {
  readonly path: string;
  readonly own: string;
  readonly width: number;
}

/** More attention layers than any model has; in a file with more, none is looked for. */
const MAX_LAYERS = 1_000;

/** The attention layers of a file in their order, with the norms that feed them. */
export function findAttention(
  modules: ReadonlyMap<string, Module>,
  ownNameOf: (path: string) => string,
  graph: ReadonlyMap<string, GraphLayer>,
): Attention[] {
  const paths = new Set([...modules.keys()].map(parentOf));
  const found = [...paths].flatMap((path): Found[] => {
    const width = widthOf(modules, path);
    return width === null ? [] : [{ path, own: ownNameOf(path), width }];
  });
  if (found.length > MAX_LAYERS) return [];
  const places = new Map([...graph.keys()].map((name, index) => [name, index]));
  const placeOf = ({ own }: Found): number => places.get(own) ?? graph.size;
  found.sort((one, other) => placeOf(one) - placeOf(other) || compareNames(one.path, other.path));
  const surroundings = surroundingsOf(modules, found);
  return found.map((attention, index) => ({
    path: attention.path,
    own: attention.own,
    width: attention.width,
    ...normOf(attention, index, surroundings, graph),
  }));
}

/** Norms and attention layers by what stands around them. */
interface Surroundings {
  readonly normsIn: ReadonlyMap<string, readonly Module[]>;
  readonly normNamed: ReadonlyMap<string, Module>;
  readonly attentionIn: ReadonlyMap<string, number>;
  readonly layers: number;
}

function surroundingsOf(modules: ReadonlyMap<string, Module>, found: readonly Found[]): Surroundings {
  const normsIn = new Map<string, Module[]>();
  const normNamed = new Map<string, Module>();
  const attentionIn = new Map<string, number>();
  for (const { path } of found) attentionIn.set(parentOf(path), (attentionIn.get(parentOf(path)) ?? 0) + 1);
  const norms = normsOf(modules.values());
  for (const norm of norms) {
    normNamed.set(lastOf(norm.own), norm);
    const beside = normsIn.get(parentOf(norm.path)) ?? [];
    normsIn.set(parentOf(norm.path), beside);
    beside.push(norm);
  }
  return { normsIn, normNamed, attentionIn, layers: found.length };
}

function normOf(
  { path, own, width }: Found,
  index: number,
  { normsIn, normNamed, attentionIn, layers }: Surroundings,
  graph: ReadonlyMap<string, GraphLayer>,
): Pick<Attention, 'norm' | 'knowledge'> {
  const source = graph.get(own)?.sources[0];
  if (source !== undefined) {
    const norm = normNamed.get(source);
    const fits = norm !== undefined && isNorm(norm, width);
    return fits ? { norm, knowledge: 'graph' } : { norm: null, knowledge: 'none' };
  }
  const parent = parentOf(path);
  const beside = (normsIn.get(parent) ?? []).filter((norm) => isNorm(norm, width));
  const norm = attentionIn.get(parent) === 1 && layers > 1 ? beside[0] : normAmong(beside, own, index, layers);
  return norm === undefined ? { norm: null, knowledge: 'unknown' } : { norm, knowledge: 'names' };
}

/** The norm of a layer among those of all layers: by the number in its name, else by its place. */
function normAmong(norms: readonly Module[], own: string, index: number, layers: number): Module | undefined {
  const part = numberedPart(own);
  const named = part === null ? [] : norms.filter((norm) => goesOn(lastOf(norm.own), part));
  const [first] = named.sort((one, other) => compareNames(one.own, other.own));
  // Two norms a layer, and mostly one behind the last.
  return first ?? (norms.length >= 2 * layers ? norms[2 * index] : undefined);
}

/** True where a name goes on behind `part` with something else than a digit. */
function goesOn(name: string, part: string): boolean {
  return name.startsWith(part) && !/^\d/u.test(name.slice(part.length));
}
