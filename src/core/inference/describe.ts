import * as l10n from '@vscode/l10n';
import type { Model, Tower } from '../model/model.js';
import { ancestorsOf } from '../model/stack.js';
import type { TensorEntry } from '../tensors/tensor-index.js';
import { Facts } from './facts.js';
import { FORWARD_FAMILIES } from './families/index.js';
import type { ForwardModel, WrittenModel } from './forward.js';
import type { Describe } from './forward-view.js';
import { locate } from './locate.js';
import { notRunnable } from './not-runnable.js';
import { describeOwnGraph, hasOwnGraph } from './own-graph-model.js';
import { refuseUnknownParts } from './unknown-parts.js';
import { Weights } from './weights.js';

/** Towers that see pictures. */
const SEEING: readonly Tower[] = ['vision', 'encoder'];

/**
 * Finds what the forward pass of a recognised vision model needs, by name and size; no element is read.
 * @param tensors of the whole checkpoint.
 * @param config parsed config.json, unchecked, or null when there is none.
 * @param file name of the checkpoint for messages.
 * @throws CheckpointError `unsupported` naming what is missing or does not fit.
 */
export function describeForward(
  model: Model,
  tensors: readonly TensorEntry[],
  config: unknown,
  file: string,
): ForwardModel {
  if (!SEEING.includes(model.tower)) {
    throw notRunnable(
      file,
      l10n.t('it is a {0} tower, which takes no pictures', model.tower),
      l10n.t('a model that takes pictures'),
    );
  }
  const knowsStages = !hasOwnGraph(model) && FORWARD_FAMILIES.has(model.family);
  if (model.windowed === true && !knowsStages) {
    throw notRunnable(
      file,
      l10n.t('its tokens attend within windows that move from layer to layer'),
      l10n.t('attention over the whole picture'),
    );
  }
  if (!knowsStages && model.layers.some(({ width }) => width !== model.layers[0]?.width)) {
    throw notRunnable(file, l10n.t('its layers have tokens of different widths'), l10n.t('layers of one width'));
  }
  return hasOwnGraph(model) ? describeOwnGraph(model, file) : describeWritten(model, tensors, config, file);
}

/** What a graph of ours needs. @throws CheckpointError as `describeForward` does. */
export function describeWritten(
  model: Model,
  tensors: readonly TensorEntry[],
  config: unknown,
  file: string,
): WrittenModel {
  const describe = FORWARD_FAMILIES.get(model.family);
  const [first] = model.layers;
  if (describe === undefined || first === undefined) {
    throw notRunnable(file, l10n.t('no forward pass is known for {0}', model.title), l10n.t('a known family'));
  }
  const { root, blocks } = locate(model, tensors, file);
  const byName = new Map(tensors.map((tensor) => [tensor.path ?? tensor.name, tensor]));
  refuseUnknownParts(model, byName, blocks, file);
  const facts = new Facts(file, config, model.tower, model.stated);
  // Recognition has settled what norms are that have no shift.
  const bareNorm = first.norm?.shift === null ? first.norm.kind : 'layer';
  const weights = (prefixes: readonly string[], layer: number | null = null): Weights =>
    new Weights(file, byName, prefixes, layer, bareNorm);
  const described = describe({
    model,
    width: first.width,
    root: weights([root]),
    around: weights(ancestorsOf(root)),
    blocks: model.layers.map((spec, index) => ({
      spec,
      weights: weights([blocks[index] ?? ''], index),
      attention: weights([`${spec.path}.`], index),
    })),
    facts,
  });
  if (!knowsPlaces(described)) {
    const why = l10n.t('nothing in the file tells how it knows the places of its patches');
    throw notRunnable(file, why, l10n.t('positions that are known'));
  }
  return { ...described, runs: 'graph-of-ours', width: first.width, assumptions: facts.assumptions };
}

/** True for a model with positions of some kind: what has none turns queries and keys, or adds to the scores, in a way that its tensors do not tell. */
function knowsPlaces({ positions, sines, rotation, blocks }: ReturnType<Describe>): boolean {
  if (positions !== null || sines === true || rotation !== null) return true;
  return blocks.some(
    ({ attention: { bias, windows, cosine, decomposed } }) =>
      bias !== null || windows !== undefined || cosine !== undefined || decomposed !== undefined,
  );
}
