import { quoteName } from '../../bytes/quote.js';
import type { Warning } from '../../errors.js';
import type { FamilyTower } from '../families/family.js';
import { knownNames } from '../known-names.js';
import { fillPath, isFused, joinPath, type Layout } from '../layout.js';
import type { Assumption, Model, Tower } from '../model.js';
import type { FileFacts, Stack } from '../stack.js';
import type { TensorNames } from '../tensor-names.js';
import { widthTitle } from '../titles.js';
import type { Convention } from './conventions.js';
import { findNorm } from './norm.js';
import { isUsual, towerOfPath, USUAL_EMBEDDING } from './words.js';

/** Family of models that are known by usual names of query and key only. */
export const GENERIC = 'generic';

/** Where a stack's blocks and attention modules stand; `{s}` and `{i}` for stage and layer. */
export interface StackPaths {
  readonly root: string;
  readonly block: string;
  readonly attention: string;
  readonly layers: readonly (readonly number[])[];
}

const HEAD_NORMS: readonly (readonly [string, string])[] = [
  ['q_norm', 'k_norm'],
  ['norm_q', 'norm_k'],
  ['query_norm', 'key_norm'],
  ['q_layernorm', 'k_layernorm'],
  ['q_ln', 'k_ln'],
];

/** Buffers that keep tokens from attending to what comes later. */
const MASKS = ['bias', 'mask', 'tril', 'causal_mask'];

/** A stack of attention modules with what their surroundings tell, all of it listed as assumed. */
export function genericStack(
  names: TensorNames,
  facts: FileFacts,
  paths: StackPaths,
  convention: Convention,
): { stack?: Stack; warning?: Warning } {
  const { root, block, attention } = paths;
  const partial = withoutQueries(names, paths, convention);
  const layers = paths.layers.filter((layer) => !partial.some((each) => each.layer === layer));
  const first = layers[0] ?? [];
  const blockPath = `${root}${fillPath(block, first)}`.replace(/\.$/, '');
  const path = joinPath(blockPath, fillPath(attention, first));
  const refusal = refuse(names, convention, blockPath, path);
  if (refusal !== null) return { warning: { code: 'unusable-layer', message: refusal } };
  const tower = towerOfPath(joinPath(root, block, attention));
  const shape = { attention, weights: convention.weights };
  const { norm, assumed } =
    tower === 'cross' ? { norm: null, assumed: null } : findNorm(names, facts, shape, blockPath);
  const headNorms = HEAD_NORMS.find(([query]) => names.has(`${joinPath(path, query)}.weight`));
  const layout: Layout = {
    block,
    attention,
    weights: convention.weights,
    ...(convention.transposed === true ? { transposed: true } : {}),
    ...(names.has(joinPath(path, 'q_bias')) ? { biases: { query: 'q_bias', key: 'k_bias', value: 'v_bias' } } : {}),
    ...(headNorms === undefined ? {} : { headNorms }),
    ...(block.endsWith('heads.{i}') ? { singleHead: true } : {}),
    norm,
    known: [],
  };
  const [example] = partial;
  const inside = names.under(`${path}.`);
  const rule = towerRule(names, root, tower, layout, path);
  const listed = knownNames(rule, layout);
  const odd = inside.filter((rest) => !listed.inBlock(joinPath(attention, rest)) && !isUsual(rest));
  return {
    ...(example === undefined ? {} : { warning: partialWarning(example.path, partial.length) }),
    stack: {
      family: GENERIC,
      tower: rule,
      layout,
      root,
      layers,
      known: {
        inBlock: (rest) => listed.inBlock(rest) || isUsual(rest),
        belowRoot: listed.belowRoot,
        besideRoot: listed.besideRoot,
        usual: true,
      },
      assumptions: assumptionsOf(layout, assumed, odd),
    },
  };
}

/** Why attention of this kind has no figures; null for what has. */
function refuse(names: TensorNames, { weights }: Convention, block: string, path: string): string | null {
  const fused = isFused(weights) ? weights.fused : '';
  // Megatron and what came from it call the layers of the block so, and keep the three of each head together.
  if (fused === 'query_key_value.weight' && names.has(joinPath(block, 'mlp.dense_h_to_4h.weight'))) {
    return `${quoteName(path)} mixes query, key and value head by head in one weight, as GPT-NeoX and BLOOM do: such weights are not read.`;
  }
  if (fused !== '' && names.has(joinPath(path, 'attention_biases'))) {
    return `${quoteName(path)} mixes query, key and value head by head in one weight, as LeViT, TinyViT and EfficientFormer do: such weights are not read.`;
  }
  if (path.includes('factoratt')) {
    return `${quoteName(path)} multiplies keys with values first, as CoaT's factorised attention does: no query meets a key, and it has no figures.`;
  }
  if (['cpe1.proj.weight', 'cpe2.proj.weight'].every((name) => names.has(joinPath(block, name)))) {
    return `${quoteName(path)} is of a model whose blocks attend between tokens and between channels in turn, as DaViT's do, and the names do not tell which do which: they have no figures.`;
  }
  // Queries and keys of BoTNet and HaloNet may be narrower than values, and only their own width is said.
  if (names.has(joinPath(path, 'pos_embed.height_rel')) && !hasEqualParts(names, weights, path)) {
    return `${quoteName(path)} has values of another size than queries and keys, as in BoTNet and HaloNet: its rows cannot be told apart.`;
  }
  if (columnsOf(names, joinPath(path, fused)) === 1) {
    return `${quoteName(path)} reads one number of each token: with no directions to compare, it has no figures.`;
  }
  // A temperature for each head, as it stands in front of matrices of channels; that of other models is one number.
  if (names.get(joinPath(path, 'temperature'))?.shape.length === 3) {
    return `${quoteName(path)} attends between channels and not between tokens, as XCiT and EdgeNeXt do: it has no figures.`;
  }
  if (names.has(joinPath(path, 'proj_l.weight')) && names.has(joinPath(path, 'proj_w.weight'))) {
    return `${quoteName(path)} mixes the scores of its heads before the softmax, as CaiT's talking heads do: no head attends by its own query and key, and it has no figures.`;
  }
  return null;
}

/** True where rows and columns are those of query, key and value of the tokens' own width. */
function hasEqualParts(names: TensorNames, weights: Convention['weights'], path: string): boolean {
  const rowsOf = (name: string): number => names.get(joinPath(path, name))?.shape[0] ?? 0;
  if (isFused(weights)) return rowsOf(weights.fused) === 3 * (columnsOf(names, joinPath(path, weights.fused)) ?? 0);
  return weights.key !== weights.value || rowsOf(weights.key) === 2 * rowsOf(weights.query);
}

function columnsOf(names: TensorNames, weight: string): number | null {
  return names.get(weight)?.shape[1] ?? null;
}

/** Layers whose fused weight lacks the queries, which come from elsewhere, as in every other block of GCViT. */
function withoutQueries(names: TensorNames, { root, block, attention, layers }: StackPaths, convention: Convention) {
  const { weights } = convention;
  if (!isFused(weights)) return [];
  const sizes = layers.map((layer) => {
    const blockPath = `${root}${fillPath(block, layer)}`.replace(/\.$/, '');
    const path = joinPath(blockPath, fillPath(attention, layer), weights.fused);
    const [rows = 0, columns = 0] = names.get(path)?.shape ?? [];
    return { layer, path, share: rows / columns };
  });
  return sizes.some(({ share }) => share === 3) ? sizes.filter(({ share }) => share === 2) : [];
}

function partialWarning(path: string, count: number): Warning {
  const more = count > 1 ? ` and ${count - 1} more` : '';
  const message = `${quoteName(path)}${more} holds keys and values without queries, which come from elsewhere, as in GCViT's global attention: nothing was computed from it.`;
  return { code: 'unusable-layer', message };
}

function towerRule(names: TensorNames, root: string, named: Tower, layout: Layout, path: string): FamilyTower {
  const inside = names.under(`${path}.`);
  const hasPatches = USUAL_EMBEDDING.patch.some((name) => names.has(`${root}${name}`));
  const tower = named === 'unknown' && hasPatches ? 'vision' : named;
  const staged = layout.block.includes('{s}');
  const pictures = !staged && (tower === 'vision' || tower === 'encoder' || tower === 'unknown');
  const masked = MASKS.some((name) => (names.get(joinPath(path, name))?.shape.length ?? 0) > 1);
  return {
    tower,
    layouts: [layout],
    accepts: () => true,
    position: positionOf(names, root, inside),
    embedding: pictures ? USUAL_EMBEDDING : null,
    known: [],
    ...(masked ? { causal: true } : {}),
    ...(inside.includes('logit_scale') ? { cosine: true } : {}),
    title: (facts) => widthTitle('Transformer', facts),
  };
}

function positionOf(names: TensorNames, root: string, inside: readonly string[]): Model['position'] {
  if (inside.some((rest) => rest.includes('relative_') || rest.includes('rel_pos'))) return 'relative-bias';
  if (inside.some((rest) => rest.includes('rotary') || rest.includes('rope'))) return 'rope';
  return USUAL_EMBEDDING.positions.some((name) => names.has(`${root}${name}`)) ? 'absolute' : 'unknown';
}

function assumptionsOf(layout: Layout, norm: string | null, odd: readonly string[]): Assumption[] {
  const { weights } = layout;
  const full = (name: string): string => quoteName(joinPath(layout.block, layout.attention, name));
  const taken = isFused(weights)
    ? `the rows of ${full(weights.fused)} were taken for query, key and value, in this order`
    : `${full(weights.query)} and ${full(weights.key)} were taken for query and key`;
  const assume = (code: Assumption['code'], text: string): Assumption => ({ code, text, choices: [], value: null });
  const modules = [...new Set(odd.map((name) => name.replace(/\.(?:weight|bias)$/, '')))];
  const left = modules.slice(0, 5).map(quoteName).join(', ');
  return [
    assume(
      'layout',
      `No family of models is known by these names: ${taken}, head after head, with a score scaled by the head size to the power -1/2.`,
    ),
    ...(norm === null ? [] : [assume('norm', norm)]),
    ...(odd.length === 0
      ? []
      : [assume('other', `The attention modules also hold ${left}; only query and key were taken into account.`)]),
  ];
}
