import * as l10n from '@vscode/l10n';
import type { Block, DecomposedBias, Neck, PatchGrid } from '../forward.js';
import type { BlockView, Describe, ForwardView } from '../forward-view.js';
import { NECK_SIDE } from '../neck.js';
import { notRunnable } from '../not-runnable.js';
import { attention, attentionNorm, classifier, layerScale, patchEmbedding, plainMlp } from '../parts.js';
import { ownGrid, positionTable } from '../positions.js';
import type { Names } from '../weights.js';
import type { WindowRule } from '../windows.js';
import { MAX_SIDE } from './swin.js';

/** Epsilon of the norms between convolutions, which no configuration changes. */
const NECK_EPSILON = 1e-6;

/** timm builds its models of this name with as many layers that attend to all tokens: the last of each quarter. */
const TIMM_NAME = 'samvit_';
const GLOBAL_LAYERS = 4;

const POSITIONS: Names = ['pos_embed', 'embeddings.position_embeddings'];

const PATCHES: Names = ['patch_embed.proj.weight', 'patch_embed.projection.weight', 'embeddings.projection.weight'];

/** Detectors take over the positions of a model with a class token, which they do not have themselves. */
const FORMER_CLASS_TOKEN = { tokens: { rows: 1 } };

/** The image encoder of Segment Anything, of its own repository, timm and Transformers, and the ViT that detectron2 and Transformers make a backbone of. */
export const sam: Describe = (view) => {
  const { root, facts, width } = view;
  const isTimm = root.has('blocks.0.mlp.fc1.weight') && root.has('neck.0.weight', 'neck.weight', 'head.fc.weight');
  const epsilon = facts.epsilon(isTimm ? 1e-5 : 1e-6);
  const activation = facts.activation('gelu');
  const biases = view.blocks.map(decomposedBias);
  const windows = windowsOf(view, biases);
  const neck = neckOf(view);
  const channels = neck?.second.rows ?? width;
  return {
    patches: patchEmbedding(view, PATCHES),
    prefix: [],
    positions: isOfDetector(view)
      ? positionTable(view, POSITIONS, [FORMER_CLASS_TOKEN], 'bicubic')
      : positionTable(view, POSITIONS, [], 'bicubic-antialias'),
    rotation: null,
    preNorm: root.optionalNorm(l10n.t('norm before the blocks'), ['norm_pre'], width, epsilon),
    blocks: view.blocks.map((block, index): Block => {
      const { weights, spec } = block;
      const own = windows[index];
      const bias = biases[index];
      if (weights.has('residual.conv1.weight')) {
        throw notRunnable(
          root.file,
          l10n.t('layer {0} has convolutions behind it', index),
          l10n.t('layers of attention and MLP alone'),
        );
      }
      return {
        attention: {
          ...attention(block, { output: ['proj.weight'], headNorms: { query: ['q_norm'], key: ['k_norm'] } }, epsilon),
          ...(own === undefined ? {} : { windows: own }),
          ...(bias === undefined ? {} : { decomposed: bias }),
        },
        norm1: attentionNorm(block, epsilon),
        scale1: layerScale(block, ['ls1.gamma']),
        norm2: weights.norm(l10n.t('norm before the MLP'), ['norm2', 'layer_norm2'], spec.width, epsilon),
        mlp: plainMlp(
          weights,
          spec.width,
          ['mlp.lin1.weight', 'mlp.fc1.weight'],
          ['mlp.lin2.weight', 'mlp.fc2.weight'],
          activation,
        ),
        scale2: layerScale(block, ['ls2.gamma']),
      };
    }),
    norm: root.optionalNorm(l10n.t('final norm'), ['neck'], width, NECK_EPSILON),
    ...(neck === null ? {} : { neck }),
    pooling: 'patch-mean',
    poolNorm: null,
    embedding: null,
    classifiers: classifier(root, ['head.fc.weight'], channels, 'pooled'),
  };
};

/** True where positions are a list, and not those of the grid that the model was made for. */
function isOfDetector({ root }: ForwardView): boolean {
  return root.find(POSITIONS)?.shape.length === 3;
}

function decomposedBias({ attention: weights, spec }: BlockView): DecomposedBias {
  const sizes = { rows: null, columns: spec.headSize };
  return {
    rows: weights.table(l10n.t('table of ways down'), ['rel_pos_h'], sizes),
    columns: weights.table(l10n.t('table of ways across'), ['rel_pos_w'], sizes),
  };
}

/** Places that the tables of a layer are for. */
function placesOf({ rows, columns }: DecomposedBias): PatchGrid {
  return [(rows.rows + 1) / 2, (columns.rows + 1) / 2];
}

/** How each layer parts its tokens; undefined where every token attends to all. The tables of a layer with windows are as long as these. */
function windowsOf(view: ForwardView, biases: readonly DecomposedBias[]): (WindowRule | undefined)[] {
  const isWhole = wholeLayers(view, biases.map(placesOf));
  return biases.map((bias, layer) => {
    if (isWhole(layer)) return undefined;
    const [side, other] = placesOf(bias);
    if (side === other && Number.isInteger(side) && side <= MAX_SIDE) {
      return { side, shifted: false, fill: 'before-shift', unmoved: 'axis', larger: 'filled' };
    }
    const why = l10n.t(
      'the tables of positions of layer {0} are of no square window of up to {1} places a side',
      layer,
      MAX_SIDE,
    );
    throw notRunnable(view.root.file, why, l10n.t('square windows'));
  });
}

/** Which layers attend to all tokens: as config.json says or timm's name, or else those whose tables are as long as the grid. */
function wholeLayers(view: ForwardView, places: readonly PatchGrid[]): (layer: number) => boolean {
  const { facts, root } = view;
  const said = facts.numbers('global_attn_indexes');
  if (said !== null) return (layer) => said.includes(layer);
  const parted = facts.numbers('window_block_indices');
  if (parted !== null) return (layer) => !parted.includes(layer);
  const quarter = places.length / GLOBAL_LAYERS;
  if (facts.text('architecture').startsWith(TIMM_NAME)) return (layer) => (layer + 1) % quarter === 0;
  const table = root.find(POSITIONS)?.shape;
  const stored: PatchGrid | null =
    table === undefined ? ownGrid(view) : isOfDetector(view) ? null : [table[1] ?? NaN, table[2] ?? NaN];
  const largest = places.reduce((most, own) => (own[0] * own[1] > most[0] * most[1] ? own : most));
  const [rows, columns] = stored ?? largest;
  const isWhole = (layer: number): boolean => places[layer]?.[0] === rows && places[layer][1] === columns;
  if (places.every((_, layer) => isWhole(layer))) {
    facts.assume(
      l10n.t(
        'No file says which layers attend within windows, and all have tables of positions as long as the grid: taken as attention between all tokens.',
      ),
    );
  }
  return isWhole;
}

/** The convolutions behind the last layer; null where there are none. */
function neckOf({ root, width }: ForwardView): Neck | null {
  if (!root.has('neck.0.weight', 'neck.conv1.weight')) return null;
  const first = root.linear('neck', ['neck.0.weight', 'neck.conv1.weight'], { inputs: width });
  const channels = first.weight.rows;
  const kernel = root.table('neck', ['neck.2.weight', 'neck.conv2.weight'], { rows: null, columns: NECK_SIDE });
  const [outputs, inputs, height] = kernel.tensor.shape;
  if (outputs !== channels || inputs !== channels || height !== NECK_SIDE || kernel.tensor.shape.length !== 4) {
    throw notRunnable(
      root.file,
      l10n.t('its neck is none of two convolutions'),
      l10n.t('a second one of {0} x {0}', NECK_SIDE),
    );
  }
  return {
    first,
    firstNorm: root.norm('neck', ['neck.1', 'neck.layer_norm1'], channels, NECK_EPSILON),
    second: { ...kernel, rows: channels, columns: channels * NECK_SIDE * NECK_SIDE },
    secondNorm: root.norm('neck', ['neck.3', 'neck.layer_norm2'], channels, NECK_EPSILON),
  };
}
