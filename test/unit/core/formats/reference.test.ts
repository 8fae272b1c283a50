import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { object, optional, parse, number, record, string, unknown } from 'valibot';
import { describe, expect, it } from 'vitest';
import { readMatrixView } from '../../../../src/core/tensors/read.js';
import { FIXTURES, fixtureJson, withCheckpoint } from '../../support/fixtures.js';

const EXPECTED = object({
  format: string(),
  tensors: object({ count: number(), total: number() }),
  values: optional(record(string(), unknown())),
});

const cases = readdirSync(join(FIXTURES, 'checkpoints'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('expected.json'))
  .map((path) => dirname(path))
  .sort();

describe('reference checkpoints', () => {
  it('are all there', () => {
    expect(cases.length).toBeGreaterThanOrEqual(39);
  });

  it.each(cases)('%s: as many tensors as the library saved, in the right format', async (name) => {
    const expected = parse(EXPECTED, fixtureJson(`checkpoints/${name}/expected.json`));
    await withCheckpoint(join(FIXTURES, 'checkpoints', name), ({ index }) => {
      expect(index.format).toBe(expected.format);
      expect(index.tensors).toHaveLength(expected.tensors.total);
      expect(new Set(index.tensors.map((tensor) => tensor.name)).size).toBe(expected.tensors.total);
      expect(index.warnings).toEqual([]);
    });
  });

  it('gives views, scalars and empty tensors as they were saved', async () => {
    await withCheckpoint(join(FIXTURES, 'checkpoints/no_attention_unrelated'), async ({ index, folder }) => {
      const tensors = new Map(index.tensors.map((tensor) => [tensor.name, tensor]));
      const view = tensors.get('view');
      expect(view).toMatchObject({ shape: [3, 3], strides: [1, 4], byteLength: 44 });
      if (view === undefined) return;
      const source = await folder.open('things.pt');
      const values = await readMatrixView(source, {
        tensor: view,
        rowStart: 0,
        rows: 3,
        columns: 3,
        transposed: false,
      });
      expect([...values]).toEqual([1, 5, 9, 2, 6, 10, 3, 7, 11]);
      expect(tensors.get('scalar')).toMatchObject({ shape: [], strides: null, byteLength: 4 });
      expect(tensors.get('empty')).toMatchObject({ shape: [0, 3], byteLength: 0 });
      expect(tensors.get('7')).toMatchObject({ shape: [1] });
      expect(tensors.get('complex')).toMatchObject({ dtype: 'C64', byteLength: 16 });
    });
  });

  it.each([
    ['simmim_pretrain', { 'config.MODEL.VIT.NUM_HEADS': 4, 'config.DATA.IMG_SIZE': 32, epoch: 1 }],
    ['dino', { 'args.arch': 'vit_small', 'args.patch_size': 8, 'args.global_crops_scale.0': 0.4, epoch: 3 }],
    [
      'lightning',
      {
        'hyper_parameters.config.backbone': 'vit_tiny',
        'hyper_parameters.config.nested.a.1': 2,
        'hyper_parameters.lr': 1e-3,
        'hyper_parameters.steps': 1200,
        'hyper_parameters.mean.1': 0.4,
        'hyper_parameters.device': 'cpu',
        'hyper_parameters.dtype': 'torch.float32',
        'hyper_parameters.image.0': 32,
        'hyper_parameters.tags.0': 'vit',
        'pytorch-lightning_version': '2.5.1',
      },
    ],
    ['whole_module', { 'blocks.0.attn.num_heads': 4, 'blocks.0.attn.head_dim': 8 }],
    ['hf_vit', { '__metadata__.format': 'pt' }],
  ])('%s: finds the plain values beside the tensors', async (name, settings) => {
    await withCheckpoint(join(FIXTURES, 'checkpoints', name), ({ index }) => {
      expect(Object.fromEntries(index.settings)).toMatchObject(settings);
    });
  });

  it('reads little more than the header', async () => {
    await withCheckpoint(join(FIXTURES, 'checkpoints/hf_clip'), ({ bytesRead }) => {
      expect(bytesRead).toBeLessThan(10_000);
    });
  });
});
