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
  const who = `tensor ${quoteName(name)}`;
  if (!isDType(dtype)) {
    if (!PACKED_TYPES.has(dtype)) throw malformed(file, `${who} has the unknown type ${quoteName(dtype)}`);
    const advice = 'store the weights as float8 or wider';
    throw new CheckpointError(
      'unsupported',
      file,
      `${who} has the type ${dtype}, which packs several numbers in a byte`,
      advice,
    );
  }
  const count = checkedElementCount(shape);
  if (typeof count === 'string') throw malformed(file, `${who} ${count}`);
  if (begin < 0 || end < 0) throw malformed(file, `${who} has a negative offset: [${String(begin)}, ${String(end)}]`);
  if (!Number.isSafeInteger(begin) || !Number.isSafeInteger(end)) {
    throw malformed(file, `${who} has an offset that is no whole number: [${String(begin)}, ${String(end)}]`);
  }
  if (end < begin)
    throw malformed(file, `${who} has its end offset ${String(end)} before its begin offset ${String(begin)}`);
  const expected = count * DTYPES[dtype].bytes;
  if (end - begin !== expected) {
    const needs = `shape [${shape.join(', ')}] of ${dtype} takes ${groupDigits(expected)} bytes`;
    throw malformed(file, `${who}: ${needs} and its byte range has ${groupDigits(end - begin)}`);
  }
  return { name, dtype, shape, strides: null, file: 0, offset: dataStart + begin, byteLength: expected };
}

/** Every byte of the data section must belong to exactly one tensor. */
function checkCover(entries: readonly TensorEntry[], file: string, dataStart: number): number {
  const inOrder = entries.filter((entry) => entry.byteLength > 0).sort((a, b) => a.offset - b.offset);
  let end = dataStart;
  let before = 'the header';
  for (const entry of inOrder) {
    const name = quoteName(entry.name);
    if (entry.offset < end) throw malformed(file, `the data of two tensors overlap: ${before} and ${name}`);
    if (entry.offset > end) {
      throw malformed(
        file,
        `${groupDigits(entry.offset - end)} bytes between ${before} and ${name} belong to no tensor`,
      );
    }
    end = entry.offset + entry.byteLength;
    before = name;
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
  if (stray !== undefined) throw malformed(file, `the empty tensor ${quoteName(stray.name)} lies behind the data`);
  return { entries, dataEnd };
}
