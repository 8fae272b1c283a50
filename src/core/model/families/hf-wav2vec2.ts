import { widthTitle } from '../titles.js';
import type { Family, TitleFacts } from './family.js';
import type { Layout } from '../layout.js';

/** A norm after the attention, none in front of it: the base models. */
const AFTER = {
  block: 'encoder.layers.{i}',
  attention: 'attention',
  weights: { query: 'q_proj.weight', key: 'k_proj.weight', value: 'v_proj.weight' },
  norm: null,
  known: [
    'attention.out_proj',
    'layer_norm',
    'final_layer_norm',
    'feed_forward.intermediate_dense',
    'feed_forward.output_dense',
  ],
} as const satisfies Layout;

const BEFORE: Layout = { ...AFTER, norm: { name: 'layer_norm', kind: 'layer' } };

/** Only the models that norm before the attention (do_stable_layer_norm) were released with a norm in every convolution. */
const NORM_IN_EACH = 'feature_extractor.conv_layers.1.layer_norm.weight';

const shared = {
  tower: 'audio',
  position: 'none',
  embedding: null,
  known: [
    'feature_extractor.*',
    'feature_projection.*',
    'encoder.pos_conv_embed.*',
    'encoder.layer_norm',
    'masked_spec_embed',
  ],
  beside: ['lm_head', 'quantizer.*', 'project_q', 'project_hid', 'projector', 'classifier', 'layer_weights', 'tdnn.*'],
  roots: ['wav2vec2.', 'hubert.', 'data2vec_audio.'],
  title: (facts: TitleFacts) => widthTitle(facts.modelType === 'hubert' ? 'HuBERT' : 'wav2vec 2.0', facts),
} as const;

/** wav2vec 2.0 and HuBERT of Transformers: sound, with positions from a convolution in front of the first layer. */
export const hfWav2Vec2: Family = {
  id: 'hf-wav2vec2',
  towers: [
    { ...shared, layouts: [BEFORE], accepts: (stack) => stack.has(NORM_IN_EACH) },
    { ...shared, layouts: [AFTER], accepts: (stack) => stack.has('feature_extractor.conv_layers.1.conv.weight') },
  ],
};
