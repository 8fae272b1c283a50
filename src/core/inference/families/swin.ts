import * as l10n from '@vscode/l10n';
import type { Block, PatchMerging, PositionBias } from '../forward.js';
import type { BlockView, Describe, ForwardView } from '../forward-view.js';
import { notRunnable } from '../not-runnable.js';
import { attention, attentionNorm, classifier, patchEmbedding, plainMlp } from '../parts.js';
import type { Names } from '../weights.js';
import type { WindowRule } from '../windows.js';

/** Larger windows have more pairs of places than any model: those of Swin are 7 to 24 a side. */
export const MAX_SIDE = 64;

/** What the libraries that build Swin differ in, whatever the layer. */
export type WindowHabits = Omit<WindowRule, 'side' | 'shifted'>;

/** Swin of timm, of its own repository and of torchvision. */
export const swin: Describe = (view) => {
  const { root, model, facts } = view;
  const epsilon = facts.epsilon(1e-5);
  const activation = facts.activation('gelu');
  const isTorchvision = root.has('features.0.0.weight');
  const habits: WindowHabits = isTorchvision
    ? { fill: 'before-shift', unmoved: 'axis', larger: 'filled' }
    : { fill: 'after-shift', unmoved: 'axis', larger: 'refused' };
  // timm merges in front of a stage, the model's own repository behind the one before.
  const isBehind = root.has('layers.0.downsample.norm.weight');
  const mergingOf = (stage: number, last: number): string =>
    isTorchvision ? `features.${stage - 1}` : `layers.${isBehind ? last : stage}.downsample`;
  const lastWidth = model.layers.at(-1)?.width ?? view.width;
  refusePositions(view, ['absolute_pos_embed']);
  return {
    patches: patchEmbedding(view, ['patch_embed.proj.weight', 'features.0.0.weight']),
    prefix: [],
    positions: null,
    rotation: null,
    preNorm: root.optionalNorm(
      l10n.t('norm of the patches'),
      ['patch_embed.norm', 'features.0.2'],
      view.width,
      epsilon,
    ),
    blocks: view.blocks.map((block, index): Block => {
      const { weights, spec } = block;
      const bias = windowBias(block, ['relative_position_bias_table']);
      const merging = mergingBefore(view, index, mergingOf, epsilon);
      return {
        attention: {
          ...attention(block, { output: ['proj.weight'] }, epsilon, bias),
          windows: windowsOf(block, bias.grid[0], habits),
        },
        norm1: attentionNorm(block, epsilon),
        scale1: null,
        norm2: weights.norm(l10n.t('norm before the MLP'), ['norm2'], spec.width, epsilon),
        mlp: plainMlp(
          weights,
          spec.width,
          ['mlp.fc1.weight', 'mlp.0.weight'],
          ['mlp.fc2.weight', 'mlp.3.weight'],
          activation,
        ),
        scale2: null,
        ...(merging === null ? {} : { merging }),
      };
    }),
    norm: root.optionalNorm(l10n.t('final norm'), ['norm'], lastWidth, epsilon),
    pooling: 'patch-mean',
    poolNorm: null,
    embedding: null,
    classifiers: classifier(root, ['head.fc.weight', 'head.weight'], lastWidth, 'pooled'),
  };
};

/** Stage of a layer, and its number in the stage. */
function placeOf({ spec }: BlockView): readonly [stage: number, number: number] {
  const [stage = NaN, number = NaN] = (spec.path.match(/\d+(?=\.)/gu) ?? []).slice(-2).map(Number);
  return [stage, number];
}

/** How the tokens of a layer are parted: every second layer of a stage moves its windows, which no file says. */
export function windowsOf(block: BlockView, side: number, habits: WindowHabits): WindowRule {
  return { ...habits, side, shifted: placeOf(block)[1] % 2 === 1 };
}

/** Number of a layer's stage, as the file counts them. */
export function stageOf(block: BlockView): number {
  return placeOf(block)[0];
}

/** The table of relative positions of a window, whose side follows from its entries. @throws CheckpointError for one that is no square. */
export function windowBias({ attention: weights, spec }: BlockView, names: Names): PositionBias {
  const table = weights.table(l10n.t('table of relative positions'), names, { rows: null, columns: spec.heads });
  const side = (Math.sqrt(table.rows) + 1) / 2;
  if (Number.isInteger(side) && side <= MAX_SIDE) return { table, grid: [side, side] };
  const why = l10n.t(
    'the {0} entries of the table of relative positions of layer {1} form no square window of up to {2} places a side',
    table.rows,
    spec.index,
    MAX_SIDE,
  );
  throw notRunnable(weights.file, why, l10n.t('square windows'));
}

/**
 * What merges patches in front of a layer; null for the first of the model and within a stage.
 * @param nameOf module that merges between two stages.
 * @param place of its norm.
 */
export function mergingBefore(
  { root, blocks }: ForwardView,
  index: number,
  nameOf: (stage: number, last: number) => string,
  epsilon: number,
  place: 'before' | 'behind' = 'before',
): PatchMerging | null {
  const [block, before] = [blocks[index], blocks[index - 1]];
  if (block === undefined || before === undefined) return null;
  const [stage, number] = placeOf(block);
  if (number !== 0) return null;
  const name = nameOf(stage, placeOf(before)[0]);
  const inputs = 4 * before.spec.width;
  const outputs = block.spec.width;
  const part = l10n.t('merging of patches in front of layer {0}', index);
  return {
    norm: root.norm(part, [`${name}.norm`], place === 'behind' ? outputs : inputs, epsilon),
    reduction: root.linear(part, [`${name}.reduction.weight`], { inputs, outputs }),
    ...(place === 'behind' ? { normBehind: true } : {}),
  };
}

/** @throws CheckpointError for a model with positions of its patches, which no released one has. */
export function refusePositions({ root }: ForwardView, names: Names): void {
  if (!root.has(...names)) return;
  throw notRunnable(
    root.file,
    l10n.t('it adds positions to its patches'),
    l10n.t('a Swin that knows positions by its windows alone'),
  );
}
