import { describe, expect, test } from 'vitest';
import type { SourceMatch } from '../../../../src/core/source/contract.js';
import { fixtureCheckpoint, madeCheckpoint, matchFixture, matchText } from '../../support/sources.js';

/** Checkpoint and source; for each definition the class and attribute, and what the names of all its tensors look like. */
const CASES: readonly (readonly [
  checkpoint: string,
  source: string,
  root: string,
  Readonly<Record<string, RegExp>>,
])[] = [
  [
    'checkpoints/flax_hf_vit',
    'transformers/models/vit/modeling_flax_vit.py',
    'FlaxViTForImageClassificationModule',
    {
      'FlaxViTPatchEmbeddings.projection': /^vit\/embeddings\/patch_embeddings\/projection\//u,
      'FlaxViTEmbeddings.cls_token': /\/cls_token$/u,
      'FlaxViTEmbeddings.position_embeddings': /\/position_embeddings$/u,
      'FlaxViTSelfAttention.query': /\/query\//u,
      'FlaxViTSelfAttention.key': /\/key\//u,
      'FlaxViTSelfAttention.value': /\/value\//u,
      'FlaxViTSelfOutput.dense': /\/attention\/output\/dense\//u,
      'FlaxViTIntermediate.dense': /\/intermediate\/dense\//u,
      'FlaxViTOutput.dense': /\/\d+\/output\/dense\//u,
      'FlaxViTLayer.layernorm_before': /\/layernorm_before\//u,
      'FlaxViTLayer.layernorm_after': /\/layernorm_after\//u,
      'FlaxViTModule.layernorm': /^vit\/layernorm\//u,
      'FlaxViTForImageClassificationModule.classifier': /^classifier\//u,
    },
  ],
  [
    'checkpoints/google_big_vision',
    'flax/big_vision.py',
    'Model',
    {
      'Model.embedding': /^params\/embedding\//u,
      'Model.cls': /^params\/cls$/u,
      'get_posemb.pos_embedding': /^params\/pos_embedding$/u,
      'Encoder1DBlock.LayerNorm_0': /\/LayerNorm_0\//u,
      'Encoder1DBlock.MultiHeadDotProductAttention_0': /\/MultiHeadDotProductAttention_0\//u,
      'Encoder1DBlock.LayerNorm_1': /\/LayerNorm_1\//u,
      'MlpBlock.Dense_0': /\/MlpBlock_0\/Dense_0\//u,
      'MlpBlock.Dense_1': /\/MlpBlock_0\/Dense_1\//u,
      'Encoder.encoder_norm': /\/encoder_norm\//u,
      'Model.head': /^params\/head\//u,
    },
  ],
  [
    // Its names are those of Flax before Linen, which counted the modules of all classes together.
    'checkpoints/google_npz',
    'flax/vit_jax.py',
    'VisionTransformer',
    {
      'VisionTransformer.embedding': /^embedding\//u,
      'VisionTransformer.cls': /^cls$/u,
      'AddPositionEmbs.pos_embedding': /^Transformer\/posembed_input\/pos_embedding$/u,
      'Encoder1DBlock.LayerNorm_0': /\/LayerNorm_0\//u,
      'Encoder1DBlock.MultiHeadDotProductAttention_0': /\/MultiHeadDotProductAttention_1\//u,
      'Encoder1DBlock.LayerNorm_1': /\/LayerNorm_2\//u,
      'MlpBlock.Dense_0': /\/MlpBlock_3\/Dense_0\//u,
      'MlpBlock.Dense_1': /\/MlpBlock_3\/Dense_1\//u,
      'Encoder.encoder_norm': /\/encoder_norm\//u,
      'VisionTransformer.head': /^head\//u,
    },
  ],
  ...['checkpoints/keras_weights_h5', 'checkpoints/keras_zip'].map(
    (checkpoint) =>
      [
        checkpoint,
        'keras/vit.py',
        'make_vit',
        {
          'make_vit.patch_embedding': /\/conv2d\//u,
          'TokenEmbedding.cls': /\/token_embedding\/vars\/0$/u,
          'TokenEmbedding.pos': /\/token_embedding\/vars\/1$/u,
          'make_vit.block_{i}_norm_1': /\/layer_normalization(?:_2)?\//u,
          'make_vit.block_{i}_attention': /\/multi_head_attention(?:_1)?\//u,
          'make_vit.block_{i}_norm_2': /\/layer_normalization_[13]\//u,
          'make_vit.block_{i}_mlp_1': /\/dense(?:_2)?\//u,
          'make_vit.block_{i}_mlp_2': /\/dense_[13]\//u,
          'make_vit.norm': /\/layer_normalization_4\//u,
          'make_vit.head': /\/dense_4\//u,
        },
      ] as const,
  ),
  [
    // The layers of the model itself are kept by their classes: only what has a name of its own is known.
    'source/keras/subclassed.weights.h5',
    'keras/subclassed.py',
    'ViT',
    {
      'Block.norm1': /\/norm1\//u,
      'Block.attn': /\/attn\//u,
      'Block.norm2': /\/norm2\//u,
      'Mlp.fc1': /\/fc1\//u,
      'Mlp.fc2': /\/fc2\//u,
      'ViT.norm': /^layers\/layer_normalization\//u,
      'ViT.pos': /^vars\/0$/u,
    },
  ],
  [
    // Behind a layer whose class only a default tells, the numbers of the next are not known.
    'source/keras/sequential.weights.h5',
    'keras/sequential.py',
    'Model',
    {
      'Block.mlp.layers.0': /\/mlp\/layers\/layer_normalization\//u,
      'Block.wide': /\/mlp\/layers\/dense\//u,
      'Block.mlp.layers.3': /\/mlp\/layers\/dense_1\//u,
      'Block.more.layers.{i}': /\/more\/layers\/dense/u,
      'Block.open.layers.0': /\/open\/layers\/dense\//u,
      'Model.layers.{i}': /^head\/layers\/dense\//u,
      'Model.out': /^head\/layers\/dense_1\//u,
    },
  ],
];

function namesBy({ definitions }: SourceMatch): Record<string, readonly string[]> {
  return Object.fromEntries(
    definitions.map(({ className, attribute, tensors }) => [
      `${className}.${attribute}`,
      tensors.flatMap(({ names }) => names).sort(),
    ]),
  );
}

test.each(CASES)('%s belongs to %s', async (path, source, root, expected) => {
  const checkpoint = await fixtureCheckpoint(path);
  const match = await matchFixture(source, checkpoint);
  const names = checkpoint.tensors.map(({ name }) => name);
  expect(match.root.name).toBe(root);
  expect(namesBy(match)).toEqual(
    Object.fromEntries(
      Object.entries(expected).map(([place, pattern]) => [place, names.filter((name) => pattern.test(name)).sort()]),
    ),
  );
  expect(match.problems).toEqual([]);
  expect(match.runTimeNames).toEqual([]);
});

describe('patterns and roles', () => {
  test('are those of the file, with what counts its blocks', async () => {
    const match = await matchFixture('flax/vit_jax.py', await fixtureCheckpoint('checkpoints/google_npz'));
    const attention = match.definitions.find(({ module }) => module.endsWith('MultiHeadDotProductAttention'));
    expect(attention).toMatchObject({ role: 'query-key-value', module: 'nn.MultiHeadDotProductAttention' });
    expect(attention?.tensors[0]?.pattern).toBe(
      'Transformer/encoderblock_{i}/MultiHeadDotProductAttention_1/query/kernel',
    );
    const block = match.classes.find(({ name }) => name === 'Encoder1DBlock');
    expect(block?.patterns).toEqual(['Transformer/encoderblock_{i}']);
    expect(block?.paths).toEqual(['Transformer/encoderblock_0', 'Transformer/encoderblock_1']);
    const keras = await matchFixture('keras/vit.py', await fixtureCheckpoint('checkpoints/keras_weights_h5'));
    expect(keras.definitions.map(({ tensors }) => tensors[0]?.pattern)).toContain('layers/dense{i}/vars/0');
  });
});

describe('names that Flax makes up', () => {
  const HEAD = 'import flax.linen as nn\nclass Model(nn.Module):\n    depth: int = 2\n';
  const dense = (...names: string[]): Record<string, number[]> =>
    Object.fromEntries(
      names.flatMap((name) => [
        [`${name}.kernel`, [4, 4]],
        [`${name}.bias`, [4]],
      ]),
    );

  test('the modules of a loop take turns, and what stands behind it has no known number', async () => {
    const source = `${HEAD}
    @nn.compact
    def __call__(self, x):
        x = nn.Dense(4)(x)
        for _ in range(self.depth):
            x = nn.Dense(4)(x)
            x = nn.Dense(4)(x)
        return nn.Dense(4)(x)
`;
    const match = await matchText(source, madeCheckpoint(dense('Dense_0', 'Dense_1', 'Dense_2', 'Dense_3', 'Dense_4')));
    const lines = match.definitions.map(({ range: { start }, tensors }) => [start.line, tensors[0]?.names]);
    expect(lines).toEqual([
      [6, ['Dense_0.kernel']],
      [8, ['Dense_1.kernel', 'Dense_3.kernel']],
      [9, ['Dense_2.kernel', 'Dense_4.kernel']],
    ]);
    expect(match.runTimeNames).toMatchObject([{ range: { start: { line: 10 } } }]);
  });

  test('behind branches that make different numbers of a class its next has no known number', async () => {
    const source = `${HEAD}
    @nn.compact
    def __call__(self, x, train=False):
        if train:
            x = nn.Dense(4)(x)
        x = nn.Dense(4)(x)
        x = nn.LayerNorm(name="n")(x)
        return nn.Dense(4, name="last")(x)
`;
    const checkpoint = madeCheckpoint({ ...dense('Dense_0', 'last'), 'n.scale': [4], 'n.bias': [4] });
    const match = await matchText(source, checkpoint);
    expect(match.definitions.map(({ attribute }) => attribute)).toEqual(['Dense_0', 'n', 'last']);
    expect(match.runTimeNames).toMatchObject([{ range: { start: { line: 8 } } }]);
    expect(match.problems).toEqual([]);
  });

  test('a list in setup is counted behind its name, and a helper makes modules of its caller', async () => {
    const source = `import flax.linen as nn
def head(x):
    return nn.Dense(4)(x)
class Part(nn.Module):
    depth: int
    def setup(self):
        self.rest = [nn.Dense(4) for _ in range(self.depth)]
        self.pair = [nn.Dense(4), nn.Dense(4, name="own")]
        self.net = nn.Sequential([nn.Dense(4)])
    def __call__(self, x):
        return x
class Model(nn.Module):
    @nn.compact
    def __call__(self, x):
        return head(Part(depth=2)(x))
`;
    const names = ['rest_0', 'rest_1', 'pair_0', 'own', 'net.layers_0'].map((name) => `Part_0.${name}`);
    const match = await matchText(source, madeCheckpoint(dense(...names, 'Dense_0')));
    expect(namesBy(match)).toMatchObject({
      'head.Dense_0': ['Dense_0.bias', 'Dense_0.kernel'],
      'Part.own': ['Part_0.own.bias', 'Part_0.own.kernel'],
      'Part.layers_0': ['Part_0.net.layers_0.bias', 'Part_0.net.layers_0.kernel'],
    });
    expect(match.unmatchedTensors).toEqual([]);
  });
});
