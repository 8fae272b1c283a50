import type { Setting, TensorEntry } from '../../tensors/tensor-index.js';
import type { Dataset } from '../hdf5/dataset.js';
import type { Attributes } from '../hdf5/tree.js';
import { jaxNames } from '../jax-names.js';
import { findAttention, type Attention, type NormKnowledge } from './attention.js';
import { type TransformerParts, transformerParts } from './block-parts.js';
import { readGraph } from './graph.js';
import { findModules, isNumbered, type Module } from './modules.js';

/** What recognition reads in place of a dataset's name. */
type Names = Pick<TensorEntry, 'path' | 'inputsFirst' | 'given'>;

/** What recognition reads of a Keras or TensorFlow file. */
interface KerasNames {
  readonly names: ReadonlyMap<string, Names>;
  /** What the model's configuration says of how its blocks are run. */
  readonly stated: ReadonlyMap<string, Setting>;
}

/** Modules that hold the attention layers, by how sure it is which norm feeds them. */
const BLOCKS: Readonly<Record<NormKnowledge, string>> = {
  graph: 'blocks',
  names: 'blocks_by_name',
  none: 'blocks_without_norm',
  unknown: 'blocks_of_unknown_norm',
};

/** Colours of a picture. */
const MAX_COLOURS = 4;

/** Group in a file with a whole model that holds no weights of it. */
const OPTIMISER = /^optimizer(_weights)?(\/|$)/u;

/**
 * Names for recognition of the datasets of a Keras or TensorFlow file. Keras names layers as their authors like, so that attention layers are
 * found by what they hold and numbered in their order; which norm feeds each follows from the model's configuration, else from names.
 * @param configuration of the model, unchecked.
 */
export function kerasNames(
  datasets: ReadonlyMap<string, Dataset>,
  groups: ReadonlyMap<string, Attributes>,
  configuration: string | null,
): KerasNames {
  const isVariable = ([name]: readonly [string, Dataset]): boolean => !OPTIMISER.test(name);
  const numbered = isNumbered(datasets);
  const isTensorFlow = [...datasets.keys()].some((name) => /:\d+$/u.test(name));
  if (!numbered && !isTensorFlow) {
    return { names: new Map([...datasets.keys()].map((name) => [name, jaxNames(name)])), stated: new Map() };
  }
  const modules = findModules(new Map([...datasets].filter(isVariable)), groups);
  const said = groups.get('')?.get('model_config');
  const graph = readGraph(configuration ?? (typeof said === 'string' ? said : null));
  const ownNameOf = (path: string): string => givenName(groups, path);
  const attention = findAttention(modules, ownNameOf, graph);
  const names = new Map<string, Names>();
  for (const name of datasets.keys()) if (OPTIMISER.test(name)) names.set(name, { path: `optimizer.${name}` });
  const attentionPlaces = blockPaths(attention);
  const outside = [...modules.values()].filter((module) => partOf(attentionPlaces, module, '') === null);
  const special = attention.length === 0 ? new Map<string, string>() : namedParts(outside, attention);
  const attentionPaths = new Set(attention.map(({ path }) => path));
  const around = [...modules.values()].filter(({ path }) => !isBelow(path, attentionPaths));
  const parts = attention.length === 0 ? null : transformerParts(around, attention, graph);
  const places = new Map([...attentionPlaces, ...(parts === null ? [] : partPaths(parts, attention))]);
  for (const module of modules.values()) {
    for (const { dataset, role, inputsFirst } of module.variables) {
      const plain = jaxNames(`${module.own === '' ? '' : `${module.own}.`}${role}`).path ?? role;
      const prefix = attention.length === 0 ? '' : 'layers.';
      const path = special.get(dataset) ?? partOf(places, module, role) ?? `${prefix}${plain}`;
      const given = module.own === module.path.replaceAll('/', '.') ? {} : { given: module.own };
      names.set(dataset, { path, ...given, ...(inputsFirst && { inputsFirst }) });
    }
  }
  return { names, stated: parts?.stated ?? new Map() };
}

function givenName(groups: ReadonlyMap<string, Attributes>, path: string): string {
  const name = groups.get(`${path}/vars`)?.get('name');
  return typeof name === 'string' ? name : path.slice(path.lastIndexOf('/') + 1);
}

/** True for one of the paths and all below it. */
function isBelow(path: string, paths: ReadonlySet<string>): boolean {
  const parts = path.split('/');
  return parts.some((_, index) => paths.has(parts.slice(0, index + 1).join('/')));
}

/** Where what stands behind the attention layers and the blocks stands for recognition. */
function partPaths({ blocks, norm, head }: TransformerParts, attention: readonly Attention[]): [string, string][] {
  const inBlocks = blocks.flatMap(({ norm: after, input, output }, index): [string, string][] => {
    const block = `${BLOCKS[attention[index]?.knowledge ?? 'unknown']}.${String(index)}`;
    return [
      [after.path, `${block}.norm_after`],
      [input.path, `${block}.mlp_in`],
      [output.path, `${block}.mlp_out`],
    ];
  });
  const behind: [string, string][] = [];
  if (norm !== null) behind.push([norm.path, 'final_norm']);
  if (head !== null) behind.push([head.path, 'head']);
  return [...inBlocks, ...behind];
}

/** Where the modules of attention layers and their norms stand for recognition, by path; those below them follow. */
function blockPaths(attention: readonly Attention[]): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  for (const [index, { path, norm, knowledge }] of attention.entries()) {
    const block = `${BLOCKS[knowledge]}.${String(index)}`;
    places.set(path, `${block}.attention`);
    if (norm !== null) places.set(norm.path, `${block}.norm`);
  }
  return places;
}

/** Path of a variable inside an attention layer or of the norm in front of it; null for others. */
function partOf(places: ReadonlyMap<string, string>, { path }: Module, role: string): string | null {
  const parts = path.split('/');
  for (let end = parts.length; end > 0; end--) {
    const place = places.get(parts.slice(0, end).join('/'));
    if (place === undefined) continue;
    const rest = parts.slice(end).map((part) => part.replace(/_dense$/u, '').replace(/^attention_output$/u, 'output'));
    return [place, ...rest, role].join('.');
  }
  return null;
}

/** What stands in front of the first layer, by its shape where only one variable has it. */
function namedParts(outside: readonly Module[], attention: readonly Attention[]): Map<string, string> {
  const [width = 0] = attention.map((each) => each.width);
  const parts = new Map<string, string>();
  const only = <Item>(items: readonly Item[]): Item | undefined => (items.length === 1 ? items[0] : undefined);
  const embedding = only(
    outside.filter(({ variables }) =>
      variables.some(({ shape: [rows, columns, colours = Infinity, outputs], role }) => {
        return role === 'weight' && rows === columns && colours <= MAX_COLOURS && outputs === width;
      }),
    ),
  );
  for (const { dataset, role } of embedding?.variables ?? []) parts.set(dataset, `patch_embedding.${role}`);
  const rows = outside
    .flatMap(({ variables }) => variables)
    .filter(({ shape }) => shape.length === 3 && shape[0] === 1);
  const tokens = rows.filter(({ shape }) => shape[2] === width);
  const token = only(tokens.filter(({ shape }) => shape[1] === 1));
  const positions = only(tokens.filter(({ shape }) => (shape[1] ?? 0) > 1));
  if (token !== undefined) parts.set(token.dataset, 'class_token');
  if (positions !== undefined) parts.set(positions.dataset, 'position_embedding');
  return parts;
}
