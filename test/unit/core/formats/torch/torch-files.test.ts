import { join } from 'node:path';
import { array, nullable, number, object, parse, record, string } from 'valibot';
import { describe, expect, it } from 'vitest';
import { torchType } from '../../../../../src/core/formats/torch/storage-types.js';
import { readMatrixView } from '../../../../../src/core/tensors/read.js';
import { elementCount } from '../../../../../src/core/tensors/tensor-index.js';
import { FIXTURES, fixtureJson, withCheckpoint } from '../../../support/fixtures.js';

const TENSOR = object({ dtype: string(), shape: array(number()), data: nullable(array(number())) });

/** What PyTorch itself reads from each file; make.py beside them wrote it. */
const expected = parse(record(string(), record(string(), TENSOR)), fixtureJson('torch-files/values.json'));

function path(name: string): string {
  return join(FIXTURES, 'torch-files', name);
}

describe('files written by PyTorch', () => {
  it.each(Object.keys(expected))('%s: the tensors that PyTorch finds, with their values', async (name) => {
    const wanted = expected[name] ?? {};
    await withCheckpoint(path(name), async ({ index, folder }) => {
      expect(index.tensors.map((tensor) => tensor.name).sort()).toEqual(Object.keys(wanted).sort());
      for (const tensor of index.tensors) {
        const { dtype, shape, data } = wanted[tensor.name] ?? { dtype: '', shape: [], data: null };
        expect({ dtype: tensor.dtype, shape: tensor.shape }).toEqual({ dtype: torchType(dtype), shape });
        if (data === null || shape.length > 2) continue;
        const columns = shape.at(-1) ?? 1;
        const rows = columns === 0 ? 0 : elementCount(shape) / columns;
        const view = { tensor, rowStart: 0, rows, columns, transposed: false };
        expect([...(await readMatrixView(await folder.open(name), view))]).toEqual(data);
      }
    });
  });

  it('warns of tensors of kinds that are not read', async () => {
    for (const name of ['unread.pt', 'unread-legacy.pt']) {
      await withCheckpoint(path(name), ({ index }) => {
        expect(index.warnings).toMatchObject([{ code: 'tensors-left-out' }]);
        for (const kind of ['_rebuild_qtensor', '_rebuild_sparse_tensor', '_rebuild_tensor_v2']) {
          expect(index.warnings[0]?.message).toContain(`torch._utils.${kind}`);
        }
      });
    }
  });

  it('keeps plain values and takes nothing else for one', async () => {
    await withCheckpoint(path('plain-values.pt'), ({ index }) => {
      expect(Object.fromEntries(index.settings)).toEqual({
        enum: 'small',
        'array.0': 0,
        'array.1': 1,
        'array.2': 2,
        'array.3': 3,
        'array.4': 4,
        'array.5': 5,
        int64: 4,
        float32: 1.5,
        bool: true,
        negative: -5,
        'frozen.0': 1,
        'frozen.1': 2,
        'set.0': 'z',
        function: 'torch._C._nn.gelu',
        dtype: 'torch.float16',
        device: 'cuda:1',
        'counter.a': 2,
        'counter.b': 1,
        'args.heads': 12,
        'args.name': 'vit',
        'args.flag': true,
        'args.betas.0': 0.9,
        'args.betas.1': 0.999,
        'args.image.0': 32,
        'args.image.1': 32,
      });
    });
  });

  it('gives the attributes of a pickled module as settings', async () => {
    await withCheckpoint(path('module-inside.pt'), ({ index }) => {
      expect(Object.fromEntries(index.settings)).toMatchObject({
        epoch: 3,
        'model.num_heads': 7,
        'model.layers.1.in_features': 3,
      });
    });
  });
});
