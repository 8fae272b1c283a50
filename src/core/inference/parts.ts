import * as l10n from '@vscode/l10n';
import { quoteName } from '../bytes/quote.js';
import type { MatrixView, Projection, VectorView } from '../model/model.js';
import type {
  Activation,
  WholeAttention,
  Classifier,
  Mlp,
  NormWeights,
  PatchEmbedding,
  PositionBias,
  LearnedTokens,
} from './forward.js';
import type { BlockView, ForwardView } from './forward-view.js';
import { missing, notRunnable } from './not-runnable.js';
import type { Names, Weights } from './weights.js';

/** The convolution that makes tokens of patches, by the names of its weight. */
export function patchEmbedding({ root, width, model }: ForwardView, names: Names): PatchEmbedding {
  const kernel = root.table(l10n.t('patch embedding'), names, { rows: null, columns: null });
  const { tensor } = kernel;
  const inputsFirst = tensor.inputsFirst === true;
  const [outputs, channels, height, columns] = inputsFirst ? fromInputsFirst(tensor.shape) : tensor.shape;
  if (outputs === undefined || channels === undefined || height === undefined || tensor.shape.length !== 4) {
    const why = l10n.t('its patch embedding {0} takes pixels in an order that is not known', quoteName(tensor.name));
    throw notRunnable(root.file, why, l10n.t('a patch embedding that is a convolution'));
  }
  if (outputs !== width || height !== columns || height !== model.patch) {
    const why = l10n.t(
      'its patch embedding {0} [{1}] makes no tokens of width {2} of square patches',
      quoteName(tensor.name),
      tensor.shape.join(', '),
      width,
    );
    throw notRunnable(root.file, why, l10n.t('a patch embedding that fits'));
  }
  const bias = names.map((name) => name.replace(/weight$/u, 'bias'));
  return {
    kernel: inputsFirst
      ? { ...kernel, rows: height * columns * channels, columns: outputs }
      : { ...kernel, rows: outputs, columns: channels * height * columns },
    inputsFirst,
    bias: root.has(...bias)
      ? root.vector(l10n.t('bias of its patch embedding'), [bias[0] ?? '', ...bias], width)
      : null,
    channels,
    patch: height,
  };
}

/** (outputs, channels, height, columns) of a kernel stored as (height, columns, channels, outputs). */
function fromInputsFirst([height, columns, channels, outputs]: readonly number[]): readonly (number | undefined)[] {
  return [outputs, channels, height, columns];
}

const ROLES: Readonly<Record<LearnedTokens['role'], () => string>> = {
  class: () => l10n.t('class token'),
  distillation: () => l10n.t('distillation token'),
  registers: () => l10n.t('registers token'),
};

/** Tokens in front of the patches, in their order; those that the file does not have are left out. */
export function prefixTokens(
  { root, width }: ForwardView,
  roles: Readonly<Partial<Record<LearnedTokens['role'], Names>>>,
): LearnedTokens[] {
  const order = ['class', 'distillation', 'registers'] as const;
  return order.flatMap((role) => {
    const names = roles[role];
    if (names === undefined || !root.has(...names)) return [];
    return [{ role, tokens: root.table(ROLES[role](), names, { rows: null, columns: width }) }];
  });
}

/** Names of what an attention module has beside query, key and value. */
interface AttentionNames {
  readonly output: Names;
  readonly innerNorm?: Names;
  readonly headNorms?: { readonly query: Names; readonly key: Names };
}

/** What the attention of a block needs to be run. */
export function attention(
  { spec, attention: weights }: BlockView,
  names: AttentionNames,
  epsilon: number,
  bias: PositionBias | null = null,
): WholeAttention {
  const { value } = spec;
  if (value === null)
    throw missing(weights.file, l10n.t('value projection of layer {0}', spec.index), `${spec.path}.*`);
  const joint = spec.heads * spec.headSize;
  if (value.weight.rows !== spec.keyValueHeads * spec.headSize || value.weight.columns !== spec.width) {
    const why = l10n.t(
      'the value projection of layer {0} does not fit its {1} heads of {2}',
      spec.index,
      spec.keyValueHeads,
      spec.headSize,
    );
    throw notRunnable(weights.file, why, l10n.t('weights that belong together'));
  }
  const headNorm = (part: string, name: Names): NormWeights => weights.norm(part, name, spec.headSize, epsilon);
  const { headNorms, innerNorm } = names;
  return {
    spec,
    value,
    output: weights.linear(l10n.t('output projection'), names.output, { outputs: spec.width, inputs: joint }),
    headNorms:
      spec.qkNorm && headNorms !== undefined
        ? {
            query: headNorm(l10n.t('norm of the queries'), headNorms.query),
            key: headNorm(l10n.t('norm of the keys'), headNorms.key),
          }
        : null,
    innerNorm: innerNorm === undefined ? null : weights.optionalNorm(l10n.t('inner norm'), innerNorm, joint, epsilon),
    bias,
  };
}

/** The norm before the attention, which recognition has found. */
export function attentionNorm({ spec, weights }: BlockView, epsilon: number): NormWeights {
  const { norm } = spec;
  if (norm?.gain == null)
    throw missing(weights.file, l10n.t('norm before the attention of layer {0}', spec.index), `${spec.path}.*`);
  return { kind: norm.kind, gain: norm.gain, shift: norm.shift, epsilon };
}

/** Two linear maps with an activation between them. */
export function plainMlp(weights: Weights, width: number, input: Names, output: Names, activation: Activation): Mlp {
  const first = weights.linear('MLP', input, { inputs: width });
  return {
    gate: null,
    input: first,
    activation,
    norm: null,
    output: weights.linear('MLP', output, { outputs: width, inputs: first.weight.rows }),
  };
}

/** Three linear maps, one of which gates another. */
export function gatedMlp(
  weights: Weights,
  width: number,
  [gate, input, output]: readonly [Names, Names, Names],
  {
    activation = 'silu',
    norm = null,
  }: { activation?: Activation; norm?: { names: Names; epsilon: number } | null } = {},
): Mlp {
  const first = weights.linear('MLP', input, { inputs: width });
  const hidden = first.weight.rows;
  return {
    gate: weights.linear('MLP', gate, { outputs: hidden, inputs: width }),
    input: first,
    activation,
    norm: norm === null ? null : weights.optionalNorm(l10n.t('norm inside the MLP'), norm.names, hidden, norm.epsilon),
    output: weights.linear('MLP', output, { outputs: width, inputs: hidden }),
  };
}

/** The same where one tensor holds the gate and what it gates, in this order. */
export function packedMlp(
  weights: Weights,
  width: number,
  packed: Names,
  output: Names,
  norm: NormWeights | null,
): Mlp {
  const last = weights.linear('MLP', output, { outputs: width });
  const hidden = last.weight.columns;
  const both = weights.linear('MLP', packed, { outputs: 2 * hidden, inputs: width });
  return {
    gate: weights.rows(both, 0, hidden),
    input: weights.rows(both, hidden, hidden),
    activation: 'silu',
    norm,
    output: last,
  };
}

/** A scale for each entry of a token, where the file has one. */
export function layerScale({ weights, spec }: BlockView, names: Names): VectorView | null {
  return weights.optionalVector(l10n.t('layer scale'), names, spec.width);
}

/** A classifier that reads one vector of the model's width; empty where the file has none that does. */
export function classifier(around: Weights, names: Names, width: number, reads: Classifier['reads']): Classifier[] {
  const tensor = around.find(names);
  const inputs = reads === 'class-and-patch-mean' ? 2 * width : width;
  if (tensor?.shape.length !== 2 || tensor.shape[tensor.inputsFirst === true ? 0 : 1] !== inputs) return [];
  return [{ projection: around.linear('classifier', names, { inputs }), hidden: null, reads }];
}

/** A matrix stored as (inputs, outputs), used by its columns. */
export function storedTransposed(view: MatrixView): Projection {
  return {
    weight: { ...view, rowStart: 0, rows: view.columns, columns: view.rows, transposed: true },
    bias: null,
  };
}
