import * as l10n from '@vscode/l10n';
import { CheckpointError } from '../errors.js';
import type { Assumption, LayerSpec, Model } from '../model/model.js';
import type { GridRotation } from '../model/rotation.js';
import type { AttentionWeights, ForwardModel, OwnGraphModel, PrefixTokens } from './forward.js';
import { notRunnable } from './not-runnable.js';

/** Colours of a picture. */
const CHANNELS = 3;

/** Family of a model that was recognised by the graph of its file; the name of the family behind it may follow. */
const GRAPH_FAMILY = /^onnx(-|$)/u;

/** True for a model that was recognised in the graph of its own file, which is what is run. */
export function hasOwnGraph({ family }: Model): boolean {
  return GRAPH_FAMILY.test(family);
}

/**
 * What is known of a model that runs by its own graph; no element is read.
 * @throws CheckpointError `unsupported` for one whose attention could not be computed anew and compared.
 */
export function describeOwnGraph(model: Model, file: string): OwnGraphModel {
  const { layers, patch, prefixTokens } = model;
  const [first] = layers;
  if (first === undefined) throw notRunnable(file, l10n.t('it has no layers'), l10n.t('layers'));
  if (patch === null) {
    throw notRunnable(
      file,
      l10n.t('its graph does not show the size of its patches'),
      l10n.t('that size: give it with --patch'),
    );
  }
  const prefix = (['class', 'distillation', 'registers'] as const).flatMap((role): PrefixTokens[] =>
    prefixTokens[role] > 0 ? [{ role, tokens: { rows: prefixTokens[role] } }] : [],
  );
  const rotation = rotationOf(model);
  return {
    runs: 'graph-of-the-file',
    width: first.width,
    patches: { channels: CHANNELS, patch },
    prefix,
    rotation,
    blocks: layers.map((spec) => ({ attention: attentionOf(spec, file) })),
    assumptions: leftOut(model, rotation),
  };
}

function attentionOf(spec: LayerSpec, file: string): AttentionWeights {
  const { value, index } = spec;
  if (value === null) {
    const why = l10n.t('the value projection of layer {0} was not found in its graph', index);
    throw notRunnable(file, why, l10n.t('it, since attention is checked by what it gives'));
  }
  return { spec, value, output: null, headNorms: null, innerNorm: null, bias: null };
}

/** The rotation of a family that has only one; null for others. */
function rotationOf({ family, position, rotation }: Model): GridRotation | null {
  return position === 'rope' && family === 'onnx-hf-dinov3' && rotation?.kind === 'grid' ? rotation : null;
}

/** What the graph does to scores that is not read out of it; the difference to its own results tells what that makes. */
function leftOut({ layers, position, causal }: Model, rotation: GridRotation | null): Assumption[] {
  const assume = (text: string): Assumption => ({ code: 'other', text, choices: [], value: null });
  const parts = [
    ...(position === 'rope' && rotation === null ? [l10n.t('turns queries and keys by their place')] : []),
    ...(position === 'relative-bias' ? [l10n.t('adds a bias of positions to the scores')] : []),
    ...(layers.some(({ qkNorm }) => qkNorm) ? [l10n.t('norms queries and keys')] : []),
    ...(causal ? [l10n.t('lets tokens attend only to what comes before them')] : []),
  ];
  const told = l10n.t("how far its results are from the graph's own is told for each layer");
  return [
    ...(rotation === null
      ? []
      : [
          assume(
            l10n.t(
              'How queries and keys are turned is taken from the family, DINOv3, and not read out of the graph: {0}.',
              told,
            ),
          ),
        ]),
    ...(parts.length === 0
      ? []
      : [
          assume(
            l10n.t(
              "The graph {0}, which is not read out of it. Attention is computed without that and is not the model's own: {1}.",
              parts.reduce((one, other) => l10n.t('{0} and {1}', one, other)),
              told,
            ),
          ),
        ]),
  ];
}

/** What is told in place of the model's assumptions where its graph gives queries and keys as they meet. */
export function ownAttention(): Assumption[] {
  const text = l10n.t(
    'The graph turns or norms queries and keys before they meet. Attention is computed from its own queries and keys; modes are those of the weights, without that.',
  );
  return [{ code: 'other', text, choices: [], value: null }];
}

/** @throws CheckpointError `unsupported` for a graph that is not ours to change. */
export function checkChangeable({ runs }: ForwardModel, file: string): void {
  if (runs === 'graph-of-ours') return;
  throw new CheckpointError(
    'unsupported',
    file,
    l10n.t('an ONNX model runs as its file says: ablation, prompts and attention to the nearest keys would change it'),
    l10n.t('open the checkpoint that it was exported from, such as its .safetensors or .pt file'),
  );
}
