import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Model } from '../../../../src/core/model/model.js';
import { recogniseShapes, type Shapes, timmVit } from './support.js';

/**
 * Names and shapes that timm, Transformers and torchvision give their models (cut to two layers a stack): a heading for each model,
 * a line for each tensor, `*` where layers 0 and 1 are alike.
 */
const LIBRARIES = readFileSync(join(import.meta.dirname, 'library-names.txt'), 'utf8');

function shapesOf(text: string): Shapes {
  return text
    .trim()
    .split('\n')
    .flatMap((line): Shapes => {
      const [name = '', sizes = ''] = line.split(' ');
      const shape = sizes === 'scalar' ? [] : sizes.split('x').map(Number);
      return name.includes('*')
        ? ['0', '1'].map((layer) => [name.replace('*', layer), shape] as const)
        : [[name, shape]];
    });
}

const models = new Map(
  LIBRARIES.split('# ')
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      return [part.slice(0, end), shapesOf(part.slice(end))] as const;
    }),
);

function modelsOf(name: string): readonly Model[] {
  const shapes = models.get(name);
  if (shapes === undefined) throw new Error(`${name} is not in library-names.txt`);
  return recogniseShapes(shapes).models;
}

/** Family, heads of the layers, biases of query, key and value, norm, prefix tokens (class, distillation, registers), position. */
type Line = readonly [
  name: string,
  family: string,
  heads: readonly number[],
  bias: string,
  norm: string,
  tokens: string,
  position: Model['position'],
];

/** Transformers' models here are 64 wide: without config.json that is one head, unless a table says 4. */
const VISION: readonly Line[] = [
  ['transformers vit saved', 'hf-vit', [1, 1], 'qkv', 'layer', '1/0/0', 'absolute'],
  ['transformers vit memory', 'hf-vit', [1, 1], 'qkv', 'layer', '1/0/0', 'absolute'],
  ['transformers deit saved', 'hf-deit', [1, 1], 'qkv', 'layer', '1/1/0', 'absolute'],
  ['transformers deit memory', 'hf-deit', [1, 1], 'qkv', 'layer', '1/1/0', 'absolute'],
  ['transformers dinov2 saved', 'hf-dinov2', [1, 1], 'qkv', 'layer', '1/0/0', 'absolute'],
  ['transformers dinov2 memory', 'hf-dinov2', [1, 1], 'qkv', 'layer', '1/0/0', 'absolute'],
  ['transformers dinov2g saved', 'hf-dinov2', [1, 1], 'qkv', 'layer', '1/0/0', 'absolute'],
  ['transformers dinov2g memory', 'hf-dinov2', [1, 1], 'qkv', 'layer', '1/0/0', 'absolute'],
  ['transformers dinov2r saved', 'hf-dinov2', [1, 1], 'qkv', 'layer', '1/0/4', 'absolute'],
  ['transformers dinov2r memory', 'hf-dinov2', [1, 1], 'qkv', 'layer', '1/0/4', 'absolute'],
  ['transformers beit saved', 'hf-beit', [1, 1], 'qv', 'layer', '1/0/0', 'absolute'],
  ['transformers beit memory', 'hf-beit', [1, 1], 'qv', 'layer', '1/0/0', 'absolute'],
  ['transformers beitmim saved', 'hf-beit', [4, 4], 'qv', 'layer', '1/0/0', 'relative-bias'],
  ['transformers beitmim memory', 'hf-beit', [4, 4], 'qv', 'layer', '1/0/0', 'relative-bias'],
  ['transformers ijepa saved', 'hf-ijepa', [1, 1], 'qkv', 'layer', '0/0/0', 'absolute'],
  ['transformers ijepa memory', 'hf-ijepa', [1, 1], 'qkv', 'layer', '0/0/0', 'absolute'],
  ['transformers dinov3 saved', 'hf-dinov3', [1, 1], 'qv', 'layer', '1/0/4', 'rope'],
  ['transformers dinov3 memory', 'hf-dinov3', [1, 1], 'qv', 'layer', '1/0/4', 'rope'],
  ['transformers swin saved', 'hf-swin', [2, 2, 4, 4], 'qkv', 'layer', '0/0/0', 'relative-bias'],
  ['transformers swin memory', 'hf-swin', [2, 2, 4, 4], 'qkv', 'layer', '0/0/0', 'relative-bias'],
  ['transformers swinv2 saved', 'hf-swin', [2, 2, 4, 4], 'qv', 'none', '0/0/0', 'relative-bias'],
  ['timm vit_tiny_patch16_224', 'timm-vit', [3, 3], 'qkv', 'layer', '1/0/0', 'absolute'],
  ['timm vit_base_patch32_clip_224', 'timm-vit', [12, 12], 'qkv', 'layer', '1/0/0', 'absolute'],
  ['timm vit_huge_patch14_224', 'timm-vit', [16, 16], 'qkv', 'layer', '1/0/0', 'absolute'],
  ['timm vit_giant_patch14_clip_224', 'timm-vit', [16, 16], 'qkv', 'layer', '1/0/0', 'absolute'],
  ['timm vit_gigantic_patch14_clip_224', 'timm-vit', [16, 16], 'qkv', 'layer', '1/0/0', 'absolute'],
  ['timm vit_so400m_patch14_siglip_224', 'timm-vit', [16, 16], 'qkv', 'layer', '0/0/0', 'absolute'],
  ['timm vit_small_patch14_reg4_dinov2', 'timm-vit', [6, 6], 'qkv', 'layer', '1/0/4', 'absolute'],
  ['timm vit_giant_patch14_dinov2', 'timm-vit', [24, 24], 'qkv', 'layer', '1/0/0', 'absolute'],
  ['timm vit_small_patch16_dinov3', 'dinov3', [6, 6], '', 'layer', '1/0/4', 'rope'],
  ['timm vit_huge_plus_patch16_dinov3', 'dinov3', [20, 20], '', 'layer', '1/0/4', 'rope'],
  ['timm deit_small_distilled_patch16_224', 'timm-deit-distilled', [6, 6], 'qkv', 'layer', '1/1/0', 'absolute'],
  ['timm deit3_base_patch16_224', 'timm-vit', [12, 12], 'qkv', 'layer', '1/0/0', 'absolute'],
  ['timm beit_base_patch16_224', 'timm-beit', [12, 12], 'qv', 'layer', '1/0/0', 'relative-bias'],
  ['timm eva02_base_patch14_224', 'timm-eva02', [12, 12], 'qv', 'layer', '1/0/0', 'rope'],
  ['timm eva_giant_patch14_224', 'timm-eva', [16, 16], 'qv', 'layer', '1/0/0', 'absolute'],
  ['timm vit_base_patch16_rope_reg1_gap_256', 'timm-eva', [12, 12], 'qv', 'layer', '0/0/1', 'rope'],
  ['timm vit_base_r50_s16_224', 'timm-vit', [12, 12], 'qkv', 'layer', '1/0/0', 'absolute'],
  ['timm swin_tiny_patch4_window7_224', 'timm-swin', [3, 3, 6, 6], 'qkv', 'layer', '0/0/0', 'relative-bias'],
  ['timm swinv2_tiny_window8_256', 'timm-swinv2', [3, 3, 6, 6], 'qv', 'none', '0/0/0', 'relative-bias'],
  ['torchvision vit_b_16', 'torchvision-vit', [12, 12], 'qkv', 'layer', '1/0/0', 'absolute'],
  ['torchvision swin_t', 'timm-swin', [3, 3, 6, 6], 'qkv', 'layer', '0/0/0', 'relative-bias'],
];

describe('models as libraries name them', () => {
  it.each(VISION)('%s is %s', (name, family, heads, bias, norm, tokens, position) => {
    const found = modelsOf(name);
    expect(found.map((model) => model.name)).toEqual(['vision']);
    for (const model of found) {
      expect(model.family).toBe(family);
      expect(model.layers.map((layer) => layer.heads)).toEqual(heads);
      const [layer] = model.layers;
      const biases = [layer?.query.bias, layer?.key.bias, layer?.value?.bias];
      expect(biases.map((view, index) => (view == null ? '' : 'qkv'[index])).join('')).toBe(bias);
      expect(layer?.norm?.kind ?? 'none').toBe(norm);
      const prefix = model.prefixTokens;
      expect([prefix.class, prefix.distillation, prefix.registers].join('/')).toBe(tokens);
      expect(model.position).toBe(position);
      expect(model.unmatched).toEqual([]);
      expect(model.tensorCount).toBe(models.get(name)?.length);
    }
  });

  it.each([
    ['transformers clip saved', ['vision hf-clip', 'text hf-clip']],
    ['transformers siglip saved', ['vision hf-siglip', 'text hf-siglip']],
    ['transformers vitmae saved', ['encoder hf-vit-mae', 'decoder hf-vit-mae']],
    ['transformers vitmae memory', ['encoder hf-vit-mae', 'decoder hf-vit-mae']],
    ['transformers llava saved', ['vision hf-clip', 'text hf-llama']],
    ['transformers llava memory', ['vision hf-clip', 'text hf-llama']],
    ['transformers phi3 saved', ['text hf-llama']],
    ['transformers qwen3 saved', ['text hf-llama']],
  ])('%s has the towers %j', (name, towers) => {
    const found = modelsOf(name);
    expect(found.map((model) => `${model.name} ${model.family}`)).toEqual(towers);
    expect(found.reduce((sum, model) => sum + model.tensorCount, 0)).toBe(models.get(name)?.length);
  });

  it('takes cosine attention for attention with a query-key norm, and windows for windows', () => {
    for (const name of ['timm swinv2_tiny_window8_256', 'transformers swinv2 saved']) {
      const [model] = modelsOf(name);
      expect(model?.windowed).toBe(true);
      expect(model?.layers.every((layer) => layer.qkNorm)).toBe(true);
    }
  });

  it('parts the fused weight of grouped queries by the output projection', () => {
    const [model] = modelsOf('transformers phi3 saved');
    expect(model?.layers[0]?.query.weight).toMatchObject({ rowStart: 0, rows: 64 });
    expect(model?.layers[0]?.key.weight).toMatchObject({ rowStart: 64, rows: 32 });
  });

  it('reads the head size off the query norm of Qwen3, and no heads where nothing says them', () => {
    const [qwen] = modelsOf('transformers qwen3 saved');
    expect(qwen?.layers[0]).toMatchObject({ heads: 4, keyValueHeads: 2, headSize: 16, qkNorm: true });
    expect(qwen?.assumptions).toEqual([]);
  });

  it('says that a norm without a shift was taken for an RMSNorm', () => {
    const [model] = modelsOf('timm aimv2_large_patch14_224');
    expect(model?.layers[0]?.norm).toMatchObject({ kind: 'rms', shift: null });
    expect(model?.assumptions.map(({ code }) => code)).toEqual(['heads', 'norm']);
  });

  it('takes no family for models that only share its names', () => {
    for (const name of ['timm hiera_tiny_224', 'timm cait_xxs24_224']) {
      expect(new Set(modelsOf(name).map(({ family }) => family))).toEqual(new Set(['generic']));
    }
  });

  it('knows the image encoder of Segment Anything, whose layers attend in windows', () => {
    const [sam] = modelsOf('timm samvit_base_patch16');
    expect(sam).toMatchObject({ family: 'sam', position: 'relative-bias', windowed: true, unmatched: [] });
    expect(sam?.layers[0]).toMatchObject({ heads: 12, headSize: 64, norm: { kind: 'layer' } });
    expect(sam?.assumptions).toEqual([]);
  });

  it('does not take attention between channels for attention between tokens', () => {
    const shapes = models.get('timm xcit_nano_12_p8_224') ?? [];
    const { models: found, warnings } = recogniseShapes(shapes);
    expect(found.map((model) => model.layers[0]?.path)).toEqual(['cls_attn_blocks.0.attn']);
    expect(warnings.map(({ message }) => message).join()).toContain('blocks.0.attn attends between channels');
  });

  it('declines heads whose scores are mixed with those of others', () => {
    const talking: Shapes = [
      ['blocks.0.attn.proj_l.weight', [6, 6]],
      ['blocks.0.attn.proj_w.weight', [6, 6]],
      ['blocks.1.attn.proj_l.weight', [6, 6]],
      ['blocks.1.attn.proj_w.weight', [6, 6]],
    ];
    const { models: found, warnings } = recogniseShapes([...timmVit({ depth: 2 }), ...talking]);
    expect(found).toEqual([]);
    expect(warnings.map(({ message }) => message).join()).toContain('blocks.0.attn mixes the scores of its heads');
  });

  it.each([
    [
      'before the attention in the large models',
      'layer',
      [['feature_extractor.conv_layers.1.layer_norm.weight', [32]]],
    ],
    ['after it in the base models', null, []],
  ] as const)('knows that wav2vec 2.0 norms %s', (_, norm, more) => {
    const attention = ['q_proj', 'k_proj', 'v_proj', 'out_proj'].map((name) => `attention.${name}`);
    const block = (layer: number): Shapes =>
      [
        ...attention.map((name) => [`${name}.weight`, [128, 128]] as const),
        ...['layer_norm', 'final_layer_norm'].map((name) => [`${name}.weight`, [128]] as const),
        ['feed_forward.intermediate_dense.weight', [512, 128]] as const,
      ].map(([name, shape]) => [`wav2vec2.encoder.layers.${String(layer)}.${name}`, shape]);
    const stem: Shapes = [['wav2vec2.feature_extractor.conv_layers.1.conv.weight', [32, 32, 3]]];
    const own = more.map(([name, shape]) => [`wav2vec2.${name}`, shape] as const);
    const [model] = recogniseShapes([...stem, ...own, ...block(0), ...block(1)]).models;
    expect(model).toMatchObject({ family: 'hf-wav2vec2', tower: 'audio', title: 'wav2vec 2.0, width 128' });
    expect(model?.layers[0]?.norm?.kind ?? null).toBe(norm);
  });

  it.each([
    ['sr.weight', [64, 64, 2, 2]],
    ['spatial_reduction.weight', [64, 64, 2, 2]],
    ['sequence_reduction.sequence_reduction.weight', [64, 64, 2, 2]],
    ['norm.running_mean', [64]],
  ] as const)('has no norm for query and key where keys are read from tokens merged by %s', (merging, sizes) => {
    const block = (layer: number): Shapes =>
      (
        [
          ['layernorm_before.weight', [64]],
          ['attention.q_proj.weight', [64, 64]],
          ['attention.k_proj.weight', [64, 64]],
          ['attention.v_proj.weight', [64, 64]],
          [`attention.${merging}`, sizes],
        ] as const
      ).map(([name, shape]) => [`segformer.stages.0.blocks.${String(layer)}.${name}`, shape]);
    const [model] = recogniseShapes([...block(0), ...block(1)]).models;
    expect(model?.layers[0]?.norm).toBeNull();
    expect(model?.assumptions.map(({ text }) => text).join(' ')).toContain('Keys are read from fewer tokens');
  });

  it.each([
    ['TinyViT', 'stages.1.blocks', 'attn', [['attn.attention_biases', [4, 49]]], /head by head .* as LeViT, TinyViT/],
    ['EdgeNeXt', 'stages.1.blocks', 'xca', [['xca.temperature', [4, 1, 1]]], /attends between channels/],
    [
      'BoTNet with narrow queries',
      'stages.2',
      'attn',
      [
        ['attn.qkv.weight', [96, 64]],
        ['attn.pos_embed.height_rel', [31, 16]],
      ],
      /values of another size than queries and keys/,
    ],
    ['CoaT', 'serial_blocks1', 'factoratt_crpe', [], /multiplies keys with values first/],
    [
      'DaViT',
      'stages.0.blocks.0',
      'attn',
      [
        ['cpe1.proj.weight', [64, 1, 3, 3]],
        ['cpe2.proj.weight', [64, 1, 3, 3]],
      ],
      /between tokens and between channels in turn/,
    ],
  ] as const)('declines the attention of %s', (_name, blocks, attention, more, words) => {
    const block = (layer: number): Shapes =>
      [['norm1.weight', [64]] as const, [`${attention}.qkv.weight`, [192, 64]] as const, ...more].map(
        ([name, shape]) => [`${blocks}.${String(layer)}.${name}`, shape],
      );
    const { models: found, warnings } = recogniseShapes([...block(0), ...block(1)]);
    expect(found).toEqual([]);
    expect(warnings[0]).toMatchObject({ code: 'unusable-layer' });
    expect(warnings[0]?.message).toMatch(words);
  });

  it('counts heads by tables of relative positions of two and of three axes', () => {
    const block = (layer: number, table: readonly number[]): Shapes => [
      [`stages.0.blocks.${String(layer)}.norm1.weight`, [96]],
      [`stages.0.blocks.${String(layer)}.attn.qkv.weight`, [288, 96]],
      [`stages.0.blocks.${String(layer)}.attn.rel_pos.relative_position_bias_table`, table],
    ];
    const { models: found } = recogniseShapes([...block(0, [3, 27, 27]), ...block(1, [729, 6])]);
    expect(found[0]?.layers.map(({ heads }) => heads)).toEqual([3, 6]);
  });

  it('leaves out layers of a stack whose queries come from elsewhere', () => {
    const shapes = [0, 1, 2, 3].flatMap((layer): Shapes => [
      [`stages.0.blocks.${String(layer)}.norm1.weight`, [64]],
      [`stages.0.blocks.${String(layer)}.attn.qkv.weight`, [layer % 2 === 0 ? 192 : 128, 64]],
    ]);
    const { models: found, warnings } = recogniseShapes(shapes);
    expect(found[0]?.layers.map(({ path }) => path)).toEqual(['stages.0.blocks.0.attn', 'stages.0.blocks.2.attn']);
    expect(warnings.map(({ message }) => message).join()).toMatch(
      /^stages\.0\.blocks\.1\.attn\.qkv\.weight and 1 more holds keys and values without queries/,
    );
  });

  it('believes a configuration of stages that says the width of the first beside that of the last', () => {
    const block = (stage: number, width: number): Shapes => [
      [`encoder.stages.${String(stage)}.layers.0.layernorm_before.weight`, [width]],
      [`encoder.stages.${String(stage)}.layers.0.attn.qkv.weight`, [3 * width, width]],
    ];
    const config = { embed_dim: 24, hidden_size: 192, depths: [1, 1], num_heads: [1, 2] };
    const { models: found, warnings } = recogniseShapes([...block(0, 24), ...block(1, 48)], { config });
    expect(found[0]?.layers.map(({ heads }) => heads)).toEqual([1, 2]);
    expect(warnings).toEqual([]);
  });

  it('does not take attention of an unknown kind for a convolutional network', () => {
    const name = 'stages.0.layers.0.attention.attention.projection_query.weight';
    const { looksLike } = recogniseShapes([
      [name, [64, 64]],
      ['stem.weight', [64, 3, 7, 7]],
    ]);
    expect(looksLike).toBe(`a model with attention of a kind that is not read: ${name}`);
  });

  it('has no norm for query and key where keys are read from merged tokens', () => {
    const block = (layer: number): Shapes =>
      (
        [
          ['layer_norm_1.weight', [64]],
          ['attention.self.query.weight', [64, 64]],
          ['attention.self.key.weight', [64, 64]],
          ['attention.self.value.weight', [64, 64]],
          ['attention.self.sr.weight', [64, 64, 2, 2]],
          ['attention.self.layer_norm.weight', [64]],
        ] as const
      ).map(([name, shape]) => [`segformer.encoder.block.0.${String(layer)}.${name}`, shape]);
    const [model] = recogniseShapes([...block(0), ...block(1)]).models;
    expect(model?.layers[0]?.norm).toBeNull();
    expect(model?.assumptions.map(({ text }) => text).join(' ')).toContain('Keys are read from fewer tokens');
  });
});
