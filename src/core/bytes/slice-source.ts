import type { ByteSource } from './byte-source.js';
import { checkRange } from './checked-read.js';

/** A part of a file as a file of its own; errors name the whole file. */
export function sliceSource(source: ByteSource, offset: number, size: number): ByteSource {
  checkRange(source.name, source.size, offset, 0);
  return {
    name: source.name,
    size,
    read(at, length) {
      checkRange(source.name, size, at, length);
      return source.read(offset + at, length);
    },
  };
}
