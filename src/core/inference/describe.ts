import type { Model, Tower } from '../model/model.js';
import { ancestorsOf } from '../model/stack.js';
import type { TensorEntry } from '../tensors/tensor-index.js';
import { Facts } from './facts.js';
import { FORWARD_FAMILIES, REFUSED_FAMILIES } from './families/index.js';
import type { ForwardModel, WrittenModel } from './forward.js';
import { locate } from './locate.js';
import { notRunnable } from './not-runnable.js';
import { describeOwnGraph, hasOwnGraph } from './own-graph-model.js';
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
    throw notRunnable(file, `it is a ${model.tower} tower, which takes no pictures`, 'a model that takes pictures');
  }
  const refused = REFUSED_FAMILIES.get(model.family);
  if (refused !== undefined) throw notRunnable(file, refused, 'positions that are known');
  const knowsStages = !hasOwnGraph(model) && FORWARD_FAMILIES.has(model.family);
  if (model.windowed === true && !knowsStages) {
    throw notRunnable(
      file,
      'its tokens attend within windows that move from layer to layer',
      'attention over the whole picture',
    );
  }
  if (!knowsStages && model.layers.some(({ width }) => width !== model.layers[0]?.width)) {
    throw notRunnable(file, 'its layers have tokens of different widths', 'layers of one width');
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
    throw notRunnable(file, `no forward pass is known for ${model.title}`, 'a known family');
  }
  const { root, blocks } = locate(model, tensors, file);
  const byName = new Map(tensors.map((tensor) => [tensor.path ?? tensor.name, tensor]));
  const facts = new Facts(file, config, model.tower, model.stated);
  // Recognition has settled what norms are that have no shift.
  const bareNorm = first.norm?.shift === null ? first.norm.kind : 'layer';
  const weights = (prefixes: readonly string[], place = ''): Weights =>
    new Weights(file, byName, prefixes, place, bareNorm);
  const described = describe({
    model,
    width: first.width,
    root: weights([root]),
    around: weights(ancestorsOf(root)),
    blocks: model.layers.map((spec, index) => ({
      spec,
      weights: weights([blocks[index] ?? ''], ` of layer ${index}`),
      attention: weights([`${spec.path}.`], ` of layer ${index}`),
    })),
    facts,
  });
  return { ...described, runs: 'graph-of-ours', width: first.width, assumptions: facts.assumptions };
}
