import * as l10n from '@vscode/l10n';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { CheckpointError } from '../../core/errors.js';
import type { SourceText } from '../../core/source/contract.js';
import { notebookCells } from '../../core/source/notebook.js';
import { asCheckpointError } from '../files/system-error.js';

/** Larger files are data in the form of code. */
const MAX_FILE_BYTES = 8 * 2 ** 20;

/** A folder with more files of code is no project but a collection of them. */
const MAX_FILES = 10_000;

/** Folders that hold what a project uses, not what it is. */
const SKIPPED = new Set([
  'node_modules',
  '__pycache__',
  'site-packages',
  'dist-packages',
  'venv',
  'env',
  'build',
  'dist',
]);

const PYTHON = /\.py$/iu;
const NOTEBOOK = /\.ipynb$/iu;

/** Only a file with one of these words can define a model. */
const MODEL_WORDS = /\b(?:Module|Model|Layer|nn|keras|flax)\b/u;

/** A path with `/` between folders, as sources are called. */
export function sourcePath(file: string): string {
  return file.split(path.sep).join('/');
}

/**
 * Python source under a path: a file, a notebook with its cells, or all of them in a folder.
 * @throws CheckpointError `missing-file`, `unreadable`, `malformed` for a notebook that is none, `limit`, `wrong-use` where there is no Python.
 */
export async function readSources(given: string): Promise<SourceText[]> {
  const whole = path.resolve(given);
  const name = path.basename(whole);
  try {
    const { isDirectory, size } = await state(whole);
    if (isDirectory) return await readFolder(whole);
    if (!PYTHON.test(whole) && !NOTEBOOK.test(whole)) {
      throw new CheckpointError(
        'wrong-use',
        name,
        l10n.t('it is no Python source'),
        l10n.t('give a .py or .ipynb file, or a folder of them'),
      );
    }
    if (size > MAX_FILE_BYTES) {
      throw new CheckpointError(
        'limit',
        name,
        l10n.t('the file has {0} bytes, more than code has', size),
        l10n.t('give the file that defines the model'),
      );
    }
    return await readOne(whole);
  } catch (error) {
    throw asCheckpointError(error, name);
  }
}

/** Text of a file that an import leads to; null where there is none, or it is too large for code. */
export async function readImported(file: string): Promise<string | null> {
  try {
    const { isDirectory, size } = await state(file);
    return isDirectory || size > MAX_FILE_BYTES ? null : await readFile(file, 'utf8');
  } catch {
    return null;
  }
}

async function state(file: string): Promise<{ isDirectory: boolean; size: number }> {
  const found = await stat(file);
  return { isDirectory: found.isDirectory(), size: found.size };
}

async function readOne(file: string): Promise<SourceText[]> {
  const text = await readFile(file, 'utf8');
  if (!NOTEBOOK.test(file)) return [{ file: sourcePath(file), cell: null, text }];
  const cells = notebookCells(sourcePath(file), text);
  if (cells === null) {
    throw new CheckpointError(
      'malformed',
      path.basename(file),
      l10n.t('it is no Jupyter notebook'),
      l10n.t('save it again, or give a .py file'),
    );
  }
  return cells;
}

async function readFolder(folder: string): Promise<SourceText[]> {
  const files = await pythonFiles(folder);
  if (files.length === 0) {
    throw new CheckpointError(
      'wrong-use',
      path.basename(folder),
      l10n.t('the folder holds no Python source'),
      l10n.t('give a folder with .py or .ipynb files'),
    );
  }
  const texts: SourceText[] = [];
  for (const file of files) {
    const { size } = await state(file);
    if (size > MAX_FILE_BYTES) continue;
    // A notebook that cannot be read must not hide the files beside it.
    const own = await readOne(file).catch(() => []);
    if (own.some(({ text }) => MODEL_WORDS.test(text))) texts.push(...own);
  }
  return texts;
}

async function pythonFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  const open = [folder];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const entry of await readdir(next, { withFileTypes: true })) {
      const whole = path.join(next, entry.name);
      if (entry.isDirectory() && !entry.name.startsWith('.') && !SKIPPED.has(entry.name)) open.push(whole);
      else if (entry.isFile() && (PYTHON.test(entry.name) || NOTEBOOK.test(entry.name))) files.push(whole);
      if (files.length > MAX_FILES) {
        throw new CheckpointError(
          'limit',
          path.basename(folder),
          l10n.t('the folder holds more than {0} files of Python', MAX_FILES),
          l10n.t('give the folder of the model'),
        );
      }
    }
  }
  return files.sort();
}
