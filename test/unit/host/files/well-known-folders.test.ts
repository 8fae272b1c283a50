import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveCheckpoint } from '../../../../src/host/files/resolve-checkpoint.js';
import { withOpenCheckpoint } from '../../../../src/host/files/with-open-checkpoint.js';
import { FIXTURES } from '../../support/fixtures.js';
import { problemOf } from '../../support/problem-of.js';

const REVISION = '0123456789abcdef0123456789abcdef01234567';
const OTHER = 'f'.repeat(40);

let root = '';
beforeEach(async () => {
  root = await realpath(await mkdtemp(path.join(tmpdir(), 'folders-')));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(names: readonly string[], content = 'x'): Promise<void> {
  for (const name of names) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), content);
  }
}

interface Case {
  readonly files: readonly string[];
  readonly place: string;
  readonly others?: readonly string[];
}

const CASES: Readonly<Record<string, Case>> = {
  'transformers.js': {
    files: ['config.json', 'onnx/model.onnx', 'onnx/model_fp16.onnx', 'onnx/model_quantized.onnx'],
    place: 'onnx/model.onnx',
    others: ['onnx/model_fp16.onnx', 'onnx/model_quantized.onnx'],
  },
  'transformers.js with one precision': {
    files: ['config.json', 'onnx/model_quantized.onnx'],
    place: 'onnx/model_quantized.onnx',
  },
  'transformers.js with towers of their own': {
    files: ['config.json', 'onnx/text_model.onnx', 'onnx/vision_model_fp16.onnx', 'onnx/vision_model.onnx'],
    place: 'onnx/vision_model.onnx',
    others: ['onnx/text_model.onnx', 'onnx/vision_model_fp16.onnx'],
  },
  'exports of optimum side by side': {
    files: ['config.json', 'model.onnx', 'model_quantized.onnx', 'ort_config.json'],
    place: 'model.onnx',
    others: ['model_quantized.onnx'],
  },
  'weights beside their export': {
    files: ['config.json', 'model.safetensors', 'onnx/model.onnx'],
    place: 'model.safetensors',
  },
  'a pipeline of diffusers': {
    files: [
      'model_index.json',
      'vae/diffusion_pytorch_model.safetensors',
      'transformer/config.json',
      'transformer/diffusion_pytorch_model.safetensors',
      'transformer/diffusion_pytorch_model.fp16.safetensors',
      'text_encoder/model.safetensors',
    ],
    place: 'transformer/diffusion_pytorch_model.safetensors',
    others: ['text_encoder'],
  },
  'sentence-transformers': {
    files: ['modules.json', '0_CLIPModel/config.json', '0_CLIPModel/pytorch_model.bin', '1_Pooling/config.json'],
    place: '0_CLIPModel/pytorch_model.bin',
  },
  'the cache of the hub': {
    files: ['refs/main', `snapshots/${REVISION}/onnx/model.onnx`, `snapshots/${OTHER}/model.safetensors`],
    place: `snapshots/${REVISION}/onnx/model.onnx`,
    others: [`snapshots/${OTHER}`],
  },
};

describe('a folder with its model in a folder of its own', () => {
  it.each(Object.entries(CASES))('of %s', async (_name, { files, place, others }) => {
    await write(files, REVISION);
    const { folder, name, ...rest } = await resolveCheckpoint(root);
    expect(path.relative(root, path.join(folder, name))).toBe(path.normalize(place));
    expect(rest).toEqual(others === undefined ? {} : { others });
  });

  it.each([
    ['files of which one is no usual export', ['onnx/model.onnx', 'onnx/bench.onnx.pt'], 'wrong-use'],
    ['an empty folder onnx', ['config.json', 'onnx/readme.md'], 'not-a-checkpoint'],
    ['a pipeline without known parts', ['model_index.json', 'vae/model.safetensors'], 'not-a-checkpoint'],
    [
      'a cache with several revisions and none that is main',
      [`snapshots/a/x.pt`, 'snapshots/b/x.pt', 'refs/pr'],
      'not-a-checkpoint',
    ],
    ['folders of any other name', ['run/model.safetensors'], 'not-a-checkpoint'],
  ])('does not guess about %s', async (_name, files, code) => {
    await write(files);
    expect((await problemOf(resolveCheckpoint(root))).code).toBe(code);
  });

  it('is not found through a link that leads out', async () => {
    await write(['elsewhere/model.onnx', 'here/config.json']);
    await symlink(path.join(root, 'elsewhere'), path.join(root, 'here/onnx'));
    expect((await problemOf(resolveCheckpoint(path.join(root, 'here')))).code).toBe('not-a-checkpoint');
  });

  it('does not follow a reference out of the cache', async () => {
    await write(['model.pt', 'cache/snapshots/a/x.pt', 'cache/snapshots/b/x.pt']);
    await write(['cache/refs/main'], '../..');
    expect((await problemOf(resolveCheckpoint(path.join(root, 'cache')))).code).toBe('not-a-checkpoint');
  });

  it('is opened with a word on what was taken and what else is there', async () => {
    const model = path.join(FIXTURES, 'checkpoints/onnx_timm_17/model.onnx');
    await mkdir(path.join(root, 'onnx'));
    for (const name of ['model.onnx', 'model_int8.onnx']) await cp(model, path.join(root, 'onnx', name));
    const opened = await withOpenCheckpoint({ path: root, partial: false, adapter: null }, { bytes: 0 }, (found) =>
      Promise.resolve(found),
    );
    expect(opened.index.format).toBe('onnx');
    expect(opened.checkpoint.files.map(({ name }) => name)).toEqual(['model.onnx']);
    expect(opened.index.warnings).toContainEqual({
      code: 'one-of-several-files',
      message:
        'The folder holds several models, and model.onnx is shown. Open one of the others by its own path: onnx/model_int8.onnx.',
    });
  });
});
