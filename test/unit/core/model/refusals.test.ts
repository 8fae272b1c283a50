import { describe, expect, it } from 'vitest';
import { onlyModel, recogniseShapes, type Shapes } from './support.js';

/** Two blocks with these tensors in the attention module. */
function layers(module: string, tensors: Shapes): Shapes {
  return [0, 1].flatMap((layer): Shapes =>
    tensors.map(([name, shape]) => [`stages.2.${String(layer)}.${module}.${name}`, shape]),
  );
}

const refusalOf = (shapes: Shapes): string => {
  const { models, warnings } = recogniseShapes(shapes);
  expect(models).toEqual([]);
  return warnings.map(({ message }) => message).join();
};

describe('attention that has no figures', () => {
  it.each([
    [
      'MobileViTv2',
      'transformer.0.attn',
      [
        // 321 = 1 + 2 x 160, which three divides by chance.
        ['qkv_proj.weight', [321, 160, 1, 1]],
        ['out_proj.weight', [160, 160, 1, 1]],
      ],
    ],
    [
      'LambdaNetworks',
      'self_attn',
      [
        ['qkv.weight', [144, 256, 1, 1]],
        ['pos_emb', [31, 31, 16]],
        ['norm_q.weight', [64]],
        ['norm_v.weight', [64]],
        ['norm_v.running_mean', [64]],
      ],
    ],
    [
      'HaloNet',
      'self_attn',
      [
        ['q.weight', [256, 256, 1, 1]],
        ['kv.weight', [512, 256, 1, 1]],
        ['pos_embed.height_rel', [23, 32]],
      ],
    ],
    [
      'MaxViT and CoAtNet',
      'attn_block.attn',
      [
        ['qkv.weight', [192, 64]],
        ['proj.weight', [64, 64]],
        ['rel_pos.mlp.fc2.weight', [2, 512]],
      ],
    ],
    [
      'MaxViT and CoAtNet',
      'attn',
      [
        ['qkv.weight', [192, 64, 1, 1]],
        ['proj.weight', [64, 64, 1, 1]],
        ['rel_pos.relative_position_bias_table', [169, 2]],
      ],
    ],
  ] satisfies [string, string, Shapes][])('is named: %s', (models, module, tensors) => {
    expect(refusalOf(layers(module, tensors))).toContain(models);
  });

  it.each([
    [
      'MaxViT from TensorFlow, whose table is (heads, rows, columns)',
      'attn_block.attn',
      [
        ['qkv.weight', [192, 64]],
        ['proj.weight', [64, 64]],
        ['rel_pos.relative_position_bias_table', [2, 13, 13]],
      ],
    ],
    [
      'GCViT, whose table is (places, heads) and whose weights are no convolutions',
      'attn',
      [
        ['qkv.weight', [192, 64]],
        ['proj.weight', [64, 64]],
        ['rel_pos.relative_position_bias_table', [169, 2]],
      ],
    ],
  ] satisfies [string, string, Shapes][])('is not taken for %s', (_, module, tensors) => {
    expect(onlyModel(recogniseShapes(layers(module, tensors))).layers.map(({ heads }) => heads)).toEqual([2, 2]);
  });

  it('is said to be attention where only a convolution is found by the name of a query', () => {
    const { looksLike } = recogniseShapes(
      layers('token_mixer', [
        ['q.conv.weight', [256, 96, 1, 1]],
        ['k.conv.weight', [256, 96, 1, 1]],
      ]),
    );
    expect(looksLike).toContain('attention of a kind that is not read');
  });
});

describe('rows that three divides by chance', () => {
  it('are not taken for query, key and value', () => {
    const shapes = layers('attn', [
      ['qkv.weight', [321, 160]],
      ['proj.weight', [160, 160]],
    ]);
    expect(refusalOf(shapes)).toContain('a third of them is neither the width of the tokens');
    expect(refusalOf(layers('attn', [['qkv.weight', [288, 160]]]))).toContain('nothing says that the 288 rows');
  });

  it('are taken where the output projection reads a third, as a convolution too', () => {
    const shapes = layers('attn', [
      ['qkv.weight', [768, 168, 1, 1]],
      ['proj.weight', [168, 256, 1, 1]],
    ]);
    expect(onlyModel(recogniseShapes(shapes)).layers[0]?.key.weight).toMatchObject({ rowStart: 256, rows: 256 });
  });
});

describe('projections that clip', () => {
  it('are read one module deeper, and their bounds are told', () => {
    const bounds = ['input_min', 'input_max', 'output_min', 'output_max'];
    const tensors = ['q_proj', 'k_proj', 'v_proj'].flatMap((name): Shapes => [
      [`${name}.linear.weight`, [768, 768]],
      ...bounds.map((bound): Shapes[number] => [`${name}.${bound}`, []]),
    ]);
    const model = onlyModel(recogniseShapes(layers('attn', [...tensors, ['q_norm.weight', [64]]])));
    expect(model.layers.map(({ heads, path }) => [heads, path])).toEqual([
      [12, 'stages.2.0.attn'],
      [12, 'stages.2.1.attn'],
    ]);
    expect(model.assumptions.map(({ text }) => text).join()).toContain('clip what they read and give');
    expect(model.assumptions.map(({ text }) => text).join()).not.toContain('input_min');
  });
});
