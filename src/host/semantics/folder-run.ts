import * as l10n from '@vscode/l10n';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, lstat, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { quoteName } from '../../core/bytes/quote.js';
import { CheckpointError, type Warning } from '../../core/errors.js';
import { asCheckpointError, asWriteError } from '../files/system-error.js';
import { writeWhole } from '../files/write-whole.js';

/** A picture of a folder, by its name relative to it with `/` between folders. */
export interface FolderPicture {
  readonly name: string;
  readonly path: string;
  /** Sizes and times of the last change of the picture and of the file beside it; a result is of these. */
  readonly state: readonly number[];
}

/** A picture that could not be used, and why. */
export interface SkippedPicture {
  readonly name: string;
  readonly problem: string;
}

/** What a run over a folder gives. */
export interface FolderOutcome<Result> {
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
  /** The file that a result depends on beside its picture, such as its mask; null: there is none. */
  readonly beside: ((name: string) => string) | null;
  /** Checks what an earlier run has kept. */
  readonly isResult: (value: unknown) => value is Result;
  readonly each: (picture: FolderPicture) => Promise<Result>;
  /** Told before each picture. */
  readonly progress: (done: number, total: number) => void;
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
export async function runFolder<Result>(run: FolderRun<Result>): Promise<FolderOutcome<Result>> {
  const { folder, stateFile, beside, each, progress, signal } = run;
  const pictures = await picturesIn(run);
  if (pictures.length === 0) {
    const advice = l10n.t('choose a folder that holds PNG, JPEG, WebP, GIF, TIFF or AVIF pictures');
    throw new CheckpointError('empty', quoteName(folder), l10n.t('no picture is in the folder'), advice);
  }
  const known = stateFile === null ? new Map<string, Result>() : await earlier(run, stateFile);
  const results: { name: string; result: Result }[] = [];
  const skipped: SkippedPicture[] = [];
  let resumed = 0;
  for (const [index, picture] of pictures.entries()) {
    signal.throwIfAborted();
    progress(index, pictures.length);
    const kept = known.get(lineKey(picture));
    if (kept !== undefined) {
      results.push({ name: picture.name, result: kept });
      resumed++;
      continue;
    }
    let result: Result;
    try {
      result = await each(picture);
    } catch (error) {
      // A model that does not run or an interrupt ends the whole run.
      if (!(error instanceof CheckpointError) || !isOfPicture(error, picture, beside)) throw error;
      skipped.push({ name: picture.name, problem: problemOf(error, picture) });
      continue;
    }
    results.push({ name: picture.name, result });
    if (stateFile !== null)
      await keep(stateFile, `${JSON.stringify({ name: picture.name, of: picture.state, result })}\n`);
  }
  if (results.length === 0) {
    const [first] = skipped;
    const problem = l10n.t(
      'none of its {0} pictures can be used; {1}: {2}',
      pictures.length,
      first?.name ?? '',
      first?.problem ?? '',
    );
    throw new CheckpointError('malformed', quoteName(folder), problem, l10n.t('choose another folder'));
  }
  return { results, skipped, resumed };
}

/** What is wrong with a picture, or with the file beside it, which is named then. */
function problemOf({ file, problem, advice }: CheckpointError, { path: own }: FolderPicture): string {
  const where = isNamed(file, own) ? '' : `${file}: `;
  return `${where}${problem}; ${advice}`;
}

/** Removes the state of a run whose output is written. */
export async function forgetState(stateFile: string | null): Promise<void> {
  if (stateFile !== null) await rm(stateFile, { force: true });
}

/** One line for each picture that was skipped. */
export function skippedWarnings(skipped: readonly SkippedPicture[]): Warning[] {
  return skipped.map(({ name, problem }) => ({
    code: 'picture-skipped',
    message: l10n.t('{0} was skipped: {1}.', name, problem),
  }));
}

/** Problems that a file has, such as a picture or its mask; with the model's own, every other picture would fail too. */
const OF_FILE: readonly string[] = ['empty', 'truncated', 'missing-file', 'limit', 'unreadable'];

/** Problems of a model with one picture, which it may not have with others: what it makes of it is not finite, or its size does not fit. */
const OF_RUN: readonly string[] = ['malformed', 'unsupported', 'wrong-use'];

/** Whether others may be used where a picture cannot. */
function isOfPicture(
  { code, file }: CheckpointError,
  picture: FolderPicture,
  beside: FolderRun<unknown>['beside'],
): boolean {
  const own = beside === null ? [picture.path] : [picture.path, beside(picture.name)];
  return OF_RUN.includes(code) || (OF_FILE.includes(code) && own.some((each) => isNamed(file, each)));
}

/** Whether an error names a file. */
function isNamed(name: string, file: string): boolean {
  const base = path.basename(file);
  return name === base || name === quoteName(base);
}

async function picturesIn({ folder, beside }: Pick<FolderRun<unknown>, 'folder' | 'beside'>): Promise<FolderPicture[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw asCheckpointError(error, quoteName(path.basename(folder)));
  });
  const files = entries
    .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && ENDINGS.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));
  if (files.length > MOST_PICTURES) {
    const problem = l10n.t('it holds {0} pictures, more than {1}', files.length, MOST_PICTURES);
    throw new CheckpointError('limit', quoteName(folder), problem, l10n.t('take its folders one by one'));
  }
  const pictures: FolderPicture[] = [];
  for (const file of files) {
    const name = path.relative(folder, file).split(path.sep).join('/');
    const own = [await lstat(file).catch(() => null)];
    if (beside !== null) own.push(await stat(beside(name)).catch(() => null));
    const state = own.flatMap((facts) => (facts === null ? [0, 0] : [facts.size, facts.mtimeMs]));
    pictures.push({ name, path: file, state });
  }
  return pictures.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const lineKey = ({ name, state }: Pick<FolderPicture, 'name' | 'state'>): string => JSON.stringify([name, state]);

/**
 * What an earlier run with the same key has finished; else the file is begun anew. It is read line by line, since it may be longer than any text
 * can be. Its last line may have been cut off: that one is left to itself.
 */
async function earlier<Result>(
  { key, isResult }: Pick<FolderRun<Result>, 'key' | 'isResult'>,
  stateFile: string,
): Promise<ReadonlyMap<string, Result>> {
  const known = new Map<string, Result>();
  const first = JSON.stringify({ run: createHash('sha256').update(JSON.stringify(key)).digest('hex') });
  let isHead = true;
  let isSame = false;
  try {
    for await (const line of createInterface({ input: createReadStream(stateFile), crlfDelay: Infinity })) {
      if (isHead) {
        isHead = false;
        isSame = line === first;
        if (!isSame) break;
        continue;
      }
      const kept = parsed(line);
      if (kept !== null && isResult(kept.result)) known.set(lineKey(kept), kept.result);
    }
  } catch {
    // There is none, or it cannot be read: what can be written is told below.
    isSame = false;
  }
  if (isSame) await keep(stateFile, '\n');
  else
    await writeWhole(stateFile, `${first}\n`).catch((error: unknown) => {
      throw asWriteError(error, stateFile);
    });
  return isSame ? known : new Map();
}

async function keep(stateFile: string, line: string): Promise<void> {
  await appendFile(stateFile, line).catch((error: unknown) => {
    throw asWriteError(error, stateFile);
  });
}

function parsed(line: string): (Pick<FolderPicture, 'name' | 'state'> & { readonly result: unknown }) | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return null;
    if (!('name' in value && 'of' in value && 'result' in value)) return null;
    const { name, of, result } = value;
    if (typeof name !== 'string' || !Array.isArray(of) || !of.every((each) => typeof each === 'number')) return null;
    return { name, state: of, result };
  } catch {
    return null;
  }
}
