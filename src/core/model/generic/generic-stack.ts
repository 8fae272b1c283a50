import * as l10n from '@vscode/l10n';
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
import { refuse } from './refusals.js';
import { isUsual, towerOfPath, USUAL_EMBEDDING } from './words.js';
import { andMore } from '../../text/lists.js';

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

/** Bounds of linear layers that clip, as in Gemma 4. */
const CLIPPING = /(?:^|\.)(?:input|output)_(?:min|max)$/;

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
  const refusal = refuse({ names, weights: convention.weights, block: blockPath, path });
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
  const odd = inside.filter(
    (rest) => !listed.inBlock(joinPath(attention, rest)) && !isUsual(rest) && !CLIPPING.test(rest),
  );
  const clipped = inside.some((rest) => CLIPPING.test(rest));
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
      assumptions: [...assumptionsOf(layout, assumed, odd, clipped), ...biasAssumption(names, path, inside)],
    },
  };
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
  const message = l10n.t(
    "{0} holds keys and values without queries, which come from elsewhere, as in GCViT's global attention: nothing was computed from it.",
    andMore(quoteName(path), count - 1),
  );
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

/** What a table of position biases, (entries, heads), says of the places that it is for. */
function biasAssumption(names: TensorNames, path: string, inside: readonly string[]): Assumption[] {
  const table = inside.find((rest) => rest.endsWith('relative_position_bias_table'));
  const [entries = 0, , ...more] = table === undefined ? [] : (names.get(joinPath(path, table))?.shape ?? []);
  const side = (Math.sqrt(entries) + 1) / 2;
  if (more.length > 0 || !Number.isInteger(side) || side < 2) return [];
  const text = l10n.t(
    'The table of position biases is for {0} x {0} places: tokens attend within windows of that size, or the pictures have as many patches. The biases are no part of the figures.',
    side,
  );
  return [{ code: 'other', text, choices: [], value: null }];
}

function assumptionsOf(layout: Layout, norm: string | null, odd: readonly string[], clipped: boolean): Assumption[] {
  const { weights } = layout;
  const full = (name: string): string => quoteName(joinPath(layout.block, layout.attention, name));
  const taken = isFused(weights)
    ? l10n.t('the rows of {0} were taken for query, key and value, in this order', full(weights.fused))
    : l10n.t('{0} and {1} were taken for query and key', full(weights.query), full(weights.key));
  const assume = (code: Assumption['code'], text: string): Assumption => ({ code, text, choices: [], value: null });
  const modules = [...new Set(odd.map((name) => name.replace(/\.(?:weight|bias)$/, '')))];
  const left = modules.slice(0, 5).map(quoteName).join(', ');
  return [
    assume(
      'layout',
      l10n.t(
        'No family of models is known by these names: {0}, head after head, with a score scaled by the head size to the power -1/2.',
        taken,
      ),
    ),
    ...(norm === null ? [] : [assume('norm', norm)]),
    ...(clipped
      ? [
          assume(
            'other',
            l10n.t('The projections clip what they read and give: the figures hold for numbers within their bounds.'),
          ),
        ]
      : []),
    ...(odd.length === 0
      ? []
      : [
          assume(
            'other',
            l10n.t('The attention modules also hold {0}; only query and key were taken into account.', left),
          ),
        ]),
  ];
}
