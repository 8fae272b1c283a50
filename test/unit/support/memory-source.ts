import type { ByteSource, CheckpointFolder } from '../../../src/core/bytes/byte-source.js';
import { CheckpointError } from '../../../src/core/errors.js';

/** A file in memory that counts what is read from it and takes a read beyond its end as a mistake of the reader. */
export interface MemorySource extends ByteSource {
  /** Bytes read so far. */
  readonly bytesRead: number;
  readonly reads: readonly { readonly offset: number; readonly length: number }[];
}

/** A reader must ask for nothing that the file does not have, whatever the file claims. */
class ReadOutside extends Error {}

/** @param lead unused bytes before the content in the buffer of each read, to catch readers that ignore `byteOffset`. */
export function memorySource(name: string, bytes: Uint8Array, lead = 0): MemorySource {
  const reads: { offset: number; length: number }[] = [];
  return {
    name,
    size: bytes.length,
    reads,
    get bytesRead() {
      return reads.reduce((sum, { length }) => sum + length, 0);
    },
    read(offset, length) {
      const sound = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
      if (!sound || offset + length > bytes.length) {
        return Promise.reject(new ReadOutside(`${String(length)} at ${String(offset)} of ${String(bytes.length)}`));
      }
      reads.push({ offset, length });
      const copy = new Uint8Array(lead + length);
      copy.set(bytes.subarray(offset, offset + length), lead);
      return Promise.resolve(copy.subarray(lead));
    },
  };
}

/** A folder in memory. */
export function memoryFolder(files: Readonly<Record<string, Uint8Array>>): CheckpointFolder {
  const sources = new Map(Object.entries(files).map(([name, bytes]) => [name, memorySource(name, bytes)]));
  return {
    open(name) {
      const source = sources.get(name);
      if (source !== undefined) return Promise.resolve(source);
      return Promise.reject(new CheckpointError('missing-file', name, 'there is no such file', 'check the path'));
    },
  };
}

/** A folder without files. */
export const NO_FILES: CheckpointFolder = memoryFolder({});
