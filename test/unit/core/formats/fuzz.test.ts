import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'vitest';
import { FIXTURES, fixtureBytes } from '../../support/fixtures.js';
import { FUZZ_FILES, fuzzFiles, type FuzzSeed } from '../../support/fuzz-files.js';
import { HEADER_MUTATIONS, PICKLE_MUTATIONS } from '../../support/mutate.js';

const LIMIT_MS = FUZZ_FILES * 20;

function safetensorsSeed(path: string): FuzzSeed {
  const bytes = fixtureBytes(path);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  return { name: path, bytes, region: { start: 0, end: Math.min(bytes.length, 8 + length) } };
}

/** The pickle at the start of the file, or the zip directory at its end. */
function torchSeeds(path: string): FuzzSeed[] {
  const bytes = fixtureBytes(path);
  const directory = Buffer.from(bytes).indexOf('PK\x01\x02', undefined, 'latin1');
  const pickle = { name: path, bytes, region: { start: 0, end: Math.min(bytes.length, 3_000) } };
  return directory < 0 ? [pickle] : [pickle, { name: path, bytes, region: { start: directory, end: bytes.length } }];
}

function files(folder: string, pattern: RegExp): string[] {
  const names = readdirSync(join(FIXTURES, folder)).filter((name) => pattern.test(name));
  return names.map((name) => join(folder, name)).filter((path) => readFileSync(join(FIXTURES, path)).length < 30_000);
}

const SAFETENSORS = [
  ...files('hostile', /^st_(zero|nan|overlap|hole|truncated|duplicate).*\.safetensors$/u),
  'checkpoints/precisions/float8_e4m3fn/model.safetensors',
  'checkpoints/precisions/float16/model.safetensors',
  'checkpoints/hf_vit/model.safetensors',
  'checkpoints/hf_vit_sharded/model-00002-of-00004.safetensors',
  'checkpoints/text_llama/model.safetensors',
].map(safetensorsSeed);

const TORCH = [
  ...files('hostile', /^(pk|zip).*\.pt$/u),
  ...files('torch-files', /\.pt$/u),
  'checkpoints/no_attention_unrelated/things.pt',
  'checkpoints/lightning/epoch=4-step=1200.ckpt',
  'checkpoints/whole_module/model.pt',
  'checkpoints/torch_legacy/vit_legacy.pth',
].flatMap(torchSeeds);

it(
  'open or fail with a named cause: safetensors files',
  async () => {
    await fuzzFiles(SAFETENSORS, { mutations: HEADER_MUTATIONS, maxElements: Infinity });
  },
  LIMIT_MS,
);

it(
  'open or fail with a named cause: PyTorch files',
  async () => {
    await fuzzFiles(TORCH, { mutations: PICKLE_MUTATIONS, maxElements: Infinity });
  },
  LIMIT_MS,
);
