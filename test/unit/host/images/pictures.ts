import { crc32, deflateSync } from 'node:zlib';

/** Colour types of PNG. */
export const PNG = { gray: 0, rgb: 2, palette: 3, grayAlpha: 4, rgba: 6 } as const;

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** What a PNG is made of; `rows` are packed as the format says, without filters. */
export interface PngParts {
  readonly width: number;
  readonly height: number;
  readonly type: number;
  readonly depth?: number;
  readonly rows: readonly Uint8Array[];
  readonly palette?: Uint8Array;
  /** EXIF orientation. */
  readonly orientation?: number;
  /** ICC profile. */
  readonly profile?: Uint8Array;
}

/** A PNG file, byte by byte. */
export function png({ width, height, type, depth = 8, rows, palette, orientation, profile }: PngParts): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, type, 0, 0, 0], 8);
  // A TIFF header and one directory with the tag 0x0112.
  const exif = Buffer.from(
    `MM\0*\0\0\0\b\0\x01\x01\x12\0\x03\0\0\0\x01\0${String.fromCharCode(orientation ?? 1)}\0\0\0\0\0\0`,
    'latin1',
  );
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...(profile === undefined
      ? []
      : [chunk('iCCP', Buffer.concat([Buffer.from('profile\0\0'), deflateSync(profile)]))]),
    ...(orientation === undefined ? [] : [chunk('eXIf', exif)]),
    ...(palette === undefined ? [] : [chunk('PLTE', palette)]),
    chunk('IDAT', deflateSync(Buffer.concat(rows.map((row) => Buffer.concat([Uint8Array.of(0), row]))))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A gray TIFF of 2 x 1 float32. */
export function floatTiff(): Buffer {
  const tags = [
    [256, 2], // width
    [257, 1], // height
    [258, 32], // bits per sample
    [259, 1], // no compression
    [262, 1], // 0 is black
    [273, 8], // where the strip is
    [277, 1], // samples per pixel
    [278, 1], // rows per strip
    [279, 8], // bytes of the strip
    [339, 3], // floating point
  ] as const;
  const file = Buffer.alloc(16 + 2 + 12 * tags.length + 4);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(16, 4);
  file.writeFloatLE(0.25, 8);
  file.writeFloatLE(0.75, 12);
  file.writeUInt16LE(tags.length, 16);
  tags.forEach(([tag, value], i) => {
    const at = 18 + 12 * i;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(4, at + 2);
    file.writeUInt32LE(1, at + 4);
    file.writeUInt32LE(value, at + 8);
  });
  return file;
}
