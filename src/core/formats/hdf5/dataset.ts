import * as l10n from '@vscode/l10n';
import { groupDigits } from '../../bytes/quote.js';
import { DTYPES } from '../../tensors/dtype.js';
import type { TensorEntry } from '../../tensors/tensor-index.js';
import { checkedElementCount } from '../shape.js';
import { readChunks } from './chunk-index.js';
import type { Budget } from './chunk-places.js';
import { readDataspace, readDatatype } from './datatype.js';
import type { Hdf5File } from './file.js';
import { readFilters, readLayout } from './layout.js';
import { MESSAGE, type Message } from './object-header.js';
import { Hdf5Problem } from './problem.js';

/** A dataset without its name. */
export type Dataset = Omit<TensorEntry, 'name'>;

/** True for the messages of a dataset. */
export function isDataset(messages: readonly Message[]): boolean {
  return messages.some(({ type }) => type === MESSAGE.layout);
}

/**
 * Where a dataset lies.
 * @throws Hdf5Problem `unsupported` for what is no array of numbers or lies in a way that is not read.
 */
export async function readDataset(file: Hdf5File, messages: readonly Message[], budget: Budget): Promise<Dataset> {
  const find = (type: number): Message | undefined => messages.find((message) => message.type === type);
  const needed = (type: number, what: string): Message => {
    const message = find(type);
    if (message === undefined) throw new Hdf5Problem(l10n.t('has no {0}', what));
    if (message.shared) throw new Hdf5Problem(l10n.t('shares its {0} with others', what), 'unsupported');
    return message;
  };
  if (find(MESSAGE.externalFiles) !== undefined)
    throw new Hdf5Problem(l10n.t('has its data in other files'), 'unsupported');
  const type = readDatatype(needed(MESSAGE.datatype, 'type').fields);
  if (type.kind !== 'number') {
    throw new Hdf5Problem(
      l10n.t('holds {0}, no numbers', type.kind === 'other' ? type.name : l10n.t('texts')),
      'unsupported',
    );
  }
  const space = readDataspace(needed(MESSAGE.dataspace, 'shape').fields);
  if (space === null) throw new Hdf5Problem(l10n.t('is empty'), 'unsupported');
  const { shape } = space;
  const count = checkedElementCount(shape);
  if (typeof count === 'string') throw new Hdf5Problem(count);
  const byteLength = count * DTYPES[type.dtype].bytes;
  const filters = find(MESSAGE.filters);
  const applied = filters === undefined ? [] : readFilters(filters.fields);
  const base: Dataset = {
    dtype: type.dtype,
    shape,
    strides: null,
    file: 0,
    offset: 0,
    byteLength,
    ...(type.bigEndian ? { bigEndian: true } : {}),
  };
  const { fields } = needed(MESSAGE.layout, 'layout');
  const layout = readLayout(fields);
  if (layout.kind === 'chunked') {
    if (count === 0) return base;
    const { address, index, chunk, elementBytes, plainEdges } = layout;
    if (address === null) throw new Hdf5Problem(l10n.t('was never written'), 'unsupported');
    if (elementBytes !== type.size) throw new Hdf5Problem(l10n.t('has chunks of elements of {0} bytes', elementBytes));
    const chunked = { ...space, chunk, elementBytes, filters: applied, plainEdges };
    const chunks = await readChunks(file, chunked, index, address, budget);
    return { ...base, packing: { kind: 'chunks', shape, chunks } };
  }
  if (layout.length !== byteLength) {
    const sizes = l10n.t('{0} bytes by its shape, {1} stored', groupDigits(byteLength), groupDigits(layout.length));
    throw new Hdf5Problem(l10n.t('contradicts itself: {0}', sizes));
  }
  if (count === 0) return base;
  if (layout.kind === 'compact') return { ...base, offset: layout.offset };
  return { ...base, offset: placeOf(file, layout.address, byteLength) };
}

function placeOf(file: Hdf5File, address: number | null, byteLength: number): number {
  if (address === null) throw new Hdf5Problem(l10n.t('was never written'), 'unsupported');
  const offset = file.base + address;
  if (!Number.isSafeInteger(offset) || offset + byteLength > file.source.size) {
    throw new Hdf5Problem(
      l10n.t('lies beyond the end of the file: {0} bytes at {1}', groupDigits(byteLength), groupDigits(offset)),
    );
  }
  return offset;
}
