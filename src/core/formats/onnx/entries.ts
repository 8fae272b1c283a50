import * as l10n from '@vscode/l10n';
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
    const who = l10n.t('tensor {0}', quoteName(name));
    if (length !== null && length < byteLength) {
      const sizes = l10n.t('{0} bytes in place of {1}', groupDigits(length), groupDigits(byteLength));
      throw malformed(this.source.name, l10n.t('{0} has {1} of external data', who, sizes));
    }
    if (offset + byteLength > source.size) {
      const where = offset > source.size ? l10n.t('its offset') : l10n.t('its end');
      const problem = l10n.t('{0}: {1} is beyond the end of the data file {2}', who, where, quoteName(location));
      const advice = l10n.t('{0} is of another model or cut short; get both files again', quoteName(location));
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
      throw beyondLimit(this.source.name, l10n.t('its weights lie in more than {0} files', MAX_FILES));
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
    const data = l10n.t('the external data {0} of tensor {1}', quoteName(location), quoteName(tensor));
    if (error.code === 'missing-file') {
      const advice = l10n.t('put the data file beside the model, under the name that it has there');
      return new CheckpointError('missing-file', this.source.name, l10n.t('{0} is missing', data), advice);
    }
    if (error.code === 'outside-folder') {
      const advice = l10n.t('put the data file beside the model and export again');
      const problem = l10n.t('{0} lies outside the folder of the model', data);
      return new CheckpointError('outside-folder', this.source.name, problem, advice);
    }
    return error;
  }
}
