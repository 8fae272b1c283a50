import * as l10n from '@vscode/l10n';
import { joinPath } from './layout.js';
import type { ShapedLayer } from './read-layer.js';
import type { Stack } from './stack.js';
import type { TensorNames } from './tensor-names.js';

/** Heads that the models have to which names and widths belong. */
export interface UsualHeads {
  /** For each layer; null where the rule does not part its rows. */
  readonly heads: readonly (number | null)[];
  /** Why these, for people. */
  readonly reason: string;
}

/** A stack whose heads are asked for. */
interface View {
  readonly has: (name: string) => boolean;
  /** True when some name in this part of the file ends so. */
  readonly hasEnding: (ending: string) => boolean;
  /** Sizes of a tensor below the root; none where there is none. */
  readonly shape: (name: string) => readonly number[];
  /** Width of the tokens in the first layer, and in the last. */
  readonly width: number;
  readonly lastWidth: number;
}

/** Models whose code leaves no other number of heads for these names and widths; they are those of timm if nothing else is said. */
interface Rule {
  /** Path of the attention module below the root. */
  readonly at: RegExp;
  readonly is?: (view: View) => boolean;
  /** Heads of one of the layers, or null. */
  readonly heads: (layer: ShapedLayer, view: View) => number | null;
  readonly reason: () => string;
}

/** Finds a path in which `#` is any number: of a stage, of a layer, or one that all layers share. */
const inPath = (path: string): RegExp =>
  new RegExp(path.replaceAll('.', String.raw`\.`).replaceAll('#', String.raw`(?:\{[si]\}|\d+)`));

/** Heads of one width in all layers. */
const wide =
  (size: number) =>
  (layer: ShapedLayer): number =>
    layer.query.weight.rows / size;

/** The same number of heads in all layers. */
const always = (heads: number) => (): number => heads;

/** Heads of a width that the width of the first layer tells. */
const wideByFirst =
  (sizes: ReadonlyMap<number, number>) =>
  (layer: ShapedLayer, { width }: View): number | null => {
    const size = sizes.get(width);
    return size === undefined ? null : layer.query.weight.rows / size;
  };

/** A number of heads that is one size of another tensor, divided. */
const told =
  (name: string, axis: number, divisor = 1) =>
  (_: ShapedLayer, { shape }: View): number | null => {
    const size = shape(name)[axis];
    return size === undefined ? null : size / divisor;
  };

const PYRAMID = new Map([
  [32, 32],
  [64, 64],
]);

const RULES: readonly Rule[] = [
  {
    at: inPath('(?:^|.)token_mixer$'),
    heads: wide(32),
    reason: () => l10n.t('as in CAFormer, FastViT and MobileCLIP'),
  },
  { at: inPath('(?:^|.)e_mhsa$'), heads: wide(32), reason: () => l10n.t('as in Next-ViT') },
  { at: inPath('^levels.#.transformer_encoder.#.attn$'), heads: wide(32), reason: () => l10n.t('as in NesT') },
  {
    at: inPath('(?:^|.)transformer.#.attn$'),
    is: ({ hasEnding }) => hasEnding('.conv_kxk.conv.weight'),
    heads: always(4),
    reason: () => l10n.t('as in MobileViT'),
  },
  {
    at: inPath('^stages.#.#.attn$'),
    is: ({ has }) => has('stem_dct.conv_y.weight'),
    heads: always(8),
    reason: () => l10n.t('as in CSATv2'),
  },
  { at: inPath('^blocks.#.attn_in$'), heads: always(4), reason: () => l10n.t('as inside the patches of TNT') },
  {
    at: inPath('^(?:network.#|post_network).#.attn$'),
    is: ({ has }) => has('post_network.0.attn.kv.weight'),
    heads: ({ width }) => (width === 384 ? 12 : width === 512 || width === 768 ? 16 : null),
    reason: () => l10n.t('as in VOLO'),
  },
  {
    at: inPath('^transformers.#.blocks.#.attn$'),
    is: ({ has }) => has('transformers.1.pool.conv.weight'),
    heads: wideByFirst(
      new Map([
        [64, 32],
        [96, 48],
        [144, 48],
        [256, 64],
      ]),
    ),
    reason: () => l10n.t('as in PiT'),
  },
  {
    at: inPath('^stages.#.blocks.#.attn$'),
    is: ({ has }) => has('stages.0.blocks.0.mlp.dwconv.weight'),
    heads: wideByFirst(PYRAMID),
    reason: () => l10n.t('as in PVTv2'),
  },
  {
    at: inPath('^block#.#.attn$'),
    is: ({ has }) => has('patch_embed1.proj.weight'),
    heads: wideByFirst(PYRAMID),
    reason: () => l10n.t('as in PVT and SegFormer'),
  },
  {
    at: inPath('^blocks.#.#.attn$'),
    is: ({ has }) => has('pos_block.0.proj.0.weight'),
    heads: (layer, { has }) => wide(has('blocks.0.0.attn.qkv.weight') ? 32 : 64)(layer),
    reason: () => l10n.t('as in Twins'),
  },
  {
    at: inPath('^stage#.#.attn$'),
    is: ({ has }) => has('pos_embed2'),
    heads: told('pos_embed2', 1, 64),
    reason: () => l10n.t('as in Visformer, whose stages have as many each'),
  },
  {
    // Hiera and the image encoder of SAM 2 get eight times as wide within one row of blocks.
    at: inPath('^blocks.#.attn$'),
    is: ({ width, lastWidth }) => lastWidth === 8 * width,
    heads: wideByFirst(
      new Map([
        [96, 96],
        [112, 56],
        [144, 72],
        [256, 64],
      ]),
    ),
    reason: () => l10n.t('as in Hiera and SAM 2'),
  },
  {
    at: inPath('^blocks.#.(?:blocks.#|fusion).#.attn$'),
    heads: told('blocks.0.blocks.1.0.attn.qkv.weight', 1, 64),
    reason: () => l10n.t('as in CrossViT, whose two branches have as many each'),
  },
  {
    at: inPath('^layers.#.(?:self_attn|cross_attn_token_to_image|cross_attn_image_to_token)$'),
    is: ({ has }) => has('layers.0.cross_attn_token_to_image.q_proj.weight'),
    heads: always(8),
    reason: () => l10n.t('as in the mask decoder of SAM'),
  },
  {
    at: inPath('^blocks_token_only.#.attn$'),
    heads: told('blocks.0.attn.proj_l.weight', 0),
    reason: () => l10n.t('as many as blocks.0.attn.proj_l.weight mixes in the blocks before'),
  },
  {
    at: inPath('^cls_attn_blocks.#.attn$'),
    heads: told('blocks.0.attn.temperature', 0),
    reason: () => l10n.t('as many as blocks.0.attn.temperature has in the blocks before'),
  },
  {
    at: inPath('^blocks.#.attn$'),
    is: ({ has }) => has('blocks.0.attn.pos_proj.weight'),
    heads: told('blocks.0.attn.pos_proj.weight', 0),
    reason: () => l10n.t('as many as blocks.0.attn.pos_proj.weight has in the blocks before'),
  },
  {
    at: inPath('^blocks.#.attn$'),
    is: ({ has, width }) => has('patch_embed.backbone.stem.conv1.weight') && width === 1152,
    heads: always(16),
    reason: () => l10n.t('as in ViTamin of this width'),
  },
  {
    at: inPath('^blocks.#.attn$'),
    is: ({ has, width }) => has('norm_pre.weight') && has('norm_pre.bias') && width === 1536,
    heads: always(16),
    reason: () => l10n.t('as in the Perception Encoder of this width'),
  },
  {
    at: inPath('^blocks.#.attn$'),
    is: isSiglip,
    heads: always(16),
    reason: () => l10n.t('as in SigLIP 2 of this width'),
  },
  {
    at: inPath('^blocks.#.attn$'),
    is: isAim,
    heads: wide(128),
    reason: () => l10n.t('as in AIMv2'),
  },
];

/** The heads that the names and widths of a stack belong to; null where no rule knows them. */
export function usualHeadsOf(names: TensorNames, stack: Stack, layers: readonly ShapedLayer[]): UsualHeads | null {
  const [first] = layers;
  if (first === undefined) return null;
  const { root, layout } = stack;
  const view: View = {
    has: (name) => names.has(`${root}${name}`),
    hasEnding: (ending) => names.hasEnding(ending),
    shape: (name) => names.get(`${root}${name}`)?.shape ?? [],
    width: first.width,
    lastWidth: layers.at(-1)?.width ?? first.width,
  };
  const path = joinPath(layout.block, layout.attention);
  const rule = RULES.find(({ at, is }) => at.test(path) && is?.(view) !== false);
  if (rule === undefined) return null;
  const heads = layers.map((layer) => {
    const count = rule.heads(layer, view) ?? 0;
    const { rows } = layer.query.weight;
    return Number.isInteger(count) && count > 0 && rows % count === 0 ? count : null;
  });
  return heads.every((count) => count === null) ? null : { heads, reason: rule.reason() };
}

/** AIMv2 has RMS norms, no biases, no class token, and a gated layer in timm's names. */
function isAim({ has, width }: View): boolean {
  const named = has('blocks.0.mlp.fc1_g.weight') && has('patch_embed.norm.weight') && has('pos_embed');
  const bare = !has('blocks.0.norm1.bias') && !has('blocks.0.attn.qkv.bias') && !has('cls_token');
  return named && bare && width % 128 === 0;
}

/** SigLIP has LayerNorms, a table of positions, no class token and no layer scale; DINOv2 of this width has both. */
function isSiglip({ has, width }: View): boolean {
  const other = ['cls_token', 'norm_pre.weight', 'blocks.0.ls1.gamma', 'blocks.0.mlp.fc1_g.weight'].some(has);
  return width === 1536 && has('pos_embed') && has('blocks.0.norm1.bias') && !other;
}
