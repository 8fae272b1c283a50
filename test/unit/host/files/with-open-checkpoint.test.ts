import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AdapterChoice, CheckpointFiles } from '../../../../src/protocol/worker.js';
import type { TensorIndex } from '../../../../src/core/tensors/tensor-index.js';
import { openInspectedFiles } from '../../../../src/host/files/inspected-files.js';
import { withOpenCheckpoint } from '../../../../src/host/files/with-open-checkpoint.js';
import { FIXTURES } from '../../support/fixtures.js';
import { problemOf } from '../../support/problem-of.js';

const BASE = path.join(FIXTURES, 'checkpoints/hf_vit/model.safetensors');
const ADAPTER = path.join(FIXTURES, 'adapters/vit_query_value');

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'adapter-'));
  await cp(ADAPTER, folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Opened {
  readonly index: TensorIndex;
  readonly checkpoint: CheckpointFiles;
}

const open = (file: string, adapter: AdapterChoice | null = null): Promise<Opened> =>
  withOpenCheckpoint({ path: file, partial: false, adapter }, { bytes: 0 }, ({ index, checkpoint }) =>
    Promise.resolve({ index, checkpoint }),
  );

const weights = (): string => path.join(folder, 'adapter_model.safetensors');
const codes = ({ index }: Opened): string[] => index.warnings.map(({ code }) => code);

describe('an adapter among files', () => {
  it('is laid over the base that a person names, each file in its own folder', async () => {
    const { index, checkpoint } = await open(BASE, { path: folder, alpha: null });
    expect(index.adapter).toMatchObject({ applied: true, matrices: 4 });
    expect(checkpoint.folder).toBe(path.dirname(BASE));
    expect(checkpoint.files).toMatchObject([
      { name: 'model.safetensors' },
      { name: 'adapter_model.safetensors', folder },
    ]);
    expect(checkpoint.files[0]).not.toHaveProperty('folder');
  });

  it('is found over a base in its own folder, and told beside one that is opened without it', async () => {
    await cp(BASE, path.join(folder, 'model.safetensors'));
    const merged = await open(weights());
    expect(merged.index.adapter).toMatchObject({ applied: true });
    expect(merged.checkpoint.files.map(({ name }) => name)).toEqual(['model.safetensors', 'adapter_model.safetensors']);
    const base = await open(folder);
    expect(base.index.adapter).toBeUndefined();
    expect(codes(base)).toEqual(['adapter-beside']);
  });

  it('is told alone beside weights that it does not fit', async () => {
    await cp(path.join(FIXTURES, 'checkpoints/timm_vit_pth/vit.pth'), path.join(folder, 'non_lora_trainables.bin'));
    const { index, checkpoint } = await open(weights());
    expect(index.adapter).toMatchObject({ applied: false });
    expect(checkpoint.files.map(({ name }) => name)).toEqual(['adapter_model.safetensors']);
  });

  it('never follows the path of the base in its configuration', async () => {
    const config = path.join(folder, 'adapter_config.json');
    const text = await readFile(config, 'utf8');
    await writeFile(config, text.replace('example/vit-tiny', path.dirname(BASE).replaceAll('\\', '/')));
    const { index, checkpoint } = await open(folder);
    expect(index.adapter).toMatchObject({ applied: false, base: path.dirname(BASE) });
    expect(checkpoint.files.map(({ name }) => name)).toEqual(['adapter_model.safetensors']);
  });

  it('is refused when it changed after it was opened, as its base is', async () => {
    const { checkpoint } = await open(BASE, { path: folder, alpha: null });
    const bytes = await readFile(weights());
    await writeFile(weights(), new Uint8Array([...bytes, 0]));
    const files = openInspectedFiles(checkpoint, { bytes: 0 });
    expect((await files.sourceOf(0)).name).toBe('model.safetensors');
    expect((await problemOf(files.sourceOf(1))).code).toBe('changed');
    await files.close();
  });

  it('goes without a configuration that cannot be read, and says so', async () => {
    await writeFile(path.join(folder, 'adapter_config.json'), '{');
    const opened = await open(BASE, { path: folder, alpha: 8 });
    expect(codes(opened)).toContain('json-left-out');
    expect(opened.index.adapter?.scale).toEqual([2, 2]);
  });
});
