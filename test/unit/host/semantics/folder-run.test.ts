import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FolderPicture, forgetState, runFolder } from '../../../../src/host/semantics/folder-run.js';
import { CheckpointError } from '../../../../src/core/errors.js';

let folder = '';
let stateFile = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'folder-run-'));
  stateFile = path.join(folder, 'out.json.partial.jsonl');
  await mkdir(path.join(folder, 'b'));
  for (const name of ['c.jpg', 'a.png', 'b/d.webp', 'notes.txt']) await writeFile(path.join(folder, name), name);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Gives the file that a result depends on beside its picture. */
let beside: ((name: string) => string) | null = null;

const NAMES = ['a.png', 'b/d.webp', 'c.jpg'];

/** Runs the folder; a result is the length of the name. Gives the names that were really worked on. */
async function run(
  key: unknown,
  fails: (picture: FolderPicture) => void = () => undefined,
  signal = new AbortController().signal,
) {
  const worked: string[] = [];
  const progress: string[] = [];
  const outcome = await runFolder<number>({
    folder,
    stateFile,
    key,
    isResult: (value) => typeof value === 'number',
    each: (picture) => {
      fails(picture);
      worked.push(picture.name);
      return Promise.resolve(picture.name.length);
    },
    beside,
    progress: (done, total) => progress.push(`${done} of ${total}`),
    signal,
  }).catch((error: unknown) => error);
  return { worked, progress, outcome };
}

describe('runFolder', () => {
  it('takes all pictures in the order of their names, in folders too', async () => {
    const { worked, progress, outcome } = await run(1);
    expect(worked).toEqual(NAMES);
    expect(progress).toEqual(['0 of 3', '1 of 3', '2 of 3']);
    expect(outcome).toEqual({
      results: NAMES.map((name) => ({ name, result: name.length })),
      skipped: [],
      resumed: 0,
    });
    await forgetState(stateFile);
    await expect(readFile(stateFile)).rejects.toThrow();
  });

  it('goes on where a run was stopped, even in the middle of a line', async () => {
    const stops = (picture: FolderPicture): void => {
      if (picture.name === 'c.jpg') throw new Error('killed');
    };
    expect((await run('key', stops)).outcome).toEqual(new Error('killed'));
    await appendFile(stateFile, '{"name":"c.jpg","sizeBy');
    const { worked, outcome } = await run('key');
    expect(worked).toEqual(['c.jpg']);
    expect(outcome).toMatchObject({ resumed: 2, results: NAMES.map((name) => ({ name, result: name.length })) });
  });

  it('starts again with other options, and with a picture that changed', async () => {
    await run('key');
    expect((await run('other key')).worked).toEqual(NAMES);
    await utimes(path.join(folder, 'c.jpg'), 1, 1);
    expect((await run('other key')).worked).toEqual(['c.jpg']);
    await writeFile(stateFile, (await readFile(stateFile, 'utf8')).replaceAll('"result":', '"result":"x",'));
    expect((await run('other key')).worked).toEqual(NAMES);
  });

  it('does pictures again whose mask is another one', async () => {
    await mkdir(path.join(folder, 'masks'));
    await writeFile(path.join(folder, 'masks/a.txt'), '');
    beside = (name) => path.join(folder, 'masks', `${path.parse(name).name}.txt`);
    await run('key');
    await writeFile(path.join(folder, 'masks/a.txt'), 'drawn anew');
    await writeFile(path.join(folder, 'masks/d.txt'), 'drawn');
    expect((await run('key')).worked).toEqual(['a.png', 'b/d.webp']);
    beside = null;
  });

  it('says which file cannot be written, and leaves no part of it', async () => {
    stateFile = path.join(folder, 'no such folder', 'out.partial.jsonl');
    expect(String((await run(1)).outcome)).toContain(`${stateFile}: there is no such folder; make the folder first`);
    stateFile = path.join(folder, 'b');
    expect(String((await run(1)).outcome)).toContain(`${stateFile}: it is a folder, not a file`);
    expect((await readdir(folder)).sort()).toEqual(['a.png', 'b', 'c.jpg', 'notes.txt']);
  });

  it('names and skips a picture that cannot be used, and tries it again next time', async () => {
    const breaks = (picture: FolderPicture): void => {
      if (picture.name === 'a.png') throw new CheckpointError('malformed', 'a.png', 'it is broken', 'get it again');
    };
    const { worked, outcome } = await run(1, breaks);
    expect(worked).toEqual(NAMES.slice(1));
    expect(outcome).toMatchObject({ skipped: [{ name: 'a.png', problem: 'it is broken; get it again' }] });
    expect((await run(1)).worked).toEqual(['a.png']);
  });

  it('ends when none can be used, when the model does not run, and when it is told to', async () => {
    const fails = (code: 'malformed' | 'missing-file' | 'worker-stopped') => () => {
      throw new CheckpointError(code, 'x', 'broken', 'wait');
    };
    expect(String((await run(1, fails('malformed'))).outcome)).toContain('none of its 3');
    expect((await run(1, fails('worker-stopped'))).outcome).toMatchObject({ code: 'worker-stopped' });
    // The model is gone: no fault of the pictures.
    expect((await run(1, fails('missing-file'))).outcome).toMatchObject({ code: 'missing-file', file: 'x' });
    const { worked, outcome } = await run(1, undefined, AbortSignal.abort());
    expect(worked).toEqual([]);
    expect(outcome).toMatchObject({ name: 'AbortError' });
  });

  it('says that a folder has no pictures, or is none', async () => {
    for (const name of NAMES) await rm(path.join(folder, name));
    expect((await run(1)).outcome).toMatchObject({ code: 'empty' });
    folder = path.join(folder, 'notes.txt');
    expect((await run(1)).outcome).toMatchObject({ code: 'missing-file' });
    folder = path.dirname(folder);
  });
});
