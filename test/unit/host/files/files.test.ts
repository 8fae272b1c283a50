import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCheckpointFolder, type OpenFolder } from '../../../../src/host/files/checkpoint-folder.js';
import { openFileSource, type FileSource } from '../../../../src/host/files/file-source.js';
import { readJsonBeside } from '../../../../src/host/files/json-beside.js';
import { resolveCheckpoint } from '../../../../src/host/files/resolve-checkpoint.js';
import { problemOf } from '../../support/problem-of.js';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'qk-lens-files-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(name: string, content: string | Uint8Array = 'x'): string {
  const path = join(root, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

async function withSource(path: string, use: (source: FileSource) => Promise<void>): Promise<void> {
  const source = await openFileSource(path, 'f', { bytes: 0 });
  try {
    await use(source);
  } finally {
    await source.close().catch(() => null);
  }
}

describe('openFileSource', () => {
  it('reads ranges and counts the bytes really read', async () => {
    const counter = { bytes: 0 };
    const source = await openFileSource(write('a', 'hello world'), 'a', counter);
    expect(source.size).toBe(11);
    expect(new TextDecoder().decode(await source.read(6, 5))).toBe('world');
    expect(await source.read(11, 0)).toHaveLength(0);
    expect(counter.bytes).toBe(5);
    await source.close();
  });

  it.each([
    [8, 4, 'truncated'],
    [-1, 2, 'malformed'],
    [0.5, 2, 'malformed'],
    [0, -2, 'malformed'],
    [0, 2 ** 53, 'malformed'],
    [2 ** 52, 1, 'truncated'],
  ])('refuses %d + %d of 11 bytes before anything is allocated', async (offset, length, code) => {
    await withSource(write('a', 'hello world'), async (source) => {
      expect((await problemOf(source.read(offset, length))).code).toBe(code);
    });
  });

  it('does not read terabytes at once, though a sparse file has them', async () => {
    const path = write('sparse');
    truncateSync(path, 2 ** 40);
    await withSource(path, async (source) => {
      expect((await problemOf(source.read(0, 2 ** 39))).code).toBe('limit');
    });
  });

  it.each([
    ['grows', (path: string) => appendFileSync(path, 'more')],
    ['shrinks', (path: string) => truncateSync(path, 4)],
    ['shrinks to before the range', (path: string) => truncateSync(path, 7)],
    ['is written to', (path: string) => utimesSync(path, 1, 1)],
  ])('sees that the file %s', async (_name, change) => {
    const path = write('a', 'hello world');
    const source = await openFileSource(path, 'a', { bytes: 0 });
    change(path);
    expect((await problemOf(source.read(6, 5))).code).toBe('changed');
    expect((await problemOf(source.close())).code).toBe('changed');
  });

  it.each([
    ['nothing', () => join(root, 'none'), 'missing-file'],
    ['a folder', () => root, 'unreadable'],
    ['a file in a file', () => join(write('a'), 'b'), 'missing-file'],
  ])('says what is wrong with %s', async (_name, path, code) => {
    expect((await problemOf(openFileSource(path(), 'f', { bytes: 0 }))).code).toBe(code);
  });

  it.skipIf(process.platform === 'win32')('does not wait for a pipe', async () => {
    const pipe = join(root, 'pipe');
    execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', pipe]);
    const problem = await problemOf(openFileSource(pipe, 'f', { bytes: 0 }));
    expect(problem.problem).toMatch(/device or pipe/);
  });
});

describe('openCheckpointFolder', () => {
  async function inFolder(use: (folder: OpenFolder) => Promise<void>, path = root, name = 'model.safetensors') {
    const folder = openCheckpointFolder({ folder: path, name }, { bytes: 0 });
    try {
      await use(folder);
    } finally {
      await folder.close();
    }
  }

  it('opens files of the folder and below it, each once', async () => {
    write('shard');
    write('sub/shard');
    await inFolder(async (folder) => {
      expect((await folder.open('sub/shard')).name).toBe('sub/shard');
      expect(await folder.open('shard')).toBe(await folder.open('shard'));
    });
  });

  it.each(['../x', 'a/../../x', '/etc/passwd', 'a\\b', 'C:x', 'c:/x', 'a\0b', '', '.', './x', 'a//b', '..'])(
    'refuses the name %j',
    async (name) => {
      await inFolder(async (folder) => {
        expect((await problemOf(folder.open(name))).code).toBe('outside-folder');
      });
    },
  );

  it('refuses symbolic links that leave the folder, and takes those that stay', async () => {
    write('inside/real');
    write('outside/secret');
    symlinkSync(join(root, 'outside/secret'), join(root, 'inside/leak'));
    symlinkSync(join(root, 'outside'), join(root, 'inside/folder'));
    symlinkSync('real', join(root, 'inside/alias'));
    await inFolder(
      async (folder) => {
        expect((await problemOf(folder.open('leak'))).code).toBe('outside-folder');
        expect((await problemOf(folder.open('folder/secret'))).code).toBe('outside-folder');
        expect((await folder.open('alias')).size).toBe(1);
      },
      join(root, 'inside'),
    );
  });

  it('takes the chosen file wherever it links to', async () => {
    write('elsewhere/epoch=3.ckpt');
    mkdirSync(join(root, 'run'));
    symlinkSync(join(root, 'elsewhere/epoch=3.ckpt'), join(root, 'run/last.ckpt'));
    await inFolder(
      async (folder) => {
        expect((await folder.open('last.ckpt')).size).toBe(1);
      },
      join(root, 'run'),
      'last.ckpt',
    );
  });

  it('knows the links of the Hugging Face cache, and no others like them', async () => {
    const hash = 'a'.repeat(64);
    write(`hub/models--org--name/blobs/${hash}`);
    write(`hub/models--org--other/blobs/${hash}`);
    write('hub/models--org--name/secret');
    const snapshot = join(root, 'hub/models--org--name/snapshots/main');
    mkdirSync(snapshot, { recursive: true });
    symlinkSync(`../../blobs/${hash}`, join(snapshot, 'shard'));
    symlinkSync(`../../../models--org--other/blobs/${hash}`, join(snapshot, 'other'));
    symlinkSync('../../secret', join(snapshot, 'secret'));
    await inFolder(async (folder) => {
      expect((await folder.open('shard')).size).toBe(1);
      expect((await problemOf(folder.open('other'))).code).toBe('outside-folder');
      expect((await problemOf(folder.open('secret'))).code).toBe('outside-folder');
    }, snapshot);
  });

  it('says which file is missing', async () => {
    await inFolder(async (folder) => {
      expect(await problemOf(folder.open('none'))).toMatchObject({ code: 'missing-file', file: 'none' });
    });
  });

  it('closes all files, and says that one of them changed', async () => {
    const folder = openCheckpointFolder({ folder: root, name: 'a' }, { bytes: 0 });
    const path = write('a', 'hello');
    const source = await folder.open('a');
    appendFileSync(path, ' world');
    expect((await problemOf(folder.close())).code).toBe('changed');
    await expect(source.read(0, 1)).rejects.toThrow();
  });
});

describe('resolveCheckpoint', () => {
  it('takes a file as it is', async () => {
    expect(await resolveCheckpoint(write('a.pt'))).toEqual({ folder: root, name: 'a.pt' });
  });

  it.each([
    ['a model beside its configuration', ['config.json', 'model.safetensors'], 'model.safetensors'],
    [
      'an index and its shards',
      ['model.safetensors.index.json', 'model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'],
      'model.safetensors.index.json',
    ],
    ['one model in two formats', ['pytorch_model.bin', 'model.safetensors'], 'model.safetensors'],
    [
      'a training folder',
      ['optimizer.pt', 'scheduler.pt', 'rng_state_0.pth', 'training_args.bin', 'pytorch_model.bin'],
      'pytorch_model.bin',
    ],
    ['a single file of any name', ['readme.md', 'epoch=4-step=12.ckpt'], 'epoch=4-step=12.ckpt'],
    ['a model beside arrays of results', ['results.npz', 'vit.pth'], 'vit.pth'],
    ['arrays where there is nothing else', ['ViT-B_16.npz', 'readme.md'], 'ViT-B_16.npz'],
    ['the weights of TensorFlow and Flax', ['tf_model.h5', 'flax_model.msgpack'], 'tf_model.h5'],
    ['a distributed checkpoint', ['.metadata', '__0_0.distcp', '__1_0.distcp'], '.metadata'],
    ['an index of any name', ['x.bin.index.json', 'x-00001-of-00001.bin'], 'x.bin.index.json'],
  ])('finds %s', async (_name, files, expected) => {
    for (const file of files) write(file);
    expect(await resolveCheckpoint(root)).toEqual({ folder: root, name: expected });
  });

  it.each([
    ['an empty folder', [], 'not-a-checkpoint', /holds no weights: it is empty/],
    ['a folder without weights', ['a.txt', 'b.py'], 'not-a-checkpoint', /holds no weights: it holds a\.txt, b\.py/],
    [
      'a folder with many files',
      Array.from({ length: 12 }, (_, i) => `${String(i)}.txt`),
      'not-a-checkpoint',
      /and 4 more/,
    ],
    ['several checkpoints', ['a.pt', 'b.pth'], 'wrong-use', /several checkpoints: a\.pt, b\.pth/],
    ['shards without their index', ['model-00001-of-00002.safetensors'], 'missing-file', /holds shards .* no index/],
  ])('says what is wrong with %s', async (_name, files, code, words) => {
    for (const file of files) write(file);
    const problem = await problemOf(resolveCheckpoint(root));
    expect(problem.code).toBe(code);
    expect(problem.problem).toMatch(words);
  });

  it('says that there is nothing at a path', async () => {
    expect((await problemOf(resolveCheckpoint(join(root, 'none.pt')))).code).toBe('missing-file');
  });

  it('takes links to files for files, and broken links for nothing', async () => {
    symlinkSync(write('sub/a.pt'), join(root, 'b.pt'));
    symlinkSync(join(root, 'gone.pt'), join(root, 'c.pt'));
    expect((await resolveCheckpoint(root)).name).toBe('b.pt');
  });
});

describe('readJsonBeside', () => {
  async function readConfig(content: string | Uint8Array | null) {
    if (content !== null) write('config.json', content);
    const folder = openCheckpointFolder({ folder: root, name: 'model.pt' }, { bytes: 0 });
    const result = await readJsonBeside(folder, 'config.json');
    await folder.close();
    return result;
  }

  it('gives the value', async () => {
    expect(await readConfig('{"num_heads": 6}')).toEqual({ value: { num_heads: 6 }, warning: null });
  });

  it('gives nothing where there is none', async () => {
    expect(await readConfig(null)).toEqual({ value: null, warning: null });
  });

  it.each([
    ['no JSON', '{"a":', /is not JSON/],
    ['no text', Uint8Array.of(0xff, 0xfe), /is not JSON/],
    ['too large', ' '.repeat(9 * 2 ** 20), /more than any configuration needs/],
  ])('warns where it is %s', async (_name, content, words) => {
    const { value, warning } = await readConfig(content);
    expect(value).toBeNull();
    expect(warning?.message).toMatch(words);
  });

  it('warns where it is a link out of the folder', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'qk-lens-outside-'));
    writeFileSync(join(outside, 'secret.json'), '{}');
    symlinkSync(join(outside, 'secret.json'), join(root, 'config.json'));
    const { value, warning } = await readConfig(null);
    rmSync(outside, { recursive: true });
    expect(value).toBeNull();
    expect(warning?.message).toMatch(/outside the folder/);
  });
});
