import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../../bytes/byte-source.js';
import { groupDigits } from '../../bytes/quote.js';
import { CheckpointError, type Warning } from '../../errors.js';
import type { Setting, TensorEntry, TensorIndex } from '../../tensors/tensor-index.js';
import type { CheckpointFormat } from '../format.js';
import { kerasNames } from '../keras/names.js';
import { downloadStopped } from '../problem.js';
import { addSetting } from '../settings.js';
import { Hdf5Problem } from './problem.js';
import { isHdf5, openFile } from './superblock.js';
import { type Hdf5Contents, readTree } from './tree.js';

/** An HDF5 file with a group and nothing in it takes more. */
const SHORTEST = 96;
/** Datasets that are left out are named up to this number. */
const MAX_NAMED = 5;

const ADVICE: Readonly<Record<Hdf5Problem['code'], () => string>> = {
  malformed: () => l10n.t('the file is damaged; download or copy it again'),
  truncated: downloadStopped,
  limit: () => l10n.t('no real checkpoint needs that much; if yours does, report it'),
  unsupported: () => l10n.t('save the weights again with Keras, or copy them with h5py and its default settings'),
};

function asCheckpointError(error: unknown, { name: file, size }: ByteSource): unknown {
  if (error instanceof Hdf5Problem && size < SHORTEST) {
    const problem = l10n.t('the file has only {0} bytes, fewer than any HDF5 file', size);
    return new CheckpointError('truncated', file, problem, downloadStopped());
  }
  return error instanceof Hdf5Problem
    ? new CheckpointError(error.code, file, error.message, ADVICE[error.code]())
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
  const named = left.slice(0, MAX_NAMED).join('; ');
  const list =
    left.length > MAX_NAMED ? l10n.t('{0}; and {1} more', named, groupDigits(left.length - MAX_NAMED)) : named;
  return [{ code: 'tensors-left-out', message: l10n.t('Left out of {0}: {1}.', file, list) }];
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
    const why =
      left[0] === undefined
        ? l10n.t('it holds no datasets')
        : l10n.t('it holds no dataset that can be read: {0}', left[0]);
    const code = left.length === 0 ? 'not-a-checkpoint' : 'unsupported';
    throw new CheckpointError(
      code,
      file,
      why,
      left.length === 0 ? l10n.t('choose the file with the weights') : ADVICE.unsupported(),
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
