import { deflateSync } from 'fflate';
import { bytesOf } from './pickle-writer.js';

/** One file of an archive. */
export interface ZipFile {
  readonly name: string;
  readonly data: Uint8Array;
  /** Bytes between the header's name and the data. */
  readonly padding?: number;
  readonly deflated?: true;
}

function fields(length: number, values: Readonly<Record<number, readonly [size: 2 | 4, value: number]>>): Uint8Array {
  const view = new DataView(new ArrayBuffer(length));
  for (const [at, [size, value]] of Object.entries(values)) {
    if (size === 2) view.setUint16(Number(at), value, true);
    else view.setUint32(Number(at), value, true);
  }
  return new Uint8Array(view.buffer);
}

/** A zip archive. @param comment what stands behind the end record. */
export function zipOf(files: readonly ZipFile[], comment = ''): Uint8Array {
  const local: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let at = 0;
  for (const { name, data, padding = 0, deflated } of files) {
    const packed = deflated === true ? deflateSync(data) : data;
    const method = [2, deflated === true ? 8 : 0] as const;
    const sizes = { size: [4, packed.length], full: [4, data.length], name: [2, name.length] } as const;
    const start = { 0: [4, 0x04034b50], 8: method } as const;
    const header = fields(30, { ...start, 18: sizes.size, 22: sizes.full, 26: sizes.name, 28: [2, padding] });
    const entry = bytesOf(header, name, new Uint8Array(padding), packed);
    local.push(entry);
    const listed = { 0: [4, 0x02014b50], 10: method, 20: sizes.size, 24: sizes.full } as const;
    central.push(bytesOf(fields(46, { ...listed, 28: sizes.name, 42: [4, at] }), name));
    at += entry.length;
  }
  const directory = bytesOf(...central);
  const count = [2, files.length] as const;
  const end = fields(22, {
    0: [4, 0x06054b50],
    8: count,
    10: count,
    12: [4, directory.length],
    16: [4, at],
    20: [2, comment.length],
  });
  return bytesOf(...local, directory, end, comment);
}

/** An archive as torch.save writes it round a pickle. @param storages data by storage key. */
export function torchArchive(
  pickle: Uint8Array,
  storages: Readonly<Record<string, Uint8Array>> = {},
  more: readonly ZipFile[] = [],
): Uint8Array {
  const records = Object.entries(storages).map(([key, data]) => ({ name: `archive/data/${key}`, data }));
  return zipOf([{ name: 'archive/data.pkl', data: pickle }, ...records, ...more]);
}
