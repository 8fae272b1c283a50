import * as l10n from '@vscode/l10n';
import type { ByteSource, CheckpointFolder } from '../../bytes/byte-source.js';
import { groupDigits, quoteName } from '../../bytes/quote.js';
import { CheckpointError } from '../../errors.js';
import { DTYPES } from '../../tensors/dtype.js';
import { elementCount, type Chunk, type TensorEntry, type TensorIndex } from '../../tensors/tensor-index.js';
import type { CheckpointFormat } from '../format.js';
import { beyondLimit, malformed } from '../problem.js';
import { checkedElementCount } from '../shape.js';
import { MAX_PICKLE_BYTES } from '../torch/pickle/limits.js';
import { parseMetadata, type SavedTensor } from './metadata.js';
import { locatePart } from './part.js';

const METADATA = '.metadata';
const SHARD = /\.distcp$/iu;
const MARK = 'torch.distributed.checkpoint';
const PICKLE = 0x80;
/** Parts that are looked for at the same time: enough to keep a disk busy. */
const CONCURRENT_PARTS = 8;

/** The files of a checkpoint, each opened when it is first named. */
class Shards {
  readonly #places = new Map<string, number>();

  constructor(
    readonly first: ByteSource,
    readonly folder: CheckpointFolder,
  ) {
    this.place(first.name);
  }

  get files(): readonly string[] {
    return [...this.#places.keys()];
  }

  /** Position of a file in the index. */
  place(name: string): number {
    const place = this.#places.get(name) ?? this.#places.size;
    this.#places.set(name, place);
    return place;
  }

  async open(name: string): Promise<ByteSource> {
    if (name === this.first.name) return this.first;
    try {
      return await this.folder.open(name);
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      const advice = l10n.t('put all .distcp files and .metadata into one folder');
      const problem = l10n.t('its part {0} cannot be opened: {1}', quoteName(name), error.problem);
      throw new CheckpointError(error.code, this.first.name, problem, advice);
    }
  }
}

/** A tensor out of its parts, in one file or in many. */
async function joinParts(shards: Shards, { name, shape, parts }: SavedTensor): Promise<TensorEntry> {
  const file = shards.first.name;
  const who = l10n.t('tensor {0}', quoteName(name));
  const count = checkedElementCount(shape);
  if (typeof count === 'string') throw malformed(file, `${who} ${count}`);
  const chunks: Chunk[] = [];
  const dtypes = new Set<TensorEntry['dtype']>();
  for (const part of parts) {
    const inside = part.start.every((at, axis) => at + (part.shape[axis] ?? 0) <= (shape[axis] ?? -1));
    if (!inside || part.start.length !== shape.length || part.shape.length !== shape.length) {
      throw malformed(file, l10n.t('a part of {0} lies outside it', who));
    }
    const source = await shards.open(part.file);
    const { dtype, offset, byteLength } = await locatePart(source, shards.folder, name, part);
    dtypes.add(dtype);
    const { start, shape: box } = part;
    chunks.push({ start, shape: box, file: shards.place(part.file), offset, length: byteLength, filters: [] });
  }
  const [dtype] = dtypes;
  const [first] = chunks;
  const stored = chunks.reduce((sum, chunk) => sum + elementCount(chunk.shape), 0);
  if (dtype === undefined || first === undefined || dtypes.size > 1 || stored !== count) {
    const counts = l10n.t('{0} of {1} elements', groupDigits(stored), groupDigits(count));
    throw malformed(file, l10n.t('the parts of {0} do not make it up: {1} in {2} types', who, counts, dtypes.size));
  }
  const entry = { name, dtype, shape, strides: null, file: first.file ?? 0, byteLength: count * DTYPES[dtype].bytes };
  if (chunks.length === 1) return { ...entry, offset: first.offset };
  return { ...entry, offset: 0, packing: { kind: 'chunks', shape, chunks } };
}

async function readMetadata(source: ByteSource, folder: CheckpointFolder): Promise<SavedTensor[]> {
  let metadata = source;
  if (SHARD.test(source.name)) {
    try {
      metadata = await folder.open(METADATA);
    } catch (error) {
      if (!(error instanceof CheckpointError) || error.code !== 'missing-file') throw error;
      const problem = l10n.t(
        'it is a part of a distributed checkpoint, and the file {0} that says what it holds is missing',
        METADATA,
      );
      throw new CheckpointError(
        'missing-file',
        source.name,
        problem,
        l10n.t('put {0} and all parts into one folder', METADATA),
      );
    }
  }
  if (metadata.size > MAX_PICKLE_BYTES) {
    throw beyondLimit(metadata.name, l10n.t('it has {0} bytes', groupDigits(metadata.size)));
  }
  return parseMetadata(await metadata.read(0, metadata.size), metadata.name);
}

async function open(source: ByteSource, folder: CheckpointFolder): Promise<TensorIndex> {
  const saved = await readMetadata(source, folder);
  if (saved.length === 0) {
    throw new CheckpointError(
      'not-a-checkpoint',
      source.name,
      l10n.t('it lists no tensors'),
      l10n.t('choose the folder with the weights'),
    );
  }
  const shards = new Shards(source, folder);
  const tensors = new Array<TensorEntry | null>(saved.length).fill(null);
  const queue = saved.entries();
  const work = async (): Promise<void> => {
    for (const [index, tensor] of queue) tensors[index] = await joinParts(shards, tensor);
  };
  await Promise.all(Array.from({ length: CONCURRENT_PARTS }, work));
  return {
    format: 'torch-distributed',
    files: shards.files,
    tensors: tensors.filter((tensor) => tensor !== null),
    settings: new Map(),
    warnings: [],
  };
}

/** What torch.distributed.checkpoint writes: `.metadata`, and files in which every part of a tensor is an archive of its own. */
export const distributed: CheckpointFormat = {
  ids: ['torch-distributed'],
  label: 'PyTorch, distributed',
  probe: (head, source) =>
    SHARD.test(source.name) || (head[0] === PICKLE && String.fromCharCode(...head).includes(MARK)),
  open: (source, folder) => open(source, folder),
};
