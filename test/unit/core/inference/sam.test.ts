import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { attentionRow } from '../../../../src/core/analysis/image/attention.js';
import { Products } from '../../../../src/core/analysis/image/products.js';
import { tapOutput } from '../../../../src/core/inference/build-graph.js';
import { describeForward } from '../../../../src/core/inference/describe.js';
import type { ForwardModel } from '../../../../src/core/inference/forward.js';
import { readLayerAttention } from '../../../../src/core/inference/layer-attention.js';
import { layerShape } from '../../../../src/core/inference/layer-shapes.js';
import { recognise } from '../../../../src/core/model/recognise.js';
import type { TensorEntry } from '../../../../src/core/tensors/tensor-index.js';
import { headAttention, meetingOf } from '../../../../src/host/image-lab/head-attention.js';
import { FIXTURES, withCheckpoint } from '../../support/fixtures.js';
import { largestDifference, relativeDifference } from './support/differences.js';
import { type NpzArray, readNpz } from './support/npz.js';
import { withModel } from './support/opened-model.js';

const FOLDER = path.join(FIXTURES, 'forward/windows');
const NOTHING: NpzArray = { shape: [], values: new Float32Array() };
const products = new Products();

/** Describes a model whose tensors or configuration were changed. */
async function described(
  name: string,
  change: (tensor: TensorEntry) => TensorEntry,
  config: unknown = null,
): Promise<ForwardModel> {
  return withCheckpoint(path.join(FOLDER, name, 'model.safetensors'), ({ index }) => {
    const tensors = index.tensors.map(change);
    const [model] = recognise({ ...index, tensors }, config, {}).models;
    if (model === undefined) throw new Error('no model');
    return describeForward(model, tensors, config, name);
  });
}

/** The model with tables of relative positions of other lengths, [down, across]. */
const tables =
  (lengthsOf: (layer: number) => readonly [number, number]) =>
  (tensor: TensorEntry): TensorEntry => {
    const [, layer, axis] = /blocks\.(\d+)\.attn\.rel_pos_([hw])$/u.exec(tensor.name) ?? [];
    if (layer === undefined) return tensor;
    const length = lengthsOf(Number(layer))[axis === 'h' ? 0 : 1];
    return { ...tensor, shape: [2 * length - 1, tensor.shape[1] ?? 0] };
  };

const sides = ({ blocks }: ForwardModel) => blocks.map(({ attention }) => attention.windows?.side ?? null);
const notes = ({ assumptions }: ForwardModel) => assumptions.map(({ text }) => text).join(' ');

describe('Segment Anything', () => {
  it('sees pictures of another size than it was made for', async () => {
    const golden = readNpz(path.join(FOLDER, 'sam_timm/resized.npz'));
    const array = (key: string): NpzArray => golden.get(key) ?? NOTHING;
    await withModel(path.join(FOLDER, 'sam_timm/model.safetensors'), {}, async ({ forward, run, sourceOf }) => {
      const ran = await run(array('pixels').values, array('pixels').shape);
      expect(relativeDifference(ran.output('tokens'), array('tokens').values)).toBeLessThan(1e-4);
      expect(relativeDifference(ran.output('logits'), array('hidden_out').values)).toBeLessThan(1e-4);
      for (const layer of [0, 1]) {
        const { tokens: count, width } = layerShape(forward, ran.built.grid, layer);
        const parts = await readLayerAttention(forward, layer, ran.built.grid, sourceOf);
        const tokens = { values: ran.output(tapOutput('attention-input', layer)), count, width, prefix: 0 };
        const found = [0, 1].map((head) => headAttention(products, parts, head, tokens));
        const all = Float32Array.from(found.flatMap((own) => [...own]));
        expect(largestDifference(all, array(`attn_${layer}`).values)).toBeLessThan(1e-5);
        if (layer === 0) continue;
        // One row without the others, as the panel asks for where all are too many.
        const row = attentionRow(meetingOf(products, parts, 1, tokens), 37);
        const expected = array('attn_1').values.subarray((count + 37) * count, (count + 38) * count);
        expect(largestDifference(row, expected)).toBeLessThan(1e-5);
      }
    });
  });

  it.each([
    ['the longest tables of a detector, which are not those of its position table', null, 44, 1],
    ['config.json', { image_size: 32 }, 32, 0],
  ])('takes the size of its pictures from %s', async (_name, config, side, words) => {
    const model = await withCheckpoint(path.join(FOLDER, 'vitdet/model.safetensors'), ({ index }) =>
      Promise.resolve(recognise(index, config, {}).models[0]),
    );
    expect(model?.imageSize).toEqual([side, side]);
    const told = model?.assumptions.filter(({ code }) => code === 'image-size').map(({ text }) => text);
    expect(told).toEqual(words === 0 ? [] : [expect.stringMatching(/^Pictures of 44 x 44 pixels/u)]);
  });

  it('attends to all tokens in the layers whose tables are as long as the grid, or that config.json names', async () => {
    const asIs = (tensor: TensorEntry): TensorEntry => tensor;
    expect(sides(await described('sam', asIs))).toEqual([4, null, 4]);
    expect(notes(await described('sam', asIs))).not.toContain('windows');
    // Larger windows than the grid.
    expect(
      sides(
        await described(
          'sam',
          tables((layer) => (layer === 1 ? [11, 11] : [14, 14])),
        ),
      ),
    ).toEqual([14, null, 14]);
    const alike = await described(
      'sam',
      tables(() => [11, 11]),
    );
    expect(sides(alike)).toEqual([null, null, null]);
    expect(notes(alike)).toContain('No file says which layers attend within windows');
    const said = { global_attn_indexes: [0, 2] };
    expect(
      sides(
        await described(
          'sam',
          tables(() => [11, 11]),
          said,
        ),
      ),
    ).toEqual([null, 11, null]);
  });

  it('is refused with windows that are no squares, and with convolutions between its layers', async () => {
    const oblong = described(
      'sam',
      tables((layer) => (layer === 1 ? [11, 11] : [4, 5])),
    );
    await expect(oblong).rejects.toThrow('the tables of positions of layer 0 are of no square window');
    const renamed = described('sam', (tensor) =>
      tensor.name.endsWith('blocks.2.mlp.lin2.bias')
        ? { ...tensor, name: tensor.name.replace('mlp.lin2.bias', 'residual.conv1.weight') }
        : tensor,
    );
    await expect(renamed).rejects.toThrow('layer 2 has convolutions behind it');
    const neck = described('sam', (tensor) =>
      tensor.name.endsWith('neck.2.weight') ? { ...tensor, shape: [8, 24, 3, 1] } : tensor,
    );
    await expect(neck).rejects.toThrow('cannot be run');
  });
});
