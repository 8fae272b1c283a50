import type { ByteSource, CheckpointFolder } from '../../../src/core/bytes/byte-source.js';
import { openCheckpoint } from '../../../src/core/formats/open-checkpoint.js';
import { readMatrixView } from '../../../src/core/tensors/read.js';
import { elementCount, type TensorEntry, type TensorIndex } from '../../../src/core/tensors/tensor-index.js';
import { fixtureBytes } from './fixtures.js';
import { memorySource, NO_FILES, type MemorySource } from './memory-source.js';

/** All elements of a tensor, row by row. */
export function readElements(source: ByteSource, tensor: TensorEntry): Promise<Float64Array> {
  const columns = tensor.shape.at(-1) ?? 1;
  const rows = columns === 0 ? 0 : elementCount(tensor.shape) / columns;
  return readMatrixView(source, { tensor, rowStart: 0, rows, columns, transposed: false });
}

/** All elements of a tensor as a list, which compares by its values. */
export async function readTensor(source: ByteSource, tensor: TensorEntry): Promise<number[]> {
  return [...(await readElements(source, tensor))];
}

/** A file in memory, opened. */
export interface OpenedFile {
  readonly source: MemorySource;
  readonly index: TensorIndex;
  /** Elements of the tensor with this name. */
  readonly values: (name: string) => Promise<number[]>;
}

/** Opens bytes as a checkpoint of this name. */
export async function openBytes(
  bytes: Uint8Array,
  name: string,
  folder: CheckpointFolder = NO_FILES,
): Promise<OpenedFile> {
  const source = memorySource(name, bytes, 3);
  const index = await openCheckpoint(source, folder);
  return {
    source,
    index,
    values: (wanted) => {
      const tensor = index.tensors.find((each) => each.name === wanted);
      if (tensor === undefined) throw new Error(`no tensor ${wanted} in ${name}`);
      return readTensor(source, tensor);
    },
  };
}

/** Opens a fixture in memory. */
export function openFixture(path: string): Promise<OpenedFile> {
  return openBytes(fixtureBytes(path), path.split('/').at(-1) ?? '');
}
