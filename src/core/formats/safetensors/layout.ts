import * as l10n from '@vscode/l10n';
import { groupDigits, quoteName } from '../../bytes/quote.js';
import { CheckpointError } from '../../errors.js';
import { DTYPES, isDType } from '../../tensors/dtype.js';
import type { TensorEntry } from '../../tensors/tensor-index.js';
import { malformed } from '../problem.js';
import { checkedElementCount } from '../shape.js';
import type { DeclaredTensor } from './header.js';

/** Types of safetensors whose elements are parts of a byte. */
const PACKED_TYPES = new Set(['F4', 'F6_E2M3', 'F6_E3M2']);

function checkTensor(tensor: DeclaredTensor, file: string, dataStart: number): TensorEntry {
  const { name, dtype, shape, begin, end } = tensor;
  const who = (): string => l10n.t('tensor {0}', quoteName(name));
  if (!isDType(dtype)) {
    if (!PACKED_TYPES.has(dtype))
      throw malformed(file, l10n.t('{0} has the unknown type {1}', who(), quoteName(dtype)));
    const advice = l10n.t('store the weights as float8 or wider');
    throw new CheckpointError(
      'unsupported',
      file,
      l10n.t('{0} has the type {1}, which packs several numbers in a byte', who(), dtype),
      advice,
    );
  }
  const count = checkedElementCount(shape);
  if (typeof count === 'string') throw malformed(file, `${who()} ${count}`);
  if (begin < 0 || end < 0) throw malformed(file, l10n.t('{0} has a negative offset: [{1}, {2}]', who(), begin, end));
  if (!Number.isSafeInteger(begin) || !Number.isSafeInteger(end)) {
    throw malformed(file, l10n.t('{0} has an offset that is no whole number: [{1}, {2}]', who(), begin, end));
  }
  if (end < begin)
    throw malformed(file, l10n.t('{0} has its end offset {1} before its begin offset {2}', who(), end, begin));
  const expected = count * DTYPES[dtype].bytes;
  if (end - begin !== expected) {
    const needs = l10n.t('shape [{0}] of {1} takes {2} bytes', shape.join(', '), dtype, groupDigits(expected));
    throw malformed(file, l10n.t('{0}: {1} and its byte range has {2}', who(), needs, groupDigits(end - begin)));
  }
  return { name, dtype, shape, strides: null, file: 0, offset: dataStart + begin, byteLength: expected };
}

/** Every byte of the data section must belong to exactly one tensor. */
function checkCover(entries: readonly TensorEntry[], file: string, dataStart: number): number {
  const inOrder = entries.filter((entry) => entry.byteLength > 0).sort((a, b) => a.offset - b.offset);
  let end = dataStart;
  let last: TensorEntry | null = null;
  for (const entry of inOrder) {
    if (entry.offset !== end) {
      const name = quoteName(entry.name);
      const before = last === null ? l10n.t('the header') : quoteName(last.name);
      if (entry.offset < end) {
        throw malformed(file, l10n.t('the data of two tensors overlap: {0} and {1}', before, name));
      }
      throw malformed(
        file,
        l10n.t('{0} bytes between {1} and {2} belong to no tensor', groupDigits(entry.offset - end), before, name),
      );
    }
    end = entry.offset + entry.byteLength;
    last = entry;
  }
  return end;
}

/** Tensors in the header's order, and where the data that they need ends. */
export interface Layout {
  readonly entries: readonly TensorEntry[];
  readonly dataEnd: number;
}

/**
 * Checks what the header declares: types, shapes, ranges, and that the ranges cover the data without hole or overlap.
 * @throws CheckpointError `malformed` or `unsupported`, naming the tensor.
 */
export function checkLayout(tensors: readonly DeclaredTensor[], file: string, dataStart: number): Layout {
  const entries = tensors.map((tensor) => checkTensor(tensor, file, dataStart));
  const dataEnd = checkCover(entries, file, dataStart);
  const stray = entries.find((entry) => entry.offset > dataEnd);
  if (stray !== undefined)
    throw malformed(file, l10n.t('the empty tensor {0} lies behind the data', quoteName(stray.name)));
  return { entries, dataEnd };
}
