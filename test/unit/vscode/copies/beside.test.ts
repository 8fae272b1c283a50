import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  basesBeside,
  configurationsAbove,
  configurationsBeside,
  namedIn,
  tableOf,
} from '../../../../src/vscode/copies/beside.js';

const CHECKPOINTS = 'test/fixtures/checkpoints';

/** Files that belong to a checkpoint of the fixtures by what its table names. */
function named(folder: string, name: string): string[] {
  const beside = readdirSync(`${CHECKPOINTS}/${folder}`);
  const table = tableOf(name, beside);
  if (table === null) return [];
  const others = beside.filter((other) => other !== name && other !== table);
  return namedIn(readFileSync(`${CHECKPOINTS}/${folder}/${table}`), others).sort();
}

describe('what belongs to a checkpoint', () => {
  it('is what its index, its graph or its metadata names', () => {
    const shards = [1, 2, 3, 4].map((shard) => `model-0000${String(shard)}-of-00004.safetensors`);
    expect(named('hf_vit_sharded', 'model.safetensors.index.json')).toEqual(shards);
    expect(named('onnx_external', 'model.onnx')).toEqual(['model.onnx.data']);
    expect(named('torch_distributed', '__0_0.distcp')).toEqual(['__1_0.distcp']);
  });

  it('is nothing more for a file that holds its own weights', () => {
    expect(named('hf_vit', 'model.safetensors')).toEqual([]);
    expect(named('hf_vit_sharded', 'model-00001-of-00004.safetensors')).toEqual([]);
    expect(tableOf('__0_0.distcp', ['__0_0.distcp'])).toBeNull();
  });

  it('is its configuration, for ONNX also from the folder above', () => {
    const beside = ['config.json', 'model.safetensors', 'preprocessor_config.json', 'readme.md', 'trainer_config.json'];
    expect(configurationsBeside('model.safetensors', beside)).toEqual(['config.json', 'preprocessor_config.json']);
    expect(configurationsAbove('onnx', 'model.onnx', beside)).toEqual(['config.json', 'preprocessor_config.json']);
    expect(configurationsAbove('exports', 'model.onnx', beside)).toEqual([]);
    expect(configurationsAbove('onnx', 'model.safetensors', beside)).toEqual([]);
  });

  it('is the base of an adapter', () => {
    const beside = ['adapter_config.json', 'adapter_model.safetensors', 'model.safetensors', 'optimizer.pt'];
    expect(basesBeside('adapter_model.safetensors', beside)).toEqual(['model.safetensors']);
    expect(basesBeside('model.safetensors', beside)).toEqual([]);
  });
});
