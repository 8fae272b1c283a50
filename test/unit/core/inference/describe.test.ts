import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../../src/core/errors.js';
import { buildGraph } from '../../../../src/core/inference/build-graph.js';
import { describeForward } from '../../../../src/core/inference/describe.js';
import { FORWARD_FAMILIES } from '../../../../src/core/inference/families/index.js';
import { NO_EDITS } from '../../../../src/core/inference/edits.js';
import type { WrittenModel } from '../../../../src/core/inference/forward.js';
import { FAMILIES } from '../../../../src/core/model/families/index.js';
import { recognise } from '../../../../src/core/model/recognise.js';
import type { TensorEntry } from '../../../../src/core/tensors/tensor-index.js';
import { FIXTURES, fixtureJson, withCheckpoint } from '../../support/fixtures.js';

/** Families with an encoder of something else than pictures. */
const NO_PICTURES = ['hf-whisper'];

const CHECKPOINTS = path.join(FIXTURES, 'checkpoints');

/** Describes the first model with the tensors that `change` leaves of a fixture. */
async function describeChanged(
  file: string,
  change: (tensors: readonly TensorEntry[]) => readonly TensorEntry[],
  { config = null, tower = 'vision', heads }: { config?: unknown; tower?: string; heads?: number } = {},
): Promise<WrittenModel> {
  return withCheckpoint(path.join(CHECKPOINTS, file), ({ index }) => {
    const tensors = change(index.tensors);
    const { models } = recognise({ ...index, tensors }, config, heads === undefined ? {} : { heads });
    const model = models.find((each) => each.tower === tower) ?? models[0];
    if (model === undefined) throw new Error('no model');
    const forward = describeForward(model, tensors, config, 'model.safetensors');
    if (forward.runs !== 'graph-of-ours') throw new Error('it runs by a graph of its own');
    return forward;
  });
}

async function problemOf(result: Promise<unknown>): Promise<string> {
  const error: unknown = await result.catch((reason: unknown) => reason);
  if (!(error instanceof CheckpointError)) throw new Error(`no CheckpointError: ${String(error)}`);
  expect(error.code).toBe('unsupported');
  expect(error.advice).toContain('everything from the weights');
  return error.problem + ' | ' + error.advice;
}

const without =
  (...names: string[]) =>
  (tensors: readonly TensorEntry[]): TensorEntry[] =>
    tensors.filter(
      ({ name }) => !names.some((each) => name === each || (each.endsWith('*') && name.startsWith(each.slice(0, -1)))),
    );

const renamed =
  (name: string, other: string) =>
  (tensors: readonly TensorEntry[]): TensorEntry[] =>
    tensors.map((tensor) => (tensor.name === name ? { ...tensor, name: other } : tensor));

const reshaped =
  (name: string, shape: readonly number[]) =>
  (tensors: readonly TensorEntry[]): TensorEntry[] =>
    tensors.map((tensor) => (tensor.name === name ? { ...tensor, shape } : tensor));

describe('a model that cannot be run', () => {
  const timm = 'timm_registers/model.safetensors';
  const cases: [string, () => Promise<WrittenModel>, string][] = [
    [
      'no patch embedding',
      () => describeChanged(timm, without('patch_embed.proj.weight'), { heads: 3 }),
      'its patch embedding is missing | image maps, attention and keypoint figures need patch_embed.proj.weight',
    ],
    [
      'no output projection',
      () => describeChanged(timm, without('blocks.1.attn.proj.weight'), { heads: 3 }),
      'its output projection of layer 1 is missing',
    ],
    [
      'no MLP',
      () => describeChanged(timm, without('blocks.2.mlp.fc2.weight'), { heads: 3 }),
      'its MLP of layer 2 is missing',
    ],
    [
      'no norm before the MLP',
      () => describeChanged(timm, without('blocks.0.norm2.weight'), { heads: 3 }),
      'its norm before the MLP of layer 0 is missing',
    ],
    [
      'a part that its family does not have',
      () => describeChanged(timm, renamed('blocks.1.mlp.fc1.bias', 'blocks.1.adapter.up'), { heads: 3 }),
      'its layers also hold blocks.1.adapter.up, and nothing is known of what that does',
    ],
    [
      'no positions',
      () => describeChanged(timm, without('pos_embed'), { heads: 3 }),
      'nothing in the file tells how it knows the places of its patches',
    ],
    [
      'no norm behind its last layer',
      () => describeChanged(timm, without('norm.weight', 'norm.bias', 'fc_norm.weight', 'fc_norm.bias'), { heads: 3 }),
      'no norm stands behind its last layer',
    ],
    [
      'a layer that is gone',
      () => describeChanged(timm, without('blocks.1.*'), { heads: 3 }),
      'its layer 1 is missing',
    ],
    [
      'a layer that could not be used',
      () => describeChanged(timm, reshaped('blocks.2.norm1.weight', [23]), { heads: 3 }),
      'the layer blocks.2.attn could not be used',
    ],
    [
      'a patch embedding for another width',
      () => describeChanged(timm, reshaped('patch_embed.proj.weight', [12, 6, 8, 8]), { heads: 3 }),
      'makes no tokens of width 24',
    ],
    [
      'an MLP that does not fit',
      () => describeChanged(timm, reshaped('blocks.0.mlp.fc1.weight', [24, 48]), { heads: 3 }),
      'its MLP of layer 0, blocks.0.mlp.fc1.weight (float32 [24, 48]), does not fit the other weights',
    ],
    [
      'a position table of no grid',
      () => describeChanged(timm, reshaped('pos_embed', [1, 23, 24]), { heads: 3 }),
      'the 23 entries of its position table form no grid that is known',
    ],
    [
      'a text tower',
      () =>
        describeChanged('hf_clip/model.safetensors', (tensors) => tensors, {
          config: fixtureJson('checkpoints/hf_clip/config.json'),
          tower: 'text',
        }),
      'it is a text tower',
    ],
    [
      'windows that are no squares',
      () =>
        describeChanged('timm_swin/swin.pth', reshaped('layers.1.blocks.1.attn.relative_position_bias_table', [48, 4])),
      'the 48 entries of the table of relative positions of layer 3 form no square window',
    ],
    [
      'stages that nothing merges',
      () => describeChanged('timm_swin/swin.pth', without('layers.1.downsample.*')),
      'its merging of patches in front of layer 2 is missing',
    ],
    [
      'windows that are nowhere said',
      () => describeChanged('../forward/windows/timm_v2/model.safetensors', (tensors) => tensors),
      'the windows of layer 0 (layers.0.blocks.0.attn) are nowhere said',
    ],
    [
      'ways between places that are no square',
      () =>
        describeChanged(
          '../forward/windows/timm_v2_ways/model.safetensors',
          reshaped('layers.1.blocks.0.attn.relative_coords_table', [3, 15, 5, 2]),
        ),
      'the windows of layer 2 (layers.1.blocks.0.attn) are nowhere said, or no squares',
    ],
    [
      'a layer of a stage left out',
      () => describeChanged('timm_swin/swin.pth', without('layers.1.blocks.0.*')),
      'the layer in front of its layer 2 is missing',
    ],
    [
      'an activation that is not known',
      () => describeChanged('hf_vit/model.safetensors', (tensors) => tensors, { config: { hidden_act: 'snake' } }),
      'config.json names the activation "snake"',
    ],
    [
      'names of no family',
      () =>
        describeChanged('timm_registers/model.safetensors', (tensors) =>
          tensors.map((tensor) => ({ ...tensor, name: tensor.name.replace('blocks', 'pieces') })),
        ),
      'no forward pass is known',
    ],
  ];
  it.each(cases)('says why: %s', async (_, result, expected) => {
    expect(await problemOf(result())).toContain(expected);
  });
});

describe('what the file does not say', () => {
  it('is assumed in words', async () => {
    const { assumptions } = await describeChanged('open_clip/open_clip.pt', (tensors) => tensors);
    const texts = assumptions.map(({ text }) => text).join(' ');
    expect(texts).toContain('Activation GELU');
    expect(texts).toContain('epsilon 1e-5 of the norms');
  });

  it('is taken from config.json where that says it', async () => {
    const config = fixtureJson('checkpoints/hf_dinov2/config.json');
    const { assumptions, norm } = await describeChanged('hf_dinov2/model.safetensors', (tensors) => tensors, {
      config,
    });
    expect(assumptions).toEqual([]);
    expect(norm?.epsilon).toBe(1e-6);
  });

  it.each([{ layer_norm_eps: '1e-3' }, { layer_norm_eps: 7 }, { layer_norm_eps: -1 }, [], 'x', { vision_config: 3 }])(
    'is not taken from nonsense: %j',
    async (config) => {
      const { norm } = await describeChanged('hf_dinov2/model.safetensors', (tensors) => tensors, { config });
      expect(norm?.epsilon).toBe(1e-6);
    },
  );
});

describe('picture sizes', () => {
  const places = { locationOf: () => 'x', copyLocation: '' };
  const build = async (imageSize: readonly [number, number]) => {
    const forward = await describeChanged('timm_vit_pth/vit.pth', (tensors) => tensors, { heads: 4 });
    const noFile = () => Promise.reject(new Error('nothing is to be read'));
    return buildGraph(forward, { file: 'm', imageSize, taps: false, edits: NO_EDITS, places }, noFile);
  };

  it.each([[[30, 32]], [[32, 0]], [[-8, 32]], [[32, Infinity]], [[NaN, 32]]] as const)('refuses %j', async (size) => {
    await expect(build(size)).rejects.toMatchObject({ code: 'wrong-use' });
  });

  it('refuses more tokens than scores have room for', async () => {
    await expect(build([8 * 400, 8 * 400])).rejects.toMatchObject({ code: 'limit' });
  });
});

it('every family that sees pictures has a forward pass', () => {
  const seeing = FAMILIES.filter(({ towers }) => towers.some(({ tower }) => tower === 'vision' || tower === 'encoder'));
  const silent = seeing.filter(({ id }) => !FORWARD_FAMILIES.has(id));
  expect(silent.map(({ id }) => id)).toEqual(NO_PICTURES);
});
