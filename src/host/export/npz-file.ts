import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { npyHeader } from '../../core/export/npy.js';

/** An array of float64, or of texts, that is to be written. */
export interface NpzArray {
  readonly name: string;
  readonly shape: readonly number[];
  /** Length of each text in code points, for an array of texts; `npyTexts` makes their elements. */
  readonly characters?: number;
}

/** Archive of arrays whose elements come part by part, in order; nothing of them is held. */
export interface NpzFile {
  append(name: string, values: Float64Array | Uint32Array): Promise<void>;
  /** Completes the archive and gives it its name. */
  finish(): Promise<void>;
  /** Removes what was written. */
  discard(): Promise<void>;
}

/** Largest archive without the 64-bit extension of zip. */
const MAX_BYTES = 0xffff_ffff;

interface Entry {
  readonly name: Uint8Array;
  readonly localOffset: number;
  readonly size: number;
  next: number;
  crc: number;
}

/**
 * Starts a NumPy archive (zip of stored .npy members). All sizes are known beforehand, so several arrays can grow side by side: each part is
 * written where it belongs, and the checksums follow at the end.
 * @throws RangeError when the arrays do not fit into a zip of 4 GB.
 */
export async function createNpzFile(file: string, arrays: readonly NpzArray[]): Promise<NpzFile> {
  const entries = new Map<string, Entry>();
  const headers = new Map<Entry, Uint8Array>();
  let end = 0;
  for (const { name, shape, characters } of arrays) {
    const [type, bytes] = characters === undefined ? ['<f8', 8] : [`<U${characters}`, 4 * characters];
    const header = npyHeader(shape, type);
    const member = new TextEncoder().encode(`${name}.npy`);
    const localOffset = end;
    const start = localOffset + 30 + member.length;
    const size = header.length + shape.reduce((product, length) => product * length, bytes);
    const entry: Entry = { name: member, localOffset, size, next: start + header.length, crc: crc32(header) };
    entries.set(name, entry);
    headers.set(entry, header);
    end = start + size;
  }
  if (end > MAX_BYTES) throw new RangeError(`the arrays have ${String(end)} bytes, more than a zip of 4 GB holds`);

  const temporary = `${file}.${randomUUID()}.tmp`;
  const handle = await open(temporary, 'wx');
  const discard = async (): Promise<void> => {
    await handle.close();
    await rm(temporary, { force: true });
  };
  try {
    for (const [entry, header] of headers) await writeAt(handle, header, entry.next - header.length);
  } catch (error) {
    await discard();
    throw error;
  }
  return {
    async append(name, values) {
      const entry = entries.get(name);
      if (entry === undefined) throw new Error(`the archive has no array ${name}`);
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      entry.crc = crc32(bytes, entry.crc);
      await writeAt(handle, bytes, entry.next);
      entry.next += bytes.length;
    },
    async finish() {
      const directory: Uint8Array[] = [];
      for (const entry of entries.values()) {
        await writeAt(handle, localHeader(entry), entry.localOffset);
        directory.push(directoryHeader(entry));
      }
      const length = directory.reduce((sum, record) => sum + record.length, 0);
      await writeAt(handle, Buffer.concat([...directory, endRecord(entries.size, length, end)]), end);
      await handle.close();
      await rename(temporary, file);
    },
    discard,
  };
}

/** Texts as the elements of an array of texts: their code points, filled up with zeros. */
export function npyTexts(texts: readonly string[], characters: number): Uint32Array {
  const elements = new Uint32Array(texts.length * characters);
  for (const [index, text] of texts.entries()) {
    elements.set(
      Array.from(text, (character) => character.codePointAt(0) ?? 0).slice(0, characters),
      index * characters,
    );
  }
  return elements;
}

async function writeAt(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

// Fields of APPNOTE.TXT 4.3.7, 4.3.12 and 4.3.16: stored members, version 2.0, dated 1980-01-01 so that equal figures give equal bytes.
const DATE = 0x0021_0000;

function localHeader(entry: Entry): Uint8Array {
  const bytes = Buffer.alloc(30 + entry.name.length);
  bytes.writeUInt32LE(0x0403_4b50, 0);
  bytes.writeUInt16LE(20, 4);
  bytes.writeUInt32LE(DATE, 10);
  bytes.writeUInt32LE(entry.crc, 14);
  bytes.writeUInt32LE(entry.size, 18);
  bytes.writeUInt32LE(entry.size, 22);
  bytes.writeUInt16LE(entry.name.length, 26);
  bytes.set(entry.name, 30);
  return bytes;
}

function directoryHeader(entry: Entry): Uint8Array {
  const bytes = Buffer.alloc(46 + entry.name.length);
  bytes.writeUInt32LE(0x0201_4b50, 0);
  bytes.writeUInt16LE(20, 4);
  bytes.writeUInt16LE(20, 6);
  bytes.writeUInt32LE(DATE, 12);
  bytes.writeUInt32LE(entry.crc, 16);
  bytes.writeUInt32LE(entry.size, 20);
  bytes.writeUInt32LE(entry.size, 24);
  bytes.writeUInt16LE(entry.name.length, 28);
  bytes.writeUInt32LE(entry.localOffset, 42);
  bytes.set(entry.name, 46);
  return bytes;
}

function endRecord(count: number, length: number, offset: number): Uint8Array {
  const bytes = Buffer.alloc(22);
  bytes.writeUInt32LE(0x0605_4b50, 0);
  bytes.writeUInt16LE(count, 8);
  bytes.writeUInt16LE(count, 10);
  bytes.writeUInt32LE(length, 12);
  bytes.writeUInt32LE(offset, 16);
  return bytes;
}
