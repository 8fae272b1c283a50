import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../../src/core/formats/open-checkpoint.js';
import { memorySource, NO_FILES } from '../../support/memory-source.js';
import { bytesOf } from '../../support/pickle-writer.js';
import { problemOf } from '../../support/problem-of.js';
import { float32Entry, safetensorsOf } from '../../support/safetensors-writer.js';

function problem(content: string, name = 'model.pth') {
  return problemOf(openCheckpoint(memorySource(name, bytesOf(content)), NO_FILES));
}

describe('files that are no checkpoint', () => {
  it.each([
    ['nothing', '', 'empty', /file is empty/, /did not finish/],
    [
      'a Git LFS pointer',
      'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n',
      'not-a-checkpoint',
      /Git LFS pointer/,
      /git lfs pull/,
    ],
    ['a web page', '\n<!DOCTYPE html><html><head>', 'not-a-checkpoint', /web page/, /download the file itself/],
    ['a web page in lower case', '<html lang="en">', 'not-a-checkpoint', /web page/, /download/],
    ['an error in XML', "<?xml version='1.0'?><Error><Code>AccessDenied", 'not-a-checkpoint', /XML/, /download/],
    ['the start of HDF5', '\x89HDF\r\n\x1a\n\0\0', 'truncated', /only 10 bytes/, /get the file again/],
    ['the start of GGUF', 'GGUF\x03\0\0\0', 'truncated', /longer than the file/, /get the file again/],
    ['the start of a NumPy array', '\x93NUMPY\x01\0', 'truncated', /inside the header/, /get the file again/],
    ['GGML', 'lmgg\0\0\0\0', 'unsupported', /does not read GGML files from before GGUF/, /safetensors/],
    ['a part of a split archive', 'PK\x07\x08PK\x03\x04', 'unsupported', /was split/, /join the parts/],
    [
      'the start of an ONNX model',
      '\x08\x08\x12\x07pytorch\x3a\x90\x01',
      'truncated',
      /longer than/,
      /get the file again/,
    ],
    ['an ONNX model without a graph', '\x08\x08\x12\x07pytorch\x1a\x052.0.0', 'malformed', /no graph/, /damaged/],
    ['ONNX Runtime models', '\x18\0\0\0ORTM', 'unsupported', /does not read ONNX Runtime/, /safetensors/],
    ['the start of Flax msgpack', '\x81\xa3vit\x82', 'truncated', /longer than the file/, /get the file again/],
    ['TensorFlow Lite', '\x1c\0\0\0TFL3', 'unsupported', /does not read TensorFlow Lite/, /safetensors/],
    ['gzip', '\x1f\x8b\x08', 'unsupported', /does not read gzip/, /safetensors/],
    [
      'a pickle of another program',
      '\x80\x04\x95\x10\0\0\0\0\0\0\0}\x94.',
      'not-a-checkpoint',
      /pickle that torch\.save did not write/,
      /torch\.save or safetensors/,
    ],
    ['zeros', '\0'.repeat(600), 'not-a-checkpoint', /nothing but zeros/, /did not finish/],
    ['a text', 'epoch 1 loss 0.3\n', 'not-a-checkpoint', /is a text/, /weights/],
    [
      'noise',
      '\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7',
      'not-a-checkpoint',
      /of no format that QK Lens knows/,
      /safetensors/,
    ],
    ['one byte', '\x01', 'not-a-checkpoint', /of no format/, /safetensors/],
  ])('%s is called what it is', async (_name, content, code, words, advice) => {
    const found = await problem(content);
    expect(found.problem).toMatch(words);
    expect(found.code).toBe(code);
    expect(found.advice).toMatch(advice);
  });

  it('knows the tar archives of very old PyTorch', async () => {
    const tar = `sys_info${'\0'.repeat(249)}ustar`;
    expect((await problem(tar)).problem).toMatch(/tar archive/);
  });

  it('says of a file with the name of a half download that it is one', async () => {
    const broken = await problem('\0'.repeat(600), 'model.safetensors.incomplete');
    expect(broken.advice).toMatch(/has not finished/);
    const whole = safetensorsOf({ w: float32Entry([1], 0) }, new Uint8Array(4));
    const index = await openCheckpoint(memorySource('model.safetensors.part', whole), NO_FILES);
    expect(index.warnings).toMatchObject([{ code: 'half-download' }]);
  });

  it('says of a part of a DeepSpeed checkpoint that it is one, and what makes it whole', async () => {
    const whole = safetensorsOf({ w: float32Entry([1], 0) }, new Uint8Array(4));
    const source = memorySource('zero_pp_rank_0_mp_rank_00_model_states.pt', whole);
    const { warnings } = await openCheckpoint(source, NO_FILES);
    expect(warnings[0]?.message).toMatch(/one part of a DeepSpeed ZeRO checkpoint.*zero_to_fp32\.py/);
    const index = await openCheckpoint(memorySource('mp_rank_00_model_states.pt', whole), NO_FILES);
    expect(index.warnings).toEqual([]);
  });

  it('says of a single shard that it is one', async () => {
    const whole = safetensorsOf({ w: float32Entry([1], 0) }, new Uint8Array(4));
    const index = await openCheckpoint(memorySource('model-00001-of-00004.safetensors', whole), NO_FILES);
    expect(index.warnings).toMatchObject([{ code: 'one-shard' }]);
  });
});
