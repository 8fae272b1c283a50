import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../../bytes/byte-source.js';
import { CheckpointError } from '../../errors.js';
import type { TensorIndex } from '../../tensors/tensor-index.js';
import type { CheckpointFormat, OpenOptions } from '../format.js';
import { readZipDirectory, type ZipDirectory, type ZipEntry } from '../zip/directory.js';
import { locateEntries } from '../zip/locate.js';
import { readZipEntry } from '../zip/read-entry.js';
import { tensorEntries } from './entries.js';
import { TorchMeaning } from './meaning.js';
import { checkTensors, noPickle } from './no-tensors.js';
import { PickleInput } from './pickle/input.js';
import { MAX_PICKLE_BYTES } from './pickle/limits.js';
import { pickleWarnings, readContents } from './run-pickle.js';
import { salvage } from './salvage.js';
import type { Contents } from './walk.js';

/** A pickle of the archive, with the folder in which its storages lie. */
interface Part {
  readonly contents: Contents;
  readonly meaning: TorchMeaning;
  readonly storages: string;
}

const PICKLE = 'data.pkl';

/** The pickle of the archive; its folder is named after the file by torch.save and `archive` by TorchScript. */
function findPickle(directory: ZipDirectory): ZipEntry | undefined {
  const depth = ({ name }: ZipEntry): number => name.split('/').length;
  const found = [...directory.entries.values()].filter(({ name }) => name === PICKLE || name.endsWith(`/${PICKLE}`));
  return found.sort((a, b) => depth(a) - depth(b))[0];
}

async function checkByteOrder(source: ByteSource, directory: ZipDirectory, root: string): Promise<void> {
  const entry = directory.entries.get(`${root}byteorder`);
  if (entry?.fullSize !== 'big'.length) return;
  const said = new TextDecoder().decode(await readZipEntry(source, directory, entry, entry.fullSize));
  if (said !== 'big') return;
  const advice = l10n.t('load it with PyTorch on an ordinary machine and save it again');
  throw new CheckpointError('unsupported', source.name, l10n.t('its numbers are big-endian'), advice);
}

async function readPart(
  source: ByteSource,
  directory: ZipDirectory,
  pickle: ZipEntry,
  storages: string,
): Promise<Part> {
  const bytes = await readZipEntry(source, directory, pickle, MAX_PICKLE_BYTES);
  const meaning = new TorchMeaning();
  const contents = readContents(new PickleInput(bytes, bytes.length), meaning, source.name);
  return { contents, meaning, storages };
}

/** A frozen TorchScript model has its weights among the constants; in others these are numbers of the program. */
async function readConstants(source: ByteSource, directory: ZipDirectory, root: string): Promise<Part | null> {
  const pickle = directory.entries.get(`${root}constants.pkl`);
  if (pickle === undefined) return null;
  const part = await readPart(source, directory, pickle, `${root}constants/`);
  const tensors = Array.from(part.contents.tensors, ([name, tensor]) => [`constants.${name}`, tensor] as const);
  return { ...part, contents: { ...part.contents, tensors: new Map(tensors) } };
}

async function placeTensors(source: ByteSource, directory: ZipDirectory, { contents, storages }: Part) {
  const entryOf = (key: string): ZipEntry | undefined => directory.entries.get(`${storages}${key}`);
  const used = new Set(Array.from(contents.tensors.values(), ({ storage }) => entryOf(storage.key)));
  const present = [...used].filter((entry) => entry !== undefined);
  const starts = await locateEntries(source, directory, present);
  const places = new Map(
    present.map(({ name, size, fullSize, compressed }) => [
      name,
      { offset: starts.get(name) ?? 0, byteLength: fullSize, packedLength: compressed ? size : null },
    ]),
  );
  return tensorEntries(contents.tensors, ({ key }) => places.get(`${storages}${key}`), source.name);
}

async function openArchive(source: ByteSource, directory: ZipDirectory): Promise<TensorIndex> {
  const pickle = findPickle(directory);
  if (pickle === undefined) throw noPickle(directory, source.name);
  const root = pickle.name.slice(0, -PICKLE.length);
  await checkByteOrder(source, directory, root);
  const main = await readPart(source, directory, pickle, `${root}data/`);
  const empty = main.contents.tensors.size === 0;
  const found = (empty ? await readConstants(source, directory, root) : null) ?? main;
  checkTensors(found.contents, main.meaning, source.name);
  return {
    format: directory.entries.has(`${root}constants.pkl`) ? 'torchscript' : 'torch-zip',
    files: [source.name],
    tensors: await placeTensors(source, directory, found),
    settings: main.contents.settings,
    warnings: pickleWarnings(main.meaning, source.name, found.contents.clash),
  };
}

async function open(source: ByteSource, options: OpenOptions): Promise<TensorIndex> {
  let directory: ZipDirectory;
  try {
    directory = await readZipDirectory(source);
  } catch (error) {
    if (!(error instanceof CheckpointError) || error.code !== 'truncated') throw error;
    return salvage(source, options, error);
  }
  return openArchive(source, directory);
}

/** What torch.save has written since PyTorch 1.6, and TorchScript: a zip archive of a pickle and one record a storage. */
export const torchZip: CheckpointFormat = {
  ids: ['torch-zip', 'torchscript'],
  label: 'PyTorch',
  probe: (head) => head[0] === 0x50 && head[1] === 0x4b && (head[2] === 0x03 || head[2] === 0x05),
  open: (source, _folder, options) => open(source, options),
};
