import { numberSize, operation, type Size } from '../sizes/size.js';
import { type Given, ONE } from './given.js';
import type { Layer } from './layer.js';

function times(size: Size, factor: number): Size {
  return operation('*', numberSize(factor), size);
}

function linear(outputs: Size, inputs: Size, bias: Layer['parameters'][string]['present']): Layer {
  return {
    parameters: { weight: { shape: [outputs, inputs], present: true }, bias: { shape: [outputs], present: bias } },
  };
}

function convolution(axes: number): (given: Given) => Layer {
  return (given) => {
    const groups = given.size('groups', 6, ONE);
    const inputs = given.size('in_channels', 0);
    const outputs = given.size('out_channels', 1);
    const kernel = given.sizes('kernel_size', 2, axes);
    const perGroup = groups.kind === 'number' && groups.value === 1 ? inputs : operation('//', inputs, groups);
    return {
      parameters: {
        weight: { shape: [outputs, perGroup, ...kernel], present: true },
        bias: { shape: [outputs], present: given.present('bias', 7, true) },
      },
    };
  };
}

function transposedConvolution(axes: number): (given: Given) => Layer {
  return (given) => {
    const groups = given.size('groups', 6, ONE);
    const outputs = given.size('out_channels', 1);
    const perGroup = groups.kind === 'number' && groups.value === 1 ? outputs : operation('//', outputs, groups);
    return {
      parameters: {
        weight: {
          shape: [given.size('in_channels', 0), perGroup, ...given.sizes('kernel_size', 2, axes)],
          present: true,
        },
        bias: { shape: [outputs], present: given.present('bias', 7, true) },
      },
    };
  };
}

function batchNorm(given: Given): Layer {
  const shape = [given.size('num_features', 0)];
  const affine = given.present('affine', 3, true);
  const tracked = given.present('track_running_stats', 4, true);
  return {
    parameters: {
      weight: { shape, present: affine },
      bias: { shape, present: affine },
      running_mean: { shape, present: tracked, buffer: true },
      running_var: { shape, present: tracked, buffer: true },
      num_batches_tracked: { shape: [], present: tracked, buffer: true },
    },
  };
}

function layerNorm(given: Given): Layer {
  const shape = given.shape('normalized_shape', 0);
  const affine = given.present('elementwise_affine', 2, true);
  const bias = affine === true ? given.present('bias', 3, true) : affine;
  return { parameters: { weight: { shape, present: affine }, bias: { shape, present: bias } } };
}

function multiheadAttention(given: Given): Layer {
  const width = given.size('embed_dim', 0);
  const bias = given.present('bias', 3, true);
  const separate =
    given.value('kdim', 6) === undefined && given.value('vdim', 7) === undefined
      ? false
      : ({ condition: 'kdim' } as const);
  const fused = separate === false ? true : separate;
  const extra = given.present('add_bias_kv', 4, false);
  return {
    parameters: {
      in_proj_weight: { shape: [times(width, 3), width], present: fused },
      in_proj_bias: { shape: [times(width, 3)], present: bias },
      q_proj_weight: { shape: [width, width], present: separate },
      k_proj_weight: { shape: null, present: separate },
      v_proj_weight: { shape: null, present: separate },
      bias_k: { shape: [ONE, ONE, width], present: extra },
      bias_v: { shape: [ONE, ONE, width], present: extra },
    },
    parts: { out_proj: linear(width, width, bias) },
  };
}

function transformerLayer(decoder: boolean): (given: Given) => Layer {
  return (given) => {
    const width = given.size('d_model', 0);
    const hidden = given.size('dim_feedforward', 2, numberSize(2048));
    const norm: Layer = {
      parameters: { weight: { shape: [width], present: true }, bias: { shape: [width], present: true } },
    };
    const attention: Layer = {
      parameters: {
        in_proj_weight: { shape: [times(width, 3), width], present: true },
        in_proj_bias: { shape: [times(width, 3)], present: true },
      },
      parts: { out_proj: linear(width, width, true) },
    };
    return {
      parameters: {},
      parts: {
        self_attn: attention,
        ...(decoder ? { multihead_attn: attention, norm3: norm } : {}),
        linear1: linear(hidden, width, true),
        linear2: linear(width, hidden, true),
        norm1: norm,
        norm2: norm,
      },
    };
  };
}

function scaled(name: string, flag: string, flagPosition: number, standard: boolean): (given: Given) => Layer {
  return (given) => {
    const shape = [given.size(name, name === 'num_channels' ? 1 : 0)];
    const affine = given.present(flag, flagPosition, standard);
    return { parameters: { weight: { shape, present: affine }, bias: { shape, present: affine } } };
  };
}

function embedding(given: Given): Layer {
  return {
    parameters: { weight: { shape: [given.size('num_embeddings', 0), given.size('embedding_dim', 1)], present: true } },
  };
}

/** Layers of `torch.nn` that own parameters, as its documentation lists their arguments and shapes. */
export const TORCH_LAYERS: Readonly<Record<string, (given: Given) => Layer>> = {
  Linear: (given) =>
    linear(given.size('out_features', 1), given.size('in_features', 0), given.present('bias', 2, true)),
  LazyLinear: (given) =>
    linear(given.size('out_features', 0), given.evaluation.symbol('in_features'), given.present('bias', 1, true)),
  NonDynamicallyQuantizableLinear: (given) =>
    linear(given.size('out_features', 1), given.size('in_features', 0), given.present('bias', 2, true)),
  Bilinear: (given) => {
    const outputs = given.size('out_features', 2);
    return {
      parameters: {
        weight: { shape: [outputs, given.size('in1_features', 0), given.size('in2_features', 1)], present: true },
        bias: { shape: [outputs], present: given.present('bias', 3, true) },
      },
    };
  },
  Conv1d: convolution(1),
  Conv2d: convolution(2),
  Conv3d: convolution(3),
  ConvTranspose1d: transposedConvolution(1),
  ConvTranspose2d: transposedConvolution(2),
  ConvTranspose3d: transposedConvolution(3),
  Embedding: embedding,
  EmbeddingBag: embedding,
  LayerNorm: layerNorm,
  RMSNorm: (given) => ({
    parameters: {
      weight: { shape: given.shape('normalized_shape', 0), present: given.present('elementwise_affine', 2, true) },
    },
  }),
  GroupNorm: scaled('num_channels', 'affine', 3, true),
  BatchNorm1d: batchNorm,
  BatchNorm2d: batchNorm,
  BatchNorm3d: batchNorm,
  SyncBatchNorm: batchNorm,
  InstanceNorm1d: scaled('num_features', 'affine', 3, false),
  InstanceNorm2d: scaled('num_features', 'affine', 3, false),
  InstanceNorm3d: scaled('num_features', 'affine', 3, false),
  PReLU: (given) => ({ parameters: { weight: { shape: [given.size('num_parameters', 0, ONE)], present: true } } }),
  MultiheadAttention: multiheadAttention,
  TransformerEncoderLayer: transformerLayer(false),
  TransformerDecoderLayer: transformerLayer(true),
};

/** Modules of `torch.nn` with parameters whose names depend on more than their arguments say plainly. */
export const TORCH_OPAQUE = new Set(['LSTM', 'GRU', 'RNN', 'LSTMCell', 'GRUCell', 'RNNCell', 'Transformer']);
