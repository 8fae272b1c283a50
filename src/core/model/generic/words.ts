import type { EmbeddingNames } from '../families/family.js';
import type { Tower } from '../model.js';

/** Words in paths that tell what a stack is, the more telling first. */
const TOWER_WORDS: readonly (readonly [tower: Tower, words: readonly string[]])[] = [
  ['cross', ['cross', 'encoder_attn', 'encdecattention', 'multihead_attn', 'attn2', 'enc_dec']],
  ['vision', ['visual', 'vision', 'image', 'pixel', 'patch', 'vit']],
  ['text', ['text', 'language', 'bert', 'gpt', 'llm', 'word']],
  ['audio', ['audio', 'speech', 'wav', 'sound']],
  ['decoder', ['decoder']],
  ['encoder', ['encoder']],
];

/** What the path of an attention module says of its tower. */
export function towerOfPath(path: string): Tower {
  const lower = path.toLowerCase();
  return TOWER_WORDS.find(([, words]) => words.some((word) => lower.includes(word)))?.[0] ?? 'unknown';
}

/** Usual words of parameters, without digits and signs; a name with one of them is nothing to wonder at. */
const USUAL = new Set(
  (
    'ln rms bn fc linear lin proj projection projections ff feed_forward feedforward out output o wo out_proj o_proj out_lin ' +
    'to_out intermediate gate up down w c_fc c_proj head heads classifier patch cls_token class_token cls reg_token ' +
    'register_tokens mask_token dist_token ls layer_scale gamma lambda downsample upsample stem neck lm_head ' +
    'logit_scale wte wpe inv_freq act mask'
  ).split(' '),
);

/** Parts of words that are usual in any combination, such as `final_layer_norm` or `DenseReluDense`. */
const USUAL_PARTS = ['norm', 'embed', 'dense', 'mlp', 'ffn', 'conv', 'pool'];

/** Words at the end of a name that tell what a parameter is. */
const LAST_WORDS = 4;

/** True when one of the last segments of a name is a usual word, with or without a number behind it. */
export function isUsual(name: string): boolean {
  return lastSegments(name).some((segment) => {
    const lower = segment.toLowerCase();
    return USUAL.has(lower) || USUAL.has(withoutNumber(lower)) || USUAL_PARTS.some((part) => lower.includes(part));
  });
}

function lastSegments(name: string): string[] {
  let start = name.length;
  for (let count = 0; count < LAST_WORDS && start > 0; count++) start = name.lastIndexOf('.', start - 1);
  return name.slice(start + 1).split('.');
}

function withoutNumber(segment: string): string {
  let end = segment.length;
  while (end > 0 && '0123456789_'.includes(segment.charAt(end - 1))) end--;
  return segment.slice(0, end);
}

/** Usual names in front of the first block. */
export const USUAL_EMBEDDING: EmbeddingNames = {
  patch: [
    'patch_embed.proj.weight',
    'patch_embedding.weight',
    'patch_embed.weight',
    'patch_embedding.projection.weight',
    'patch_embeddings.projection.weight',
    'embeddings.patch_embeddings.projection.weight',
    'embeddings.patch_embedding.weight',
    'embeddings.patch_embed.weight',
    'conv_proj.weight',
  ],
  class: ['cls_token', 'class_token', 'class_embedding', 'embeddings.cls_token', 'embeddings.class_embedding'],
  distillation: ['dist_token', 'distillation_token', 'embeddings.distillation_token'],
  registers: ['reg_token', 'register_tokens', 'storage_tokens', 'embeddings.register_tokens'],
  positions: [
    'pos_embed',
    'pos_embedding',
    'positional_embedding',
    'position_embedding',
    'position_embeddings',
    'pos_emb',
    'embeddings.position_embeddings',
    'embeddings.position_embedding.weight',
    'embeddings.position_embedding',
    'position_embeddings.weight',
    'wpe.weight',
  ],
  biasTables: [],
};
