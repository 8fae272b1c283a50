import { array, number, object, parse, record, string, unknown } from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Rotation } from '../../../../src/core/model/rotation.js';
import { fixtureJson } from '../../support/fixtures.js';
import { recognise } from '../../../../src/core/model/recognise.js';
import type { Setting } from '../../../../src/core/tensors/tensor-index.js';
import { indexOf, onlyModel, recogniseShapes, type Shapes } from './support.js';

// Written by fixtures/distance/make.py with Transformers; its frequencies are float32.
const golden = parse(
  object({
    stretched: array(object({ name: string(), parameters: record(string(), unknown()), frequencies: array(number()) })),
  }),
  fixtureJson('distance/expected.json'),
).stretched;

const WIDTH = 128;

/** Llama's names with two heads of 64. */
const LLAMA: Shapes = [0, 1].flatMap((layer): Shapes => {
  const block = `model.layers.${String(layer)}`;
  return [
    ...['q_proj', 'k_proj', 'v_proj', 'o_proj'].map(
      (name) => [`${block}.self_attn.${name}.weight`, [WIDTH, WIDTH]] as const,
    ),
    [`${block}.input_layernorm.weight`, [WIDTH]],
    [`${block}.post_attention_layernorm.weight`, [WIDTH]],
    [`${block}.mlp.gate_proj.weight`, [256, WIDTH]],
    [`${block}.mlp.up_proj.weight`, [256, WIDTH]],
    [`${block}.mlp.down_proj.weight`, [WIDTH, 256]],
  ];
});

const SAID = {
  model_type: 'llama',
  hidden_size: WIDTH,
  num_attention_heads: 2,
  head_dim: 64,
  max_position_embeddings: 32768,
};

function rotationOf(config: unknown): Rotation | null {
  return onlyModel(recogniseShapes(LLAMA, { config, heads: 2 })).rotation ?? null;
}

describe('the rotation that config.json of a language model says', () => {
  it.each(golden)('is that of Transformers: $name', ({ parameters, frequencies }) => {
    const rotation = rotationOf({ ...SAID, rope_parameters: parameters });
    if (rotation?.kind !== 'sequence') throw new Error('no rotation of a sequence');
    expect(rotation.frequencies).toHaveLength(frequencies.length);
    for (const [pair, frequency] of frequencies.entries()) {
      expect(Math.abs((rotation.frequencies[pair] ?? NaN) / frequency - 1)).toBeLessThan(1e-6);
    }
    expect(rotation).toMatchObject({ pairs: 'half', assumed: null });
  });

  it('is read from the older keys too', () => {
    const rope_scaling = { type: 'linear', factor: 2 };
    const rotation = rotationOf({ ...SAID, rope_theta: 500_000, rope_scaling, partial_rotary_factor: 0.5 });
    expect(rotation).toMatchObject({ kind: 'sequence' });
    const frequencies = rotation?.kind === 'sequence' ? rotation.frequencies : [];
    expect(frequencies).toHaveLength(16);
    expect(frequencies[1]).toBeCloseTo(500_000 ** (-2 / 32) / 2, 12);
  });

  it('is assumed, and said to be, where there is no config.json', () => {
    const rotation = rotationOf(null);
    expect(rotation?.assumed).toMatch(/base 10000 .* was assumed/u);
  });

  it.each([
    ['a kind that is not known', { ...SAID, rope_parameters: { rope_type: 'spiral', rope_theta: 1e4 } }],
    ['a model that turns otherwise', { ...SAID, model_type: 'smollm3' }],
    ['numbers that are missing', { ...SAID, rope_scaling: { type: 'linear' } }],
    ['numbers that make no sense', { ...SAID, rope_scaling: { type: 'llama3', factor: 8, low_freq_factor: 4 } }],
    ['layers of several kinds', { ...SAID, rope_parameters: { full_attention: { rope_type: 'default' } } }],
  ])('is none for %s', (_, config) => {
    expect(rotationOf(config)).toBeNull();
  });
});

describe('the rotation that a GGUF file says', () => {
  const blocks = [0, 1].flatMap((layer): Shapes => {
    const block = `blk.${String(layer)}`;
    return [
      ...['attn_q', 'attn_k', 'attn_v', 'attn_output'].map(
        (name) => [`${block}.${name}.weight`, [WIDTH, WIDTH]] as const,
      ),
      [`${block}.attn_norm.weight`, [WIDTH]],
      [`${block}.ffn_norm.weight`, [WIDTH]],
    ];
  });
  const rotationIn = (settings: Readonly<Record<string, Setting>>, more: Shapes = []): Rotation | null => {
    const heads = {
      'llama.attention.head_count': 2,
      'llama.attention.head_count_kv': 2,
      'llama.embedding_length': WIDTH,
    };
    const shapes: Shapes = [['token_embd.weight', [40, WIDTH]], ...blocks, ...more];
    const index = { ...indexOf(shapes, { ...heads, ...settings }), format: 'gguf' } as const;
    return onlyModel(recognise(index, null, { heads: 2 })).rotation ?? null;
  };

  it('is that of its architecture and its numbers', () => {
    const rotation = rotationIn({
      'general.architecture': 'llama',
      'llama.rope.freq_base': 500_000,
      'llama.rope.dimension_count': 32,
      'llama.rope.scaling.type': 'linear',
      'llama.rope.scaling.factor': 2,
    });
    expect(rotation).toMatchObject({ kind: 'sequence', pairs: 'interleaved', assumed: null });
    const frequencies = rotation?.kind === 'sequence' ? rotation.frequencies : [];
    expect(frequencies).toHaveLength(16);
    expect(frequencies[1]).toBeCloseTo(500_000 ** (-2 / 32) / 2, 12);
  });

  it('is none for other architectures, stretches and frequencies of its own', () => {
    expect(rotationIn({ 'general.architecture': 'mamba' })).toBeNull();
    expect(rotationIn({ 'general.architecture': 'llama', 'llama.rope.scaling.type': 'yarn' })).toBeNull();
    expect(rotationIn({ 'general.architecture': 'llama' }, [['rope_freqs.weight', [32]]])).toBeNull();
  });
});
