import { describe, expect, it } from 'vitest';
import { prefixed, recogniseShapes, type Shapes, timmBlock, timmVit } from './support.js';

/** An attention module with one weight for query, key and value. */
const fused = (path: string, width: number, inner = width): Shapes => [
  [`${path}.qkv.weight`, [3 * inner, width]],
  [`${path}.proj.weight`, [width, inner]],
];

/** One whose keys and values lie in a weight of their own. */
const split = (path: string, width: number): Shapes => [
  [`${path}.q.weight`, [width, width]],
  [`${path}.kv.weight`, [2 * width, width]],
  [`${path}.proj.weight`, [width, width]],
];

/** Heads of every layer of every model, and what was said of them. */
function headsOf(shapes: Shapes): { heads: number[]; said: string[] } {
  const { models } = recogniseShapes(shapes);
  return {
    heads: models.flatMap(({ layers }) => layers.map(({ heads }) => heads)),
    said: models.flatMap(({ assumptions }) =>
      assumptions.filter(({ code }) => code === 'heads').map(({ text }) => text),
    ),
  };
}

/** Attention modules whose names count stages and layers, one of each width. */
const staged = (path: (stage: number) => string, widths: readonly number[]): Shapes =>
  widths.flatMap((width, stage) => [...fused(path(stage), width)]);

const HIERA = [96, 192, 384, 768].flatMap((width, block) => fused(`blocks.${String(block)}.attn`, width));

const WIDE = timmVit({ width: 1536, patch: 14 });

const cases: readonly (readonly [models: string, shapes: Shapes, heads: readonly number[]])[] = [
  ['CAFormer', staged((stage) => `stages.${String(stage)}.blocks.0.token_mixer`, [320, 512]), [10, 16]],
  [
    'Next-ViT',
    [256, 512].flatMap((width, stage): Shapes => {
      const path = `stages.${String(stage)}.blocks.3.e_mhsa`;
      return ['q', 'k', 'v', 'proj'].map((name) => [`${path}.${name}.weight`, [width, width]]);
    }),
    [8, 16],
  ],
  ['NesT', staged((stage) => `levels.${String(stage)}.transformer_encoder.0.attn`, [96, 192, 384]), [3, 6, 12]],
  [
    'MobileViT',
    [
      ...staged((stage) => `stages.${String(stage + 2)}.1.transformer.0.attn`, [144, 192]),
      ['stages.2.1.conv_kxk.conv.weight', [96, 96, 3, 3]],
    ],
    [4, 4],
  ],
  [
    'CSATv2',
    [
      ...fused('stages.2.7.attn', 168, 256),
      ...fused('stages.3.6.attn', 224, 256),
      ['stem_dct.conv_y.weight', [24, 64, 1, 1]],
    ],
    [8, 8],
  ],
  [
    'TNT',
    [0, 1].flatMap((block): Shapes => [
      [`blocks.${String(block)}.attn_in.qk.weight`, [48, 24]],
      [`blocks.${String(block)}.attn_in.v.weight`, [24, 24]],
    ]),
    [4, 4],
  ],
  [
    'VOLO',
    [...staged((stage) => `network.${String(stage + 2)}.0.attn`, [384, 384]), ...split('post_network.0.attn', 384)],
    [12, 12, 12],
  ],
  [
    'PiT',
    [
      ...staged((stage) => `transformers.${String(stage)}.blocks.0.attn`, [96, 192, 384]),
      ['transformers.1.pool.conv.weight', [192, 1, 3, 3]],
    ],
    [2, 4, 8],
  ],
  [
    'PVTv2',
    [
      ...[32, 64, 160, 256].flatMap((width, stage) => split(`stages.${String(stage)}.blocks.0.attn`, width)),
      ['stages.0.blocks.0.mlp.dwconv.weight', [256, 1, 3, 3]],
    ],
    [1, 2, 5, 8],
  ],
  [
    'SegFormer',
    [
      ...[64, 128, 320, 512].flatMap((width, stage) => split(`block${String(stage + 1)}.0.attn`, width)),
      ['patch_embed1.proj.weight', [64, 3, 7, 7]],
    ],
    [1, 2, 5, 8],
  ],
  [
    'Twins',
    [...staged((stage) => `blocks.${String(stage)}.0.attn`, [96, 192]), ['pos_block.0.proj.0.weight', [96, 1, 3, 3]]],
    [3, 6],
  ],
  [
    'Visformer',
    [...staged((stage) => `stage${String(stage + 2)}.0.attn`, [192, 384]), ['pos_embed2', [1, 192, 14, 14]]],
    [3, 3],
  ],
  ['Hiera', HIERA, [1, 2, 4, 8]],
  [
    'CrossViT',
    [0, 1].flatMap((stage) => [
      ...fused(`blocks.${String(stage)}.blocks.0.0.attn`, 224),
      ...fused(`blocks.${String(stage)}.blocks.1.0.attn`, 448),
    ]),
    [7, 7, 7, 7],
  ],
  [
    'mask decoder of SAM',
    ['self_attn', 'cross_attn_token_to_image'].flatMap((module) =>
      [0, 1].flatMap((layer): Shapes => {
        const path = `mask_decoder.transformer.layers.${String(layer)}.${module}`;
        const rows = module === 'self_attn' ? 256 : 128;
        return ['q_proj', 'k_proj', 'v_proj'].map((name) => [`${path}.${name}.weight`, [rows, 256]]);
      }),
    ),
    [8, 8, 8, 8],
  ],
  [
    'blocks.0.attn.proj_l.weight',
    [
      ...[0, 1].flatMap((block) => prefixed(`blocks_token_only.${String(block)}.attn.`, tokenOnly(288))),
      ['blocks.0.attn.proj_l.weight', [6, 6]],
    ],
    [6, 6],
  ],
  [
    'blocks.0.attn.temperature',
    [
      ...[0, 1].flatMap((block) => prefixed(`cls_attn_blocks.${String(block)}.attn.`, tokenOnly(384))),
      ['blocks.0.attn.temperature', [8, 1, 1]],
    ],
    [8, 8],
  ],
  [
    'blocks.0.attn.pos_proj.weight',
    [...timmBlock('blocks.10', 432), ...timmBlock('blocks.11', 432), ['blocks.0.attn.pos_proj.weight', [9, 3]]],
    [9, 9],
  ],
  [
    'ViTamin',
    [
      ...timmBlock('blocks.0', 1152),
      ...timmBlock('blocks.1', 1152),
      ['patch_embed.backbone.stem.conv1.weight', [192, 3, 3, 3]],
    ],
    [16, 16],
  ],
  [
    'Perception Encoder',
    [...WIDE.filter(([name]) => name !== 'cls_token'), ['norm_pre.weight', [1536]], ['norm_pre.bias', [1536]]],
    [16, 16],
  ],
  ['SigLIP 2', WIDE.filter(([name]) => name !== 'cls_token'), [16, 16]],
  [
    'AIMv2',
    [
      ...timmVit({ width: 1024, patch: 14 }).filter(
        ([name]) => name !== 'cls_token' && !/(?:norm\d?|qkv|attn\.proj)\.bias$/.test(name),
      ),
      ['blocks.0.mlp.fc1_g.weight', [2816, 1024]],
      ['patch_embed.norm.weight', [1024]],
    ],
    [8, 8],
  ],
];

function tokenOnly(width: number): Shapes {
  return ['q', 'k', 'v', 'proj'].map((name) => [`${name}.weight`, [width, width]]);
}

describe('heads that names and widths belong to', () => {
  it.each(cases)('are those of %s, and are told as assumed', (models, shapes, heads) => {
    const found = headsOf(shapes);
    expect(found.heads).toEqual(heads);
    expect(found.said.length).toBeGreaterThan(0);
    for (const text of found.said) expect(text).toContain(models);
  });

  it('are found below a prefix', () => {
    expect(headsOf(prefixed('image_encoder.trunk.', HIERA)).heads).toEqual([1, 2, 4, 8]);
  });

  it('give way to a configuration and to what a person says', () => {
    const [, shapes] = cases[0] ?? ['', []];
    const heads = (options: Parameters<typeof recogniseShapes>[1]): number[] =>
      recogniseShapes(shapes, options).models.flatMap(({ layers }) => layers.map((layer) => layer.heads));
    expect(heads({ heads: 2 })).toEqual([2, 2]);
    expect(heads({ config: { num_heads: [5, 8] } })).toEqual([5, 8]);
  });

  it('stay 64 wide where nothing but the width is alike', () => {
    expect(headsOf(WIDE).heads).toEqual([24, 24]);
    expect(headsOf(timmVit({ width: 1024, patch: 14 })).heads).toEqual([16, 16]);
    expect(headsOf(staged((stage) => `stages.${String(stage)}.blocks.0.attn`, [64, 128])).heads).toEqual([1, 2]);
  });
});

describe('heads that config.json says under other keys', () => {
  const from = (shapes: Shapes, config: unknown): number[] =>
    recogniseShapes(shapes, { config }).models.flatMap(({ layers }) => layers.map(({ heads }) => heads));

  it('are those of each stage, also where stages show in widths only', () => {
    const config = { hidden_size: 96, num_attention_heads: 1, num_attention_heads_per_stage: [2, 4, 8, 16] };
    expect(from(HIERA, config)).toEqual([2, 4, 8, 16]);
  });

  it("are those of Perceiver's latents and of V-JEPA 2's predictor", () => {
    const layers = (root: string, width: number): Shapes =>
      [0, 1].flatMap((layer) => prefixed(`${root}.${String(layer)}.attention.`, tokenOnly(width)));
    const perceiver = { d_latents: 1280, d_model: 768, num_self_attention_heads: 8 };
    expect(from(layers('self_attends', 1280), perceiver)).toEqual([8, 8]);
    const predictor = {
      hidden_size: 1024,
      num_attention_heads: 16,
      pred_hidden_size: 384,
      pred_num_attention_heads: 12,
    };
    expect(from(layers('predictor.layer', 384), predictor)).toEqual([12, 12]);
  });
});

describe('heads of a section of config.json', () => {
  it('count where one of the widths that it says is that of the tokens', () => {
    const config = { hidden_size: 3584, vision_config: { hidden_size: 3584, embed_dim: 384, num_heads: 4 } };
    const { models, warnings } = recogniseShapes(timmVit(), { config });
    expect(models[0]?.layers.map(({ heads }) => heads)).toEqual([4, 4]);
    expect(models[0]?.confirmedBy).toEqual(['config.json']);
    expect(warnings).toEqual([]);
  });

  it('are those of the backbone inside the section of a tower', () => {
    const backbone_config = { hidden_size: 384, num_attention_heads: 4 };
    const { models } = recogniseShapes(timmVit(), { config: { vision_config: { hidden_size: 256, backbone_config } } });
    expect(models[0]?.layers.map(({ heads }) => heads)).toEqual([4, 4]);
  });

  it.each([
    ['qformer.encoder.layer', 'qformer_config'],
    ['multimodal_model.encoder.layer', 'multimodal_config'],
  ])('are those of %s in %s', (root, key) => {
    const shapes = [0, 1].flatMap((layer) => prefixed(`${root}.${String(layer)}.attention.`, tokenOnly(384)));
    const config = { hidden_size: 512, [key]: { hidden_size: 384, num_attention_heads: 4 } };
    const { models } = recogniseShapes(shapes, { config });
    expect(models[0]?.layers.map(({ heads }) => heads)).toEqual([4, 4]);
  });
});

describe('heads that shapes prove', () => {
  it('are those of MViTv2 where one head is as wide as the query', () => {
    const shapes = [96, 192].flatMap((width, stage): Shapes => {
      const path = `stages.${String(stage)}.blocks.0.attn`;
      return [...fused(path, width), [`${path}.norm_q.weight`, [96]], [`${path}.rel_pos_h`, [111, 96]]];
    });
    expect(headsOf(shapes)).toEqual({ heads: [1, 2], said: [] });
  });

  it('are those of BoTNet by its table of rows', () => {
    const shapes = [256, 512].flatMap((width, stage): Shapes => {
      const path = `stages.${String(stage + 2)}.1.self_attn`;
      return [
        [`${path}.qkv.weight`, [3 * width, width, 1, 1]],
        [`${path}.pos_embed.height_rel`, [31, width / 4]],
      ];
    });
    expect(headsOf(shapes)).toEqual({ heads: [4, 4], said: [] });
  });

  it('are those of ConViT by its gates', () => {
    const shapes = [0, 1].flatMap((block): Shapes => {
      const path = `blocks.${String(block)}.attn`;
      return [
        [`${path}.qk.weight`, [864, 432]],
        [`${path}.v.weight`, [432, 432]],
        [`${path}.pos_proj.weight`, [9, 3]],
      ];
    });
    expect(headsOf(shapes)).toEqual({ heads: [9, 9], said: [] });
  });
});
