import * as l10n from '@vscode/l10n';
import { mkdir, open, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { SourceOf } from '../../core/analysis/layer.js';
import { CheckpointError } from '../../core/errors.js';
import type { WeightCopy, WeightPlaces } from '../../core/inference/graph-builder.js';
import { readMatrixView } from '../../core/tensors/read.js';
import type { TensorEntry } from '../../core/tensors/tensor-index.js';
import { unpack, type Unpacked } from '../../core/tensors/unpack.js';

/** Weights are read and written in pieces of about this size. */
const PIECE_BYTES = 16 * 2 ** 20;

/** Where a session looks for weights. */
export interface WeightFolder extends WeightPlaces {
  /** Folder that all places are relative to; the runtime reads nothing outside of it. */
  readonly folder: string;
}

/**
 * The folder that holds the files of a checkpoint, and `copyFile` where one is given. Links are resolved: the runtime refuses what lies
 * outside of the folder. Files on another drive than the first cannot be reached.
 * @param files full paths, in the order of the tensor index.
 */
export async function weightFolder(files: readonly string[], copyFile: string | null): Promise<WeightFolder> {
  const targets = await Promise.all(files.map((file) => realpath(file)));
  const all = copyFile === null ? targets : [copyFile, ...targets];
  const root = path.parse(all[0] ?? '').root;
  const reachable = all.filter((file) => path.parse(file).root === root);
  const folder = commonFolder(reachable.map((file) => path.dirname(file)));
  const locationOf = (file: string): string => path.relative(folder, file).split(path.sep).join('/');
  return {
    folder,
    locationOf: (index) => {
      const target = targets[index];
      return target !== undefined && reachable.includes(target) ? locationOf(target) : null;
    },
    copyLocation: copyFile === null ? '' : locationOf(copyFile),
  };
}

function commonFolder(folders: readonly string[]): string {
  const [first = '', ...others] = folders;
  let common = first;
  while (others.some((folder) => !isInside(common, folder))) common = path.dirname(common);
  return common;
}

/** True for a folder itself and what is in it. */
function isInside(folder: string, other: string): boolean {
  const way = path.relative(folder, other);
  return way === '' || (way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way));
}

/** Writes weights as float32 to a new file in a new folder that only this user can read; a piece is held, or one tensor that is packed. */
export async function writeCopies(file: string, copies: readonly WeightCopy[], sourceOf: SourceOf): Promise<void> {
  await mkdir(path.dirname(file), { mode: 0o700 });
  const handle = await open(file, 'wx', 0o600);
  try {
    // They lie in the file in this order, without gaps.
    for (const { view } of copies) {
      const { source, tensor } = await unpackOnce(view.tensor, sourceOf);
      const step = Math.max(1, Math.floor(PIECE_BYTES / (view.columns * Float32Array.BYTES_PER_ELEMENT)));
      for (let row = 0; row < view.rows; row += step) {
        const rows = Math.min(step, view.rows - row);
        const piece = { ...view, tensor, rowStart: view.rowStart + row, rows };
        const values = await readMatrixView(source, piece, sourceOf);
        await handle.writeFile(new Uint8Array(Float32Array.from(values).buffer));
      }
    }
  } finally {
    await handle.close();
  }
}

/** A tensor as one run of bytes, so that what is packed is not unpacked again for each piece. */
async function unpackOnce(tensor: TensorEntry, sourceOf: SourceOf): Promise<Unpacked> {
  const unpacked = await unpack(await sourceOf(tensor.file), tensor, sourceOf);
  const { packing, ...plain } = tensor;
  return packing === undefined ? unpacked : { source: unpacked.source, tensor: plain };
}

/** Why something could not be copied; what is wrong with the checkpoint itself is told as it is. @param what such as `9 bytes of it`. */
export function copyProblem(error: unknown, what: string, file: string): CheckpointError {
  if (error instanceof CheckpointError) return error;
  const said = error instanceof Error ? error.message : String(error);
  const problem = l10n.t('{0} have to be copied to a temporary file, and cannot be: {1}', what, said);
  return new CheckpointError('limit', file, problem, l10n.t('make room in the folder for temporary files'));
}
