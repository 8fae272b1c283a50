import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeWritten } from '../../../../src/core/inference/describe.js';
import type { WrittenModel } from '../../../../src/core/inference/forward.js';
import { recognise } from '../../../../src/core/model/recognise.js';
import type { Setting, TensorEntry } from '../../../../src/core/tensors/tensor-index.js';
import { FIXTURES, withCheckpoint } from '../../support/fixtures.js';

const FILE = path.join(FIXTURES, 'checkpoints/gguf_f32/mmproj.gguf');

/** The forward pass of the fixture with some of its tensors and settings changed. */
async function forwardOf(
  change: (tensor: TensorEntry) => readonly TensorEntry[] = (tensor) => [tensor],
  settings: Readonly<Record<string, Setting>> = {},
): Promise<WrittenModel> {
  return withCheckpoint(FILE, ({ index }) => {
    const tensors = index.tensors.flatMap(change);
    const plain = new Map([...index.settings, ...Object.entries(settings)]);
    const [model] = recognise({ ...index, tensors, settings: plain }, null, {}).models;
    if (model === undefined) throw new Error('no model');
    return describeWritten(model, tensors, null, 'mmproj.gguf');
  });
}

const swapped = (tensor: TensorEntry): TensorEntry[] => [
  { ...tensor, name: tensor.name.replace(/ffn_(up|down)/u, (_, which) => `ffn_${which === 'up' ? 'down' : 'up'}`) },
];
const without =
  (pattern: RegExp) =>
  (tensor: TensorEntry): TensorEntry[] =>
    pattern.test(tensor.name) ? [] : [tensor];
const copied =
  (source: string, name: string) =>
  (tensor: TensorEntry): TensorEntry[] =>
    tensor.name === source ? [tensor, { ...tensor, name }] : [tensor];

describe('a vision tower of llama.cpp', () => {
  it('has epsilon, activation and statistics from its metadata', async () => {
    const { blocks, assumptions } = await forwardOf();
    expect(blocks[0]?.norm1.epsilon).toBeCloseTo(1e-5, 12);
    expect(blocks[0]?.mlp.activation).toBe('gelu-quick');
    expect(assumptions).toEqual([]);
    const changed = await forwardOf(undefined, {
      'clip.use_gelu': true,
      'clip.vision.attention.layer_norm_epsilon': 1e-3,
    });
    expect([changed.blocks[0]?.mlp.activation, changed.blocks[0]?.norm1.epsilon]).toEqual(['gelu-tanh', 1e-3]);
    expect((await forwardOf(undefined, { 'clip.use_silu': true })).blocks[0]?.mlp.activation).toBe('silu');
  });

  it('has its two maps told apart by their sizes in files that call them the wrong way round', async () => {
    const [right, wrong] = [await forwardOf(), await forwardOf(swapped)];
    expect(right.blocks[1]?.mlp.input.weight.tensor.name).toBe('v.blk.1.ffn_up.weight');
    expect(wrong.blocks[1]?.mlp.input.weight.tensor.name).toBe('v.blk.1.ffn_down.weight');
    expect(wrong.blocks[1]?.mlp.input.weight).toMatchObject({ rows: 64, columns: 32 });
  });

  it('is of SigLIP without a class token: its last norm is for all tokens', async () => {
    const clip = await forwardOf();
    expect([clip.norm, clip.pooling, clip.poolNorm === null]).toEqual([null, 'class', false]);
    const siglip = await forwardOf((tensor) =>
      without(/class_embd|pre_ln/u)(tensor).map((each) =>
        each.name === 'v.position_embd.weight' ? { ...each, shape: [16, 32], byteLength: 2048 } : each,
      ),
    );
    expect([siglip.norm === null, siglip.pooling, siglip.poolNorm]).toEqual([false, 'patch-mean', null]);
  });

  it('is not run where its projector belongs to towers that turn queries and keys, and says what it takes others for', async () => {
    const of = (type: string) => forwardOf(undefined, { 'clip.projector_type': type });
    expect((await of('mlp')).assumptions).toEqual([]);
    expect((await of('novel')).assumptions.map(({ text }) => text).join()).toContain('in front of the projector novel');
    await expect(of('llama4')).rejects.toThrow('turns queries and keys by their place');
  });

  const refused: [string, (tensor: TensorEntry) => TensorEntry[], string][] = [
    ['no positions', without(/position_embd/u), 'turns queries and keys by their place'],
    ['gates', copied('v.blk.0.ffn_up.weight', 'v.blk.0.ffn_gate.weight'), 'it has gated MLPs'],
    ['films', copied('v.patch_embd.weight', 'v.patch_embd.weight.1'), 'patches of two pictures of a film'],
  ];
  it.each(refused)('is refused with words: %s', async (_, change, words) => {
    await expect(forwardOf(change)).rejects.toThrow(words);
  });
});
