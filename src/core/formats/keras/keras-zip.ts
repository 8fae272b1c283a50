import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../../bytes/byte-source.js';
import { sliceSource } from '../../bytes/slice-source.js';
import { CheckpointError } from '../../errors.js';
import type { TensorEntry, TensorIndex } from '../../tensors/tensor-index.js';
import type { CheckpointFormat } from '../format.js';
import { hdf5Index, readHdf5 } from '../hdf5/hdf5.js';
import { isHdf5 } from '../hdf5/superblock.js';
import { readZipDirectory } from '../zip/directory.js';
import { firstEntryName } from '../zip/first-entry.js';
import { locateEntries } from '../zip/locate.js';
import { readZipEntry } from '../zip/read-entry.js';

const WEIGHTS = 'model.weights.h5';
const CONFIGURATION = 'config.json';
/** Entries of a Keras archive, any of which comes first. */
const ENTRIES: readonly string[] = [WEIGHTS, CONFIGURATION, 'metadata.json'];
/** The configuration of a model with some thousand layers has 5 MB. */
const MAX_CONFIGURATION_BYTES = 32 * 2 ** 20;

function moved(tensor: TensorEntry, start: number): TensorEntry {
  const { packing } = tensor;
  if (packing?.kind !== 'chunks') return { ...tensor, offset: tensor.offset + start };
  const chunks = packing.chunks.map((chunk) => ({ ...chunk, offset: chunk.offset + start }));
  return { ...tensor, packing: { ...packing, chunks } };
}

async function open(source: ByteSource): Promise<TensorIndex> {
  const directory = await readZipDirectory(source);
  const weights = directory.entries.get(WEIGHTS);
  if (weights === undefined) {
    const problem = l10n.t('the archive holds no {0}', WEIGHTS);
    throw new CheckpointError('not-a-checkpoint', source.name, problem, l10n.t('save the model again with model.save'));
  }
  if (weights.compressed) {
    const problem = l10n.t('{0} is compressed inside the archive, which Keras never does', WEIGHTS);
    throw new CheckpointError('unsupported', source.name, problem, l10n.t('unpack the archive and open {0}', WEIGHTS));
  }
  const start = (await locateEntries(source, directory, [weights])).get(WEIGHTS) ?? 0;
  const inner = sliceSource(source, start, weights.size);
  const head = await inner.read(0, Math.min(8, inner.size));
  if (!isHdf5(head)) {
    const problem = l10n.t('{0} inside the archive is no HDF5 file', WEIGHTS);
    throw new CheckpointError('malformed', source.name, problem, l10n.t('the file is damaged; get a fresh copy'));
  }
  const entry = directory.entries.get(CONFIGURATION);
  const configuration =
    entry === undefined ? null : await readZipEntry(source, directory, entry, MAX_CONFIGURATION_BYTES);
  const text = configuration === null ? null : new TextDecoder().decode(configuration);
  const index = hdf5Index(await readHdf5(inner), text, source.name);
  return { format: 'keras-zip', ...index, tensors: index.tensors.map((tensor) => moved(tensor, start)) };
}

/** What Keras 3 writes with model.save: a zip archive of the configuration and an HDF5 file of weights. */
export const kerasZip: CheckpointFormat = {
  ids: ['keras-zip'],
  label: 'Keras archive',
  probe: (head) => ENTRIES.includes(firstEntryName(head) ?? ''),
  open: (source) => open(source),
};
