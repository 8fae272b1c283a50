import * as l10n from '@vscode/l10n';
import { widthTitle } from '../titles.js';
import type { Family, StackView } from './family.js';
import type { Layout } from '../layout.js';

const BLOCK = {
  block: 'layers.{i}',
  attention: 'self_attn',
  weights: { query: 'q_proj.weight', key: 'k_proj.weight', value: 'v_proj.weight' },
  norm: { name: 'self_attn_layer_norm', kind: 'layer' },
  known: ['self_attn.out_proj', 'self_attn.o_proj', 'fc1', 'fc2', 'mlp.fc1', 'mlp.fc2', 'final_layer_norm'],
} as const satisfies Layout;

/** Keys of the cross attention come from the encoder, so that no norm feeds query and key alike. */
const CROSS: Layout = {
  ...BLOCK,
  attention: 'encoder_attn',
  norm: null,
  known: ['encoder_attn.out_proj', 'encoder_attn.o_proj', 'encoder_attn_layer_norm'],
};

/** No key bias, where other decoders with these names have one. */
const isDecoder = (stack: StackView): boolean =>
  stack.has('embed_tokens.weight') && stack.inBlock('encoder_attn.q_proj.bias') && !stack.inAttention('k_proj.bias');

const DECODER_KNOWN = ['embed_tokens', 'embed_positions', 'layer_norm'];

/** Whisper of Transformers: an encoder of sound, a decoder of text, and what the decoder asks of the encoder. */
export const hfWhisper: Family = {
  id: 'hf-whisper',
  towers: [
    {
      tower: 'encoder',
      layouts: [BLOCK],
      accepts: (stack) => stack.has('conv1.weight') && stack.has('conv2.weight'),
      position: 'absolute',
      embedding: null,
      known: ['conv1', 'conv2', 'embed_positions', 'layer_norm'],
      roots: ['model.encoder.', 'encoder.'],
      title: (facts) => widthTitle(l10n.t('Whisper encoder'), facts),
    },
    {
      tower: 'decoder',
      layouts: [BLOCK],
      accepts: isDecoder,
      position: 'absolute',
      causal: true,
      embedding: null,
      known: DECODER_KNOWN,
      beside: ['proj_out'],
      roots: ['model.decoder.', 'decoder.'],
      title: (facts) => widthTitle(l10n.t('Whisper decoder'), facts),
    },
    {
      tower: 'cross',
      layouts: [CROSS],
      accepts: isDecoder,
      position: 'none',
      embedding: null,
      known: [],
      roots: ['model.decoder.', 'decoder.'],
      title: (facts) => widthTitle(l10n.t('Whisper cross attention'), facts),
    },
  ],
};
