import * as l10n from '@vscode/l10n';
import { quoteName } from '../../bytes/quote.js';
import type { Block, CosineAttention } from '../forward.js';
import type { BlockView, Describe, ForwardView } from '../forward-view.js';
import { notRunnable } from '../not-runnable.js';
import { attention, classifier, patchEmbedding, plainMlp } from '../parts.js';
import type { Names } from '../weights.js';
import type { WindowRule } from '../windows.js';
import { HF_OUTPUT, HF_PATCHES, HF_POSITIONS } from './hf-vit.js';
import { MAX_SIDE, mergingBefore, refusePositions, stageOf, type WindowHabits, windowsOf } from './swin.js';

/** Windows of timm's models by their names, such as `swinv2_base_window12to16_192to256`: those before, and those now. */
const NAMED = /window(\d+)(?:to(\d+))?/u;

/** Hidden units of the MLP that makes the bias, which is computed for every pair of places; the models have 512. */
const MAX_HIDDEN = 2048;

/** Sides of windows: of a layer, and those that its bias is measured by; null where that is the same. */
interface Sides {
  readonly side: number;
  readonly over: number | null;
  readonly larger: WindowRule['larger'];
}

/** Names around the blocks, and habits of the library. */
interface Library {
  readonly patches: Names;
  readonly patchNorm: string;
  readonly positions: Names;
  readonly attention: { readonly output: Names; readonly scale: Names; readonly mlp: string; readonly ways: Names };
  readonly norms: readonly [behindAttention: string, behindMlp: string];
  readonly mlp: readonly [input: Names, output: Names];
  readonly norm: string;
  readonly habits: Omit<WindowHabits, 'larger'>;
  readonly mergingOf: (stage: number, last: number) => string;
}

const HF: Library = {
  patches: HF_PATCHES,
  patchNorm: 'embeddings.norm',
  positions: HF_POSITIONS,
  attention: {
    output: HF_OUTPUT,
    scale: ['self.logit_scale'],
    mlp: 'self.continuous_position_bias_mlp',
    ways: ['self.relative_coords_table'],
  },
  norms: ['layernorm_before', 'layernorm_after'],
  mlp: [['intermediate.dense.weight'], ['output.dense.weight']],
  norm: 'layernorm',
  habits: { fill: 'before-shift', unmoved: 'axis' },
  mergingOf: (_, last) => `encoder.layers.${last}.downsample`,
};

/** timm's names; its own repository merges behind a stage. */
function timmNames(isBehind: boolean): Library {
  return {
    patches: ['patch_embed.proj.weight'],
    patchNorm: 'patch_embed.norm',
    positions: ['absolute_pos_embed'],
    attention: {
      output: ['proj.weight'],
      scale: ['logit_scale'],
      mlp: 'cpb_mlp',
      ways: ['relative_coords_table'],
    },
    norms: ['norm1', 'norm2'],
    mlp: [['mlp.fc1.weight'], ['mlp.fc2.weight']],
    norm: 'norm',
    habits: { fill: 'after-shift', unmoved: 'axis' },
    mergingOf: (stage, last) => `layers.${isBehind ? last : stage}.downsample`,
  };
}

/** Swin V2 of timm, of its own repository and of Transformers: cosines, norms behind attention and MLP, a bias that is made by an MLP. */
export const swinV2: Describe = (view) => {
  const { root, around, model, facts, width } = view;
  const isTimm = root.has('patch_embed.proj.weight');
  const names = isTimm ? timmNames(root.has('layers.0.downsample.norm.weight')) : HF;
  const epsilon = facts.epsilon(1e-5);
  const activation = facts.activation('gelu');
  const lastWidth = model.layers.at(-1)?.width ?? width;
  refusePositions(view, names.positions);
  const stages = new Set(view.blocks.map(stageOf)).size;
  return {
    patches: patchEmbedding(view, names.patches),
    prefix: [],
    positions: null,
    rotation: null,
    preNorm: root.optionalNorm(l10n.t('norm of the patches'), [names.patchNorm], width, epsilon),
    blocks: view.blocks.map((block, index): Block => {
      const { weights, spec } = block;
      const sides = sidesOf(view, block, names, stages);
      const merging = mergingBefore(view, index, names.mergingOf, epsilon, 'behind');
      return {
        attention: {
          ...attention(block, { output: names.attention.output }, epsilon),
          windows: windowsOf(block, sides.side, { ...names.habits, larger: sides.larger }),
          cosine: cosineOf(block, names, sides),
        },
        norm1: weights.norm(l10n.t('norm behind the attention'), [names.norms[0]], spec.width, epsilon),
        scale1: null,
        norm2: weights.norm(l10n.t('norm behind the MLP'), [names.norms[1]], spec.width, epsilon),
        mlp: plainMlp(weights, spec.width, ...names.mlp, activation),
        scale2: null,
        normsBehind: true,
        ...(merging === null ? {} : { merging }),
      };
    }),
    norm: root.optionalNorm(l10n.t('final norm'), [names.norm], lastWidth, epsilon),
    pooling: 'patch-mean',
    poolNorm: null,
    embedding: null,
    classifiers: isTimm
      ? classifier(root, ['head.fc.weight', 'head.weight'], lastWidth, 'pooled')
      : classifier(around, ['classifier.weight'], lastWidth, 'pooled'),
  };
};

function cosineOf({ attention: weights, spec }: BlockView, names: Library, { side, over }: Sides): CosineAttention {
  const { scale, mlp } = names.attention;
  const hidden = weights.linear(l10n.t('bias of positions'), [`${mlp}.0.weight`], { inputs: 2 });
  if (hidden.weight.rows > MAX_HIDDEN) {
    const why = l10n.t(
      'the bias of positions of layer {0} has {1} hidden units, more than the {2} that are computed',
      spec.index,
      hidden.weight.rows,
      MAX_HIDDEN,
    );
    throw notRunnable(weights.file, why, l10n.t('a smaller one'));
  }
  return {
    scale: weights.vector(l10n.t('factors of its cosines'), scale, spec.heads),
    hidden,
    bias: weights.linear(l10n.t('bias of positions'), [`${mlp}.2.weight`], {
      outputs: spec.heads,
      inputs: hidden.weight.rows,
    }),
    over,
    ways: weights.has(...names.attention.ways)
      ? weights.table(l10n.t('ways between places of its windows'), names.attention.ways, {
          rows: (2 * side - 1) ** 2,
          columns: 2,
        })
      : null,
  };
}

/** Windows of a layer: as the table of ways says, that older files hold, or else config.json. @throws CheckpointError where neither does. */
function sidesOf({ facts, root }: ForwardView, block: BlockView, names: Library, stages: number): Sides {
  const stage = stageOf(block);
  const named = NAMED.exec(facts.text('architecture'));
  const before = named?.[2] === undefined ? null : Number(named[1]);
  // The last stage of the models that were trained with smaller windows had half of them.
  const namedOver = before === null ? 0 : stage === stages - 1 ? before / 2 : before;
  const over = facts.numbers('pretrained_window_sizes')?.[stage] ?? namedOver;
  const table = block.attention.find(names.attention.ways);
  const side =
    table === null
      ? (facts.number('window_size') ?? Number(named?.[2] ?? named?.[1]))
      : ((table.shape[1] ?? 0) + 1) / 2;
  const isSquare = table === null || table.shape[1] === table.shape[2];
  if (isSquare && Number.isInteger(side) && side > 0 && side <= MAX_SIDE) {
    return { side, over: over > 0 ? over : null, larger: table === null ? 'shrunk' : 'refused' };
  }
  const why = l10n.t(
    'the windows of layer {0} ({1}) are nowhere said, or no squares of up to {2} places a side',
    block.spec.index,
    quoteName(block.spec.path),
    MAX_SIDE,
  );
  throw notRunnable(
    root.file,
    why,
    l10n.t("the config.json of the model, with window_size or timm's name of the architecture"),
  );
}
