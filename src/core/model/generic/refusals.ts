import * as l10n from '@vscode/l10n';
import { quoteName } from '../../bytes/quote.js';
import { isFused, joinPath } from '../layout.js';
import type { TensorNames } from '../tensor-names.js';
import type { Convention } from './conventions.js';

/** An attention module that may be of a kind that has no figures. */
interface Suspect {
  readonly names: TensorNames;
  readonly weights: Convention['weights'];
  /** Paths of the block and of the attention module in it. */
  readonly block: string;
  readonly path: string;
}

/** A kind of attention that has no figures, how its names and shapes show it, and why it has none. */
interface Refusal {
  readonly shows: (suspect: Suspect) => boolean;
  readonly why: () => string;
}

const REFUSALS: readonly Refusal[] = [
  {
    // Megatron and what came from it call the layers of the block so, and keep the three of each head together.
    shows: ({ names, weights, block }) =>
      fusedName(weights) === 'query_key_value.weight' && names.has(joinPath(block, 'mlp.dense_h_to_4h.weight')),
    why: () =>
      l10n.t(
        'mixes query, key and value head by head in one weight, as GPT-NeoX and BLOOM do: such weights are not read.',
      ),
  },
  {
    shows: ({ names, weights, path }) => isFused(weights) && names.has(joinPath(path, 'attention_biases')),
    why: () =>
      l10n.t(
        'mixes query, key and value head by head in one weight, as LeViT, TinyViT and EfficientFormer do: such weights are not read.',
      ),
  },
  {
    shows: mixesHeadsAsMaxVit,
    why: () =>
      l10n.t(
        'mixes query, key and value head by head in one weight, as the MaxViT and CoAtNet models do that did not come from TensorFlow: such weights are not read.',
      ),
  },
  {
    shows: ({ path }) => path.includes('factoratt'),
    why: () =>
      l10n.t(
        "multiplies keys with values first, as CoaT's factorised attention does: no query meets a key, and it has no figures.",
      ),
  },
  {
    shows: ({ names, weights, path }) => {
      const [rows = 0, columns = 0] = shapeOf(names, weights, path);
      return fusedName(weights) === 'qkv_proj.weight' && rows === 2 * columns + 1;
    },
    why: () =>
      l10n.t(
        "gives each token one number to weigh its key by, as MobileViTv2's separable attention does: no query meets a key, and it has no figures.",
      ),
  },
  {
    shows: ({ names, path }) =>
      names.has(joinPath(path, 'norm_v.running_mean')) &&
      ['pos_emb', 'conv_lambda.weight'].some((name) => names.has(joinPath(path, name))),
    why: () =>
      l10n.t(
        'multiplies keys with values first, as the layers of LambdaNetworks do: no query meets a key, and it has no figures.',
      ),
  },
  {
    shows: ({ names, block }) =>
      ['cpe1.proj.weight', 'cpe2.proj.weight'].every((name) => names.has(joinPath(block, name))),
    why: () =>
      l10n.t(
        "is of a model whose blocks attend between tokens and between channels in turn, as DaViT's do, and the names do not tell which do which: they have no figures.",
      ),
  },
  {
    shows: ({ names, weights, path }) => !isFused(weights) && names.has(joinPath(path, 'pos_embed.height_rel')),
    why: () => l10n.t('mixes key and value head by head in one weight, as HaloNet does: such weights are not read.'),
  },
  {
    // Queries and keys of BoTNet may be narrower than values, and only their own width is said.
    shows: ({ names, weights, path }) => {
      const [rows = 0, columns = 0] = shapeOf(names, weights, path);
      return names.has(joinPath(path, 'pos_embed.height_rel')) && rows !== 3 * columns;
    },
    why: () => l10n.t('has values of another size than queries and keys, as in BoTNet: its rows cannot be told apart.'),
  },
  {
    shows: ({ names, weights, path }) => isFused(weights) && shapeOf(names, weights, path)[1] === 1,
    why: () => l10n.t('reads one number of each token: with no directions to compare, it has no figures.'),
  },
  {
    // A temperature for each head, as it stands in front of matrices of channels; that of other models is one number.
    shows: ({ names, path }) => names.get(joinPath(path, 'temperature'))?.shape.length === 3,
    why: () => l10n.t('attends between channels and not between tokens, as XCiT and EdgeNeXt do: it has no figures.'),
  },
  {
    shows: ({ names, path }) => ['proj_l.weight', 'proj_w.weight'].every((name) => names.has(joinPath(path, name))),
    why: () =>
      l10n.t(
        "mixes the scores of its heads before the softmax, as CaiT's talking heads do: no head attends by its own query and key, and it has no figures.",
      ),
  },
];

/** Why attention of this kind has no figures; null for what has. */
export function refuse(suspect: Suspect): string | null {
  const found = REFUSALS.find(({ shows }) => shows(suspect));
  return found === undefined ? null : `${quoteName(suspect.path)} ${found.why()}`;
}

/**
 * True for timm's MaxViT and CoAtNet with `head_first`: those have every kind of position bias but the one from TensorFlow, whose
 * table is (heads, rows, columns). Their weights are 1 x 1 convolutions or stand below `attn_block` and `attn_grid`; in GCViT and
 * vit_relpos, which have such biases too, neither is so.
 */
function mixesHeadsAsMaxVit({ names, weights, path }: Suspect): boolean {
  if (fusedName(weights) !== 'qkv.weight') return false;
  const table = names.get(joinPath(path, 'rel_pos.relative_position_bias_table'));
  const biased = table === null ? names.has(joinPath(path, 'rel_pos.mlp.fc2.weight')) : table.shape.length === 2;
  const module = path.split('.').at(-2);
  return biased && (module === 'attn_block' || module === 'attn_grid' || shapeOf(names, weights, path).length === 4);
}

function fusedName(weights: Convention['weights']): string | null {
  return isFused(weights) ? weights.fused : null;
}

/** Sizes of the fused weight; none where there is no such. */
function shapeOf(names: TensorNames, weights: Convention['weights'], path: string): readonly number[] {
  const fused = fusedName(weights);
  return fused === null ? [] : (names.get(joinPath(path, fused))?.shape ?? []);
}
