import type { Size } from '../sizes/size.js';
import { type Given, ONE } from './given.js';
import type { Layer } from './layer.js';

function dense(given: Given, outputs: Size): Layer {
  const bias = given.present('use_bias', -1, true);
  return { parameters: { kernel: { shape: null, present: true }, bias: { shape: [outputs], present: bias } } };
}

function projection(given: Given): Layer {
  const bias = given.present('use_bias', -1, true);
  return { parameters: { kernel: { shape: null, present: true }, bias: { shape: null, present: bias } } };
}

function attention(query: string, key: string, value: string, output: string): (given: Given) => Layer {
  return (given) => {
    const part = projection(given);
    return { parameters: {}, parts: { [query]: part, [key]: part, [value]: part, [output]: part } };
  };
}

/** Flax can normalise queries and keys by norms without a bias. */
function flaxAttention(given: Given): Layer {
  const { parts } = attention('query', 'key', 'value', 'out')(given);
  const norm: Layer = { parameters: { scale: { shape: null, present: given.present('normalize_qk', -1, false) } } };
  return { parameters: {}, parts: { ...parts, query_ln: norm, key_ln: norm } };
}

/** A norm of Flax: gain and shift, each under a flag. */
function flaxNorm(given: Given): Layer {
  return {
    parameters: {
      scale: { shape: null, present: given.present('use_scale', -1, true) },
      bias: { shape: null, present: given.present('use_bias', -1, true) },
    },
  };
}

/** Layers of `flax.linen`; shapes of kernels follow from inputs that the code does not name. */
export const FLAX_LAYERS: Readonly<Record<string, (given: Given) => Layer>> = {
  Dense: (given) => dense(given, given.size('features', 0)),
  DenseGeneral: projection,
  Conv: (given) => {
    const features = given.size('features', 0);
    // A number stands for one axis, and a name for as many as the input has.
    const written = given.value('kernel_size', 1)?.kind === 'list';
    const kernel = written ? given.shape('kernel_size', 1) : null;
    const shape = kernel === null ? null : [...kernel, given.evaluation.symbol('inputs'), features];
    return {
      parameters: {
        kernel: { shape, present: true },
        bias: { shape: [features], present: given.present('use_bias', -1, true) },
      },
    };
  },
  Embed: (given) => ({
    parameters: { embedding: { shape: [given.size('num_embeddings', 0), given.size('features', 1)], present: true } },
  }),
  ConvTranspose: projection,
  ConvLocal: projection,
  Einsum: projection,
  LayerNorm: flaxNorm,
  GroupNorm: flaxNorm,
  BatchNorm: flaxNorm,
  InstanceNorm: flaxNorm,
  RMSNorm: (given) => ({ parameters: { scale: { shape: null, present: given.present('use_scale', -1, true) } } }),
  MultiHeadDotProductAttention: flaxAttention,
  MultiHeadAttention: flaxAttention,
  SelfAttention: flaxAttention,
};

/** Modules of `flax.linen` without parameters. */
export const FLAX_PLAIN = new Set(['Module', 'Dropout', 'Sequential']);

/** Layers of Keras. */
export const KERAS_LAYERS: Readonly<Record<string, (given: Given) => Layer>> = {
  Dense: (given) => dense(given, given.size('units', 0)),
  Conv2D: (given) => {
    const filters = given.size('filters', 0);
    const kernel = given.sizes('kernel_size', 1, 2);
    return {
      parameters: {
        kernel: { shape: [...kernel, given.evaluation.symbol('inputs'), filters], present: true },
        bias: { shape: [filters], present: given.present('use_bias', -1, true) },
      },
    };
  },
  LayerNormalization: (given) => ({
    parameters: {
      gamma: { shape: null, present: given.present('scale', -1, true) },
      beta: { shape: null, present: given.present('center', -1, true) },
    },
  }),
  Embedding: (given) => ({
    parameters: { embeddings: { shape: [given.size('input_dim', 0), given.size('output_dim', 1)], present: true } },
  }),
  MultiHeadAttention: (given) => {
    // Keras 3 writes the names of its attributes, Keras 2 those of the layers.
    const { parts } = attention('query', 'key', 'value', 'attention_output')(given);
    return {
      parameters: {},
      parts: { ...parts, ...attention('query_dense', 'key_dense', 'value_dense', 'output_dense')(given).parts },
    };
  },
  EinsumDense: projection,
};

/** Layers of Keras without weights. */
export const KERAS_PLAIN = new Set([
  'Layer',
  'Model',
  'Activation',
  'Add',
  'AveragePooling2D',
  'Concatenate',
  'Dropout',
  'Flatten',
  'GlobalAveragePooling1D',
  'GlobalAveragePooling2D',
  'Identity',
  'Input',
  'InputLayer',
  'Lambda',
  'MaxPooling2D',
  'Multiply',
  'Permute',
  'Rescaling',
  'Reshape',
  'Softmax',
  'ZeroPadding2D',
]);

/** `Conv1D` of Transformers: a linear layer that stores its weight as (inputs, outputs). */
export function transposedLinear(given: Given): Layer {
  const outputs = given.size('nf', 0);
  return {
    parameters: {
      weight: { shape: [given.size('nx', 1), outputs], present: true },
      bias: { shape: [outputs], present: true },
    },
  };
}

/** `weight_norm(layer)`: the weight as a length for each output and a direction. */
export function weightNormed(weight: readonly Size[] | null): Layer['parameters'] {
  const [outputs, ...rest] = weight ?? [];
  const lengths = outputs === undefined ? null : [outputs, ...rest.map(() => ONE)];
  return { weight_g: { shape: lengths, present: true }, weight_v: { shape: weight, present: true } };
}
