import { createHash } from 'node:crypto';
import { appendFile, lstat, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { quoteName } from '../../core/bytes/quote.js';
import { CheckpointError } from '../../core/errors.js';
import { asCheckpointError } from '../../host/files/system-error.js';
import { writeWhole } from '../../host/files/write-whole.js';
import type { Progress } from '../progress.js';

/** A picture of a folder, by its name relative to it with `/` between folders. */
export interface FolderPicture {
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** A picture that could not be used, and why. */
export interface SkippedPicture {
  readonly name: string;
  readonly problem: string;
}

/** What a run over a folder gives. */
export interface FolderResults<Result> {
  readonly results: readonly { readonly name: string; readonly result: Result }[];
  readonly skipped: readonly SkippedPicture[];
  /** Pictures that an earlier run had done. */
  readonly resumed: number;
}

/** How a folder is run. */
export interface FolderRun<Result> {
  readonly folder: string;
  /**
   * Where finished pictures are kept until all are done, a line each, so that a run that was stopped goes on where it was; null: nowhere.
   * A file beside the output.
   */
  readonly stateFile: string | null;
  /** All that results depend on beside the picture: another key starts from the beginning. */
  readonly key: unknown;
  /** Checks what an earlier run has kept. */
  readonly isResult: (value: unknown) => value is Result;
  readonly each: (picture: FolderPicture) => Promise<Result>;
  readonly progress: Pick<Progress, 'update'>;
  readonly signal: AbortSignal;
}

/** Pictures are looked for by these endings; what they are is told by their content. */
const ENDINGS = /\.(?:png|jpe?g|webp|gif|tiff?|avif)$/iu;

/** More pictures than any data set has in one folder. */
const MOST_PICTURES = 20_000_000;

/**
 * Runs over all pictures of a folder and the folders in it, in the order of their names. A picture that cannot be used is named and skipped.
 * @throws CheckpointError `empty` for a folder without pictures; whatever `each` throws that is not about its picture.
 */
export async function runFolder<Result>(run: FolderRun<Result>): Promise<FolderResults<Result>> {
  const { folder, stateFile, each, progress, signal } = run;
  const pictures = await picturesIn(folder);
  if (pictures.length === 0) {
    const advice = 'choose a folder that holds PNG, JPEG, WebP, GIF, TIFF or AVIF pictures';
    throw new CheckpointError('empty', quoteName(folder), 'no picture is in the folder', advice);
  }
  const known = await earlier(run);
  const results: { name: string; result: Result }[] = [];
  const skipped: SkippedPicture[] = [];
  let resumed = 0;
  for (const [index, picture] of pictures.entries()) {
    signal.throwIfAborted();
    progress.update(index, pictures.length, 'pictures done:');
    const kept = known.get(lineKey(picture));
    if (kept !== undefined) {
      results.push({ name: picture.name, result: kept });
      resumed++;
      continue;
    }
    try {
      const result = await each(picture);
      results.push({ name: picture.name, result });
      if (stateFile !== null) await appendFile(stateFile, `${JSON.stringify({ ...stateOf(picture), result })}\n`);
    } catch (error) {
      // A model that does not run, a full disk or an interrupt ends the whole run.
      if (!(error instanceof CheckpointError) || !OF_PICTURE.includes(error.code)) throw error;
      skipped.push({ name: picture.name, problem: `${error.problem}; ${error.advice}` });
    }
  }
  if (results.length === 0) {
    const [first] = skipped;
    const problem = `none of its ${pictures.length} pictures can be used; ${first?.name ?? ''}: ${first?.problem ?? ''}`;
    throw new CheckpointError('malformed', quoteName(folder), problem, 'choose another folder');
  }
  return { results, skipped, resumed };
}

/** Removes the state of a run whose output is written. */
export async function forgetState(stateFile: string | null): Promise<void> {
  if (stateFile !== null) await rm(stateFile, { force: true });
}

/** Problems that a picture or its mask has, as far as others may not have them. */
const OF_PICTURE: readonly string[] = [
  'empty',
  'truncated',
  'malformed',
  'unsupported',
  'missing-file',
  'limit',
  'unreadable',
  // A size that does not divide into patches, where sizes differ from picture to picture.
  'wrong-use',
];

async function picturesIn(folder: string): Promise<FolderPicture[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw asCheckpointError(error, quoteName(path.basename(folder)));
  });
  const files = entries
    .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && ENDINGS.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));
  if (files.length > MOST_PICTURES) {
    const problem = `it holds ${files.length} pictures, more than ${MOST_PICTURES}`;
    throw new CheckpointError('limit', quoteName(folder), problem, 'take its folders one by one');
  }
  const pictures: FolderPicture[] = [];
  for (const file of files) {
    const facts = await lstat(file).catch(() => null);
    pictures.push({
      name: path.relative(folder, file).split(path.sep).join('/'),
      path: file,
      sizeBytes: facts?.size ?? 0,
      modifiedMs: facts?.mtimeMs ?? 0,
    });
  }
  return pictures.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const stateOf = ({ name, sizeBytes, modifiedMs }: FolderPicture) => ({ name, sizeBytes, modifiedMs });
const lineKey = (picture: FolderPicture): string => JSON.stringify(stateOf(picture));

/** What an earlier run with the same key has finished. The file is written anew, since its last line may have been cut off. */
async function earlier<Result>({ stateFile, key, isResult }: FolderRun<Result>): Promise<ReadonlyMap<string, Result>> {
  const known = new Map<string, Result>();
  if (stateFile === null) return known;
  const first = JSON.stringify({ run: createHash('sha256').update(JSON.stringify(key)).digest('hex') });
  const [head, ...lines] = (await readFile(stateFile, 'utf8').catch(() => '')).split('\n');
  const kept = [first];
  for (const line of head === first ? lines : []) {
    const state = parsed(line);
    if (state === null || !isResult(state.result)) continue;
    known.set(lineKey({ ...state, path: '' }), state.result);
    kept.push(line);
  }
  await writeWhole(stateFile, `${kept.join('\n')}\n`);
  return known;
}

function parsed(line: string): { name: string; sizeBytes: number; modifiedMs: number; result: unknown } | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return null;
    if (!('name' in value && 'sizeBytes' in value && 'modifiedMs' in value && 'result' in value)) return null;
    const { name, sizeBytes, modifiedMs, result } = value;
    if (typeof name !== 'string' || typeof sizeBytes !== 'number' || typeof modifiedMs !== 'number') return null;
    return { name, sizeBytes, modifiedMs, result };
  } catch {
    return null;
  }
}
