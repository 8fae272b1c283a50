import type { ByteSource, CheckpointFolder } from '../../bytes/byte-source.js';
import { groupDigits, quoteName } from '../../bytes/quote.js';
import { CheckpointError } from '../../errors.js';
import { byteLengthOf } from '../../tensors/dtype.js';
import { elementCount, type TensorEntry } from '../../tensors/tensor-index.js';
import { beyondLimit, malformed } from '../problem.js';
import type { DeclaredTensor } from './tensor.js';

/** Files of external data; exporters write one, some one a tensor. */
const MAX_FILES = 4_096;

/** The files of a model: its own first, then those of external data as tensors name them. */
export class ModelFiles {
  readonly names: string[];
  readonly #sources = new Map<string, { readonly index: number; readonly source: ByteSource }>();

  constructor(
    readonly source: ByteSource,
    readonly folder: CheckpointFolder,
  ) {
    this.names = [source.name];
  }

  /** Where a tensor lies. @throws CheckpointError when its external data are missing, elsewhere or too short. */
  async entry({ name, dtype, shape, place }: DeclaredTensor): Promise<TensorEntry> {
    const byteLength = byteLengthOf(dtype, elementCount(shape));
    const entry = { name, dtype, shape, strides: null, byteLength };
    if (place.kind === 'raw') return { ...entry, file: 0, offset: place.offset };
    if (place.kind === 'typed') {
      const { field, offset, length } = place;
      return { ...entry, file: 0, offset: 0, packing: { kind: 'numbers', field, offset, length } };
    }
    const { location, offset, length } = place;
    const { index, source } = await this.#open(location, name);
    const who = `tensor ${quoteName(name)}`;
    if (length !== null && length < byteLength) {
      const sizes = `${groupDigits(length)} bytes in place of ${groupDigits(byteLength)}`;
      throw malformed(this.source.name, `${who} has ${sizes} of external data`);
    }
    if (offset + byteLength > source.size) {
      const where = offset > source.size ? 'its offset' : 'its end';
      const problem = `${who}: ${where} is beyond the end of the data file ${quoteName(location)}`;
      const advice = `${quoteName(location)} is of another model or cut short; get both files again`;
      throw new CheckpointError('truncated', this.source.name, problem, advice);
    }
    return { ...entry, file: index, offset };
  }

  async #open(location: string, tensor: string): Promise<{ index: number; source: ByteSource }> {
    // Exporters write `./weights.bin` for a file beside the model.
    const name = location.replace(/^(\.\/)+/u, '');
    const known = this.#sources.get(name);
    if (known !== undefined) return known;
    if (this.names.length > MAX_FILES) {
      throw beyondLimit(this.source.name, `its weights lie in more than ${String(MAX_FILES)} files`);
    }
    try {
      const source = await this.folder.open(name);
      const found = { index: this.names.push(name) - 1, source };
      this.#sources.set(name, found);
      return found;
    } catch (error) {
      throw error instanceof CheckpointError ? this.#explained(error, location, tensor) : error;
    }
  }

  #explained(error: CheckpointError, location: string, tensor: string): CheckpointError {
    const data = `the external data ${quoteName(location)} of tensor ${quoteName(tensor)}`;
    if (error.code === 'missing-file') {
      const advice = 'put the data file beside the model, under the name that it has there';
      return new CheckpointError('missing-file', this.source.name, `${data} is missing`, advice);
    }
    if (error.code === 'outside-folder') {
      const advice = 'put the data file beside the model and export again';
      const problem = `${data} lies outside the folder of the model`;
      return new CheckpointError('outside-folder', this.source.name, problem, advice);
    }
    return error;
  }
}
