import type { ByteSource } from '../../bytes/byte-source.js';
import { groupDigits } from '../../bytes/quote.js';
import { CheckpointError, type Warning } from '../../errors.js';
import type { Setting, TensorEntry, TensorIndex } from '../../tensors/tensor-index.js';
import type { CheckpointFormat } from '../format.js';
import { kerasNames } from '../keras/names.js';
import { DOWNLOAD_STOPPED } from '../problem.js';
import { addSetting } from '../settings.js';
import { Hdf5Problem } from './problem.js';
import { isHdf5, openFile } from './superblock.js';
import { type Hdf5Contents, readTree } from './tree.js';

/** An HDF5 file with a group and nothing in it takes more. */
const SHORTEST = 96;
/** Datasets that are left out are named up to this number. */
const MAX_NAMED = 5;

const ADVICE: Readonly<Record<Hdf5Problem['code'], string>> = {
  malformed: 'the file is damaged; download or copy it again',
  truncated: DOWNLOAD_STOPPED,
  limit: 'no real checkpoint needs that much; if yours does, report it',
  unsupported: 'save the weights again with Keras, or copy them with h5py and its default settings',
};

function asCheckpointError(error: unknown, { name: file, size }: ByteSource): unknown {
  if (error instanceof Hdf5Problem && size < SHORTEST) {
    const problem = `the file has only ${String(size)} bytes, fewer than any HDF5 file`;
    return new CheckpointError('truncated', file, problem, DOWNLOAD_STOPPED);
  }
  return error instanceof Hdf5Problem
    ? new CheckpointError(error.code, file, error.message, ADVICE[error.code])
    : error;
}

/** Groups and datasets of an HDF5 file. @throws CheckpointError. */
export async function readHdf5(source: ByteSource): Promise<Hdf5Contents> {
  try {
    const { file, root } = await openFile(source);
    return await readTree(file, root);
  } catch (error) {
    throw asCheckpointError(error, source);
  }
}

function leftWarnings(left: readonly string[], file: string): Warning[] {
  if (left.length === 0) return [];
  const more = left.length > MAX_NAMED ? `; and ${groupDigits(left.length - MAX_NAMED)} more` : '';
  return [{ code: 'tensors-left-out', message: `Left out of ${file}: ${left.slice(0, MAX_NAMED).join('; ')}${more}.` }];
}

/**
 * The tensors of an HDF5 file, named for recognition as Keras and TensorFlow mean them.
 * @param configuration of the model, unchecked, where it stands outside the file.
 * @throws CheckpointError `not-a-checkpoint` when there are none.
 */
export function hdf5Index(
  { datasets, groups, left }: Hdf5Contents,
  configuration: string | null,
  file: string,
): Omit<TensorIndex, 'format'> {
  if (datasets.size === 0) {
    const why = left[0] === undefined ? 'it holds no datasets' : `it holds no dataset that can be read: ${left[0]}`;
    const code = left.length === 0 ? 'not-a-checkpoint' : 'unsupported';
    throw new CheckpointError(
      code,
      file,
      why,
      left.length === 0 ? 'choose the file with the weights' : ADVICE.unsupported,
    );
  }
  const settings = new Map<string, Setting>();
  for (const [name, value] of groups.get('') ?? []) addSetting(settings, name, value);
  const { names, stated } = kerasNames(datasets, groups, configuration);
  for (const [name, value] of stated) addSetting(settings, name, value);
  const tensors = Array.from(datasets, ([name, dataset]): TensorEntry => ({ name, ...names.get(name), ...dataset }));
  return { files: [file], tensors, settings, warnings: leftWarnings(left, file) };
}

/** HDF5, as Keras and TensorFlow write their weights. */
export const hdf5: CheckpointFormat = {
  ids: ['hdf5'],
  label: 'HDF5',
  probe: isHdf5,
  async open(source) {
    return { format: 'hdf5', ...hdf5Index(await readHdf5(source), null, source.name) };
  },
};
