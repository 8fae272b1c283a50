import path from 'node:path';
import { groupDigits, quoteName } from '../../core/bytes/quote.js';
import { CheckpointError } from '../../core/errors.js';
import { isInputSize, MAX_SIDE } from '../../core/image/preprocess/preprocessing.js';
import type { Size } from '../../core/image/preprocess/picture.js';
import { openFileSource } from '../../host/files/file-source.js';

/** What a model is fed, as somebody prepared it. */
export interface Pixels {
  /** (3, height, width). */
  readonly values: Float32Array;
  readonly size: Size;
}

/** Magic, version and a length of four bytes. */
const MOST_FIXED = 12;

/** NumPy's own headers of four dimensions have 118 bytes. */
const MOST_HEADER = 4_096;

const MAGIC = '\u0093NUMPY';

/** The header as NumPy writes it; keys in another order or other types are not what this option takes. */
const HEADER =
  /^\{'descr': '<(?<type>f4|f8)', 'fortran_order': False, 'shape': \(1, 3, (?<height>\d{1,6}), (?<width>\d{1,6})\), \}\s*$/u;

/** Reads a NumPy array of (1, 3, height, width) float32 or float64. @throws CheckpointError saying what the file has instead. */
export async function readPixels(file: string): Promise<Pixels> {
  const name = quoteName(path.basename(file));
  const source = await openFileSource(file, name, { bytes: 0 });
  try {
    const start = await source.read(0, Math.min(MOST_FIXED, source.size));
    const version = start[6] ?? 0;
    const isArray = start.length === MOST_FIXED && String.fromCharCode(...start.subarray(0, 6)) === MAGIC;
    if (!isArray || version < 1 || version > 3) throw wrong('malformed', name, 'it is not a NumPy array file');
    const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
    const fixed = version === 1 ? 10 : 12;
    const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
    if (length > MOST_HEADER || fixed + length > source.size) {
      throw wrong('malformed', name, `its header says that it has ${groupDigits(length)} bytes`);
    }
    const text = new TextDecoder('latin1').decode(await source.read(fixed, length));
    const fields = HEADER.exec(text)?.groups;
    if (fields === undefined) throw wrong('unsupported', name, `its header is ${quoteName(text.trim())}`);
    const size = [Number(fields['height']), Number(fields['width'])] as const;
    if (!isInputSize(size)) throw wrong('limit', name, `it has sides of ${size.join(' x ')}, not 1 to ${MAX_SIDE}`);
    const isDouble = fields['type'] === 'f8';
    const count = 3 * size[0] * size[1];
    const wanted = fixed + length + count * (isDouble ? 8 : 4);
    if (source.size !== wanted) {
      const problem = `it has ${groupDigits(source.size)} bytes, and its shape needs ${groupDigits(wanted)}`;
      throw wrong('truncated', name, problem);
    }
    const bytes = await source.read(fixed + length, wanted - fixed - length);
    const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = isDouble ? data.getFloat64(8 * i, true) : data.getFloat32(4 * i, true);
    if (!values.every(Number.isFinite)) throw wrong('malformed', name, 'it holds NaN or infinity');
    return { values, size };
  } finally {
    await source.close();
  }
}

function wrong(code: 'malformed' | 'unsupported' | 'limit' | 'truncated', name: string, problem: string) {
  const advice = 'give a C-ordered little-endian float32 or float64 array of shape (1, 3, height, width)';
  return new CheckpointError(code, name, problem, advice);
}
