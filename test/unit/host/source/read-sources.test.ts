import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readImported, readSources, sourcePath } from '../../../../src/host/source/read-sources.js';

describe('sources on disk', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sources-'));
    await mkdir(join(folder, 'inner'));
    await mkdir(join(folder, 'node_modules'));
    await mkdir(join(folder, 'empty'));
    await writeFile(join(folder, 'a.py'), 'class A(nn.Module): pass\n');
    await writeFile(join(folder, 'inner/b.py'), 'x = 1\n');
    await writeFile(
      join(folder, 'inner/n.ipynb'),
      JSON.stringify({ cells: [{ cell_type: 'code', source: ['import torch.nn as nn\n'] }] }),
    );
    await writeFile(join(folder, 'node_modules/c.py'), 'class C(nn.Module): pass\n');
    await writeFile(join(folder, 'broken.ipynb'), '{');
    await writeFile(join(folder, 'notes.txt'), '');
  });

  afterAll(() => rm(folder, { recursive: true }));

  test('of a folder, the files that can define a model; notebooks by their cells', async () => {
    const texts = await readSources(folder);
    expect(texts.map(({ file, cell }) => [file, cell])).toEqual([
      [sourcePath(join(folder, 'a.py')), null],
      [sourcePath(join(folder, 'inner/n.ipynb')), 0],
    ]);
  });

  test('a file is read whatever it holds', async () => {
    expect(await readSources(join(folder, 'inner/b.py'))).toMatchObject([{ cell: null, text: 'x = 1\n' }]);
  });

  test.each([
    ['broken.ipynb', 'malformed'],
    ['notes.txt', 'wrong-use'],
    ['empty', 'wrong-use'],
    ['absent.py', 'missing-file'],
  ])('%s is refused as %s', async (name, code) => {
    await expect(readSources(join(folder, name))).rejects.toMatchObject({ code });
  });

  test('an import that leads nowhere, or to a folder, has no text', async () => {
    expect(await readImported(join(folder, 'absent.py'))).toBeNull();
    expect(await readImported(join(folder, 'inner'))).toBeNull();
    expect(await readImported(join(folder, 'a.py'))).toContain('class A');
  });
});
