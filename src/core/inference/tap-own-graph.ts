import * as l10n from '@vscode/l10n';
import type { Assumption, Model } from '../model/model.js';
import type { Meeting } from '../model/onnx/attention.js';
import { graphTaps, type LayerTaps } from '../model/onnx/taps.js';
import type { TensorIndex } from '../tensors/tensor-index.js';
import { tapOutput } from './build-graph.js';
import type { OwnGraphModel } from './forward.js';
import { notRunnable } from './not-runnable.js';
import { ELEMENT_TYPES } from './onnx/graph.js';
import { writeAddition } from './onnx/write-model.js';
import { type GraphInputs, graphInputs } from './own-graph-inputs.js';
import { type KnownOutput, knownOutputs } from './own-graph-outputs.js';
import type { OutputName } from './outputs.js';

/** In front of the names of outputs that are added to a graph. */
export const ADDED = 'qk-lens/';

/** How somebody's graph is run as it is. */
export interface TappedGraph {
  readonly inputs: Omit<GraphInputs, 'mixed'>;
  /** What is written behind the file's own bytes, which adds the outputs: protobuf joins two graphs of one message. */
  readonly addition: Uint8Array<ArrayBuffer>;
  /** They are called as ours are, with `ADDED` in front, and are float32. */
  readonly outputs: readonly OutputName[];
  readonly assumptions: readonly Assumption[];
  /** How the queries and keys meet that each layer gives; null where they are computed from tokens and weights instead. */
  readonly meetings: readonly Meeting[] | null;
}

/**
 * Adds taps to the graph of a file.
 * @param imageSize [height, width] of pictures in pixels.
 * @param taps whether the graph gives the taps of each layer.
 * @throws CheckpointError `unsupported` for a graph that hides its layers or cannot be given what it takes, `wrong-use` for a size that it does not take.
 */
export function tapOwnGraph(
  index: TensorIndex,
  model: Model,
  forward: OwnGraphModel,
  imageSize: readonly [number, number],
  taps: boolean,
): TappedGraph {
  const file = index.files[0] ?? '';
  const { graph } = index;
  if (graph === undefined) throw notRunnable(file, l10n.t('it holds no graph'), l10n.t('a graph'));
  const { mixed, ...inputs } = graphInputs(graph, forward.patches.channels, imageSize, file);
  const seeing = graph.outputs.filter(({ name }) => !mixed.has(name));
  const { outputs, assumptions } = knownOutputs(seeing, forward.width);
  if (outputs.length === 0)
    throw notRunnable(file, l10n.t('its graph gives nothing that a picture alone decides'), l10n.t('such an output'));
  const layers = taps ? layerTaps(index, model, mixed, file) : { taps: [], meetings: null };
  const wanted = [...outputs, ...layers.taps];
  return {
    inputs,
    addition: writeAddition({
      // Whatever its type: models of float16 and float64 give float32.
      nodes: wanted.map(({ name, value }) => ({
        operator: 'Cast',
        inputs: [value],
        outputs: [ADDED + name],
        attributes: { to: { int: ELEMENT_TYPES.float32 } },
      })),
      outputs: wanted.map(({ name }) => ({ name: ADDED + name, type: 'float32', dims: null })),
    }),
    outputs: outputs.map(({ name }) => name),
    assumptions,
    meetings: layers.meetings,
  };
}

/** A value of the graph, and what we call it. */
interface Tap {
  readonly name: string;
  readonly value: KnownOutput['value'];
}

/** Values of the graph that are what our own taps are. */
function layerTaps(
  index: TensorIndex,
  model: Model,
  mixed: ReadonlySet<string>,
  file: string,
): { readonly taps: readonly Tap[]; readonly meetings: readonly Meeting[] | null } {
  const layers = graphTaps(index, model.name);
  if (layers?.length !== model.layers.length)
    throw notRunnable(file, l10n.t('its layers are not those of its graph'), 'them');
  const taps = layers.flatMap(({ tokens, keys, result }, layer): Tap[] => {
    if (tokens === null || result === null) {
      const why = l10n.t('what goes into layer {0} and out of it cannot be seen in its graph', layer);
      throw notRunnable(file, why, l10n.t('layers in the main graph'));
    }
    if (mixed.has(result)) {
      throw notRunnable(
        file,
        l10n.t('layer {0} depends on more than the picture', layer),
        l10n.t('the part that sees, exported'),
      );
    }
    if (keys !== tokens) {
      throw notRunnable(
        file,
        l10n.t('queries and keys of layer {0} read different tokens', layer),
        l10n.t('layers that read one'),
      );
    }
    return [
      { name: tapOutput('attention-input', layer), value: tokens },
      { name: tapOutput('attention-output', layer), value: result },
    ];
  });
  const meetings = meetingsOf(model, layers);
  const sides = (meetings ?? []).flatMap(({ query, key }, layer): Tap[] => [
    { name: tapOutput('own-query', layer), value: query.value },
    { name: tapOutput('own-key', layer), value: key.value },
  ]);
  return { taps: [...taps, ...sides], meetings };
}

/** Where queries and keys meet in each layer, for a model that turns or norms them on the way; null unless all layers show it. */
function meetingsOf(
  { position, layers: specs, causal }: Model,
  layers: readonly LayerTaps[],
): readonly Meeting[] | null {
  const isPlain = position !== 'rope' && !specs.some(({ qkNorm }) => qkNorm);
  if (isPlain || causal) return null;
  const meetings = layers.flatMap(({ meeting }) => meeting ?? []);
  return meetings.length === layers.length ? meetings : null;
}
