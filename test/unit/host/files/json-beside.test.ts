import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openCheckpointFolder } from '../../../../src/host/files/checkpoint-folder.js';
import { readJsonBeside } from '../../../../src/host/files/json-beside.js';
import { planBeside } from '../../../../src/host/image-lab/picture-source.js';
import { recognise } from '../../../../src/core/model/recognise.js';
import { FIXTURES, withCheckpoint } from '../../support/fixtures.js';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'json-beside-'));
  await mkdir(path.join(root, 'model/onnx'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const read = async (file: string, name = 'config.json') => {
  const folder = openCheckpointFolder({ folder: path.dirname(file), name: path.basename(file) }, { bytes: 0 });
  const found = await readJsonBeside(folder, name);
  await folder.close();
  return found;
};

it('finds the configuration of transformers.js above the folder of the graph, the one beside it first', async () => {
  const file = path.join(root, 'model/onnx/model_quantized.onnx');
  await writeFile(path.join(root, 'model/config.json'), '{"from":"above"}');
  expect((await read(file)).value).toEqual({ from: 'above' });
  await writeFile(path.join(root, 'model/onnx/config.json'), '{"from":"beside"}');
  expect((await read(file)).value).toEqual({ from: 'beside' });
});

it('looks above no other folder and no other file, and follows no link out of the folder above', async () => {
  await writeFile(path.join(root, 'model/config.json'), '{}');
  expect((await read(path.join(root, 'model/onnx/model.safetensors'))).value).toBeNull();
  await mkdir(path.join(root, 'model/weights'));
  expect((await read(path.join(root, 'model/weights/model.onnx'))).value).toBeNull();
  await writeFile(path.join(root, 'secret.json'), '{"secret":1}');
  await symlink(path.join(root, 'secret.json'), path.join(root, 'model/preprocessor_config.json'));
  const found = await read(path.join(root, 'model/onnx/model.onnx'), 'preprocessor_config.json');
  expect(found.value).toBeNull();
  expect(found.warning?.message).toContain('a symbolic link leads out of it');
});

it('prepares pictures as the preprocessor configuration above says', async () => {
  const settings = {
    image_processor_type: 'ViTImageProcessor',
    image_mean: [0.1, 0.2, 0.3],
    size: { height: 40, width: 48 },
  };
  await writeFile(path.join(root, 'model/preprocessor_config.json'), JSON.stringify(settings));
  const folder = openCheckpointFolder({ folder: path.join(root, 'model/onnx'), name: 'model.onnx' }, { bytes: 0 });
  await withCheckpoint(path.join(FIXTURES, 'checkpoints/onnx_timm_17/model.onnx'), async ({ index }) => {
    const [model] = recognise(index, null, {}).models;
    if (model === undefined) throw new Error('no model');
    expect(await planBeside(folder, model)).toMatchObject({
      from: 'transformers',
      preprocessing: { mean: [0.1, 0.2, 0.3], resize: { mode: 'exact', size: [40, 48] } },
    });
  });
  await folder.close();
});
