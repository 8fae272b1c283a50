import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { readImage } from '../../../../src/host/images/decode.js';
import { floatTiff, png, PNG } from './pictures.js';

async function decoded(bytes: Uint8Array, name = 'picture.png') {
  const image = await readImage(bytes, name);
  const { picture, warnings } = await image.decode();
  return { ...image, data: Array.from(picture.pixels), codes: warnings.map(({ code }) => code) };
}

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** Red, green, blue / cyan, white, black. */
const COLOURS = [255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 255, 255, 255, 255, 255, 0, 0, 0];
const RGB = png({
  width: 3,
  height: 2,
  type: PNG.rgb,
  rows: [Uint8Array.from(COLOURS.slice(0, 9)), Uint8Array.from(COLOURS.slice(9))],
});
const colours = () => sharp(Uint8Array.from(COLOURS), { raw: { width: 3, height: 2, channels: 3 } });

/** A photograph-like picture that is large enough to be cut in two. */
function large() {
  const data = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919 + ((i * i) >> 5)) & 255);
  return sharp(data, { raw: { width: 64, height: 64, channels: 3 } });
}

describe('readImage', () => {
  it.each([
    ['png', () => Promise.resolve(RGB)],
    ['gif', () => colours().gif().toBuffer()],
    ['tiff', () => colours().tiff({ compression: 'lzw' }).toBuffer()],
    ['webp', () => colours().webp({ lossless: true }).toBuffer()],
  ] as const)('gives the pixels of %s as they are, whatever the name says', async (format, encode) => {
    const image = await decoded(await encode(), 'wrong.jpg');
    expect(image).toMatchObject({ format, width: 3, height: 2, data: COLOURS, codes: [] });
  });

  it.each([
    ['jpeg', () => large().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer()],
    ['avif', () => large().avif({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer()],
  ] as const)('reads %s', async (format, encode) => {
    const image = await decoded(await encode());
    expect(image).toMatchObject({ format, width: 64, height: 64, codes: [] });
    expect(image.data).toHaveLength(64 * 64 * 3);
  });

  it('makes three channels of gray, of bits and of a palette', async () => {
    const gray = png({ width: 2, height: 1, type: PNG.gray, rows: [Uint8Array.of(7, 200)] });
    expect((await decoded(gray)).data).toEqual([7, 7, 7, 200, 200, 200]);
    const bits = png({ width: 3, height: 1, type: PNG.gray, depth: 1, rows: [Uint8Array.of(0b0100_0000)] });
    expect((await decoded(bits)).data).toEqual([0, 0, 0, 255, 255, 255, 0, 0, 0]);
    const palette = Uint8Array.of(1, 2, 3, 40, 50, 60);
    const indexed = png({ width: 2, height: 1, type: PNG.palette, palette, rows: [Uint8Array.of(1, 0)] });
    expect((await decoded(indexed)).data).toEqual([40, 50, 60, 1, 2, 3]);
  });

  it('takes the upper eight of sixteen bits', async () => {
    const gray = png({ width: 2, height: 1, type: PNG.gray, depth: 16, rows: [Uint8Array.of(0x7f, 0xff, 0x80, 0x00)] });
    expect((await decoded(gray)).data).toEqual([127, 127, 127, 128, 128, 128]);
    const rgb = png({ width: 1, height: 1, type: PNG.rgb, depth: 16, rows: [Uint8Array.of(1, 255, 2, 0, 3, 128)] });
    expect((await decoded(rgb)).data).toEqual([1, 2, 3]);
  });

  it('takes the colours of transparent pixels as they are stored, and says so', async () => {
    const rgba = png({ width: 2, height: 1, type: PNG.rgba, rows: [Uint8Array.of(10, 20, 30, 0, 40, 50, 60, 255)] });
    expect(await decoded(rgba)).toMatchObject({ data: [10, 20, 30, 40, 50, 60], codes: ['transparency-ignored'] });
    const gray = png({ width: 2, height: 1, type: PNG.grayAlpha, rows: [Uint8Array.of(9, 128, 8, 255)] });
    expect(await decoded(gray)).toMatchObject({ data: [9, 9, 9, 8, 8, 8], codes: ['transparency-ignored'] });
    const opaque = png({ width: 1, height: 1, type: PNG.rgba, rows: [Uint8Array.of(1, 2, 3, 255)] });
    expect(await decoded(opaque)).toMatchObject({ data: [1, 2, 3], codes: [] });
  });

  it.each([
    [1, 3, [1, 2, 3, 4, 5, 6]],
    [2, 3, [3, 2, 1, 6, 5, 4]],
    [3, 3, [6, 5, 4, 3, 2, 1]],
    [4, 3, [4, 5, 6, 1, 2, 3]],
    [5, 2, [1, 4, 2, 5, 3, 6]],
    [6, 2, [4, 1, 5, 2, 6, 3]],
    [7, 2, [6, 3, 5, 2, 4, 1]],
    [8, 2, [3, 6, 2, 5, 1, 4]],
  ])('turns the picture upright: orientation %i', async (orientation, width, expected) => {
    const rows = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)];
    const image = await decoded(png({ width: 3, height: 2, type: PNG.gray, rows, orientation }));
    expect(image).toMatchObject({ width, height: 6 / width });
    expect(image.data.filter((_, i) => i % 3 === 0)).toEqual(expected);
  });

  it('takes the first frame of several, and says so', async () => {
    const frames = Uint8Array.from([...COLOURS, ...COLOURS.map((value) => 255 - value)]);
    const strip = sharp(frames, { raw: { width: 3, height: 4, channels: 3, pageHeight: 2 } });
    const image = await decoded(await strip.webp({ lossless: true, loop: 0, delay: [100, 100] }).toBuffer());
    expect(image).toMatchObject({ width: 3, height: 2, data: COLOURS, codes: ['first-frame'] });
  });

  it('ignores colour profiles, as Python loaders do', async () => {
    const { icc } = await sharp(await colours().withIccProfile('p3').png().toBuffer()).metadata();
    const profile = icc ?? new Uint8Array(0);
    expect(profile.length).toBeGreaterThan(100);
    const bytes = png({ width: 1, height: 1, type: PNG.rgb, rows: [Uint8Array.of(200, 30, 40)], profile });
    expect((await decoded(bytes)).data).toEqual([200, 30, 40]);
  });

  it('reads what is damaged a little and says so, or says that it cannot', async () => {
    const whole = await large().jpeg().toBuffer();
    const outcomes = new Set<string>();
    for (let at = 620; at < whole.length - 2; at += 17) {
      const bytes = Uint8Array.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 0x55;
      try {
        for (const code of (await decoded(bytes)).codes) outcomes.add(code);
      } catch (error) {
        expect(error).toMatchObject({ name: 'CheckpointError', code: 'malformed' });
      }
    }
    expect(outcomes).toContain('damaged-picture');
  });
});

describe('readImage, of what it cannot read', () => {
  it.each([
    ['an SVG drawing', '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>'],
    ['an SVG drawing', '<svg width="5" height="5"></svg>'],
    ['a HEIC picture', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
    ['a HEIC picture', '\0\0\0\x18ftypmif1\0\0\0\0mif1heic'],
    ['a video', '\0\0\0\x18ftypmp42\0\0\0\0isommp42'],
    ['a video', '\x1aE\xdf\xa3\x01\0\0\0'],
    ['a video', 'RIFF\0\0\0\0AVI LIST'],
    ['a camera raw file', '\0\0\0\x18ftypcrx \0\0\0\x01crx isom'],
    ['a BMP picture', 'BM\x36\0\0\0\0\0\0\0\x36\0\0\0'],
    ['a JPEG XL picture', '\xff\x0a\0\0'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n'],
    ['a web page', '<!DOCTYPE html><html><svg></svg></html>'],
    ['a zip archive', 'PK\x03\x04\0\0\0\0'],
    ['a text', 'hello'],
    ['its first bytes are of no picture format', '\0\0\0\0\0\0\0\0\0'],
  ])('says what the file is and what is read: %s', async (what, text) => {
    const failure = readImage(bytes(text), 'picture.png');
    await expect(failure).rejects.toMatchObject({ name: 'CheckpointError', code: 'unsupported', file: 'picture.png' });
    await expect(failure).rejects.toThrow(
      new RegExp(`${what}.*; PNG, JPEG, WebP, GIF, TIFF and AVIF pictures are read`),
    );
  });

  it('takes no camera file for the preview inside it', async () => {
    const tiff = await colours().tiff({ compression: 'lzw' }).toBuffer();
    await expect(readImage(tiff, 'DSC_0001.NEF')).rejects.toThrow(/it is a camera raw file/);
    expect(await decoded(tiff, 'picture.tif')).toMatchObject({ data: COLOURS });
  });

  it('refuses 30,000 x 30,000 pixels by the header', async () => {
    const huge = png({ width: 30_000, height: 30_000, type: PNG.rgb, rows: [new Uint8Array(99)] });
    await expect(readImage(huge, 'huge.png')).rejects.toMatchObject({ code: 'limit', file: 'huge.png' });
    await expect(readImage(huge, 'huge.png')).rejects.toThrow(/30 000 x 30 000 pixels, more than the 134 217 728/);
  });

  it('refuses values without a range', async () => {
    await expect(readImage(floatTiff(), 'a.tif')).rejects.toMatchObject({ code: 'unsupported', file: 'a.tif' });
    await expect(readImage(floatTiff(), 'a.tif')).rejects.toThrow(/type float.*save it with 8 or 16 bits/);
  });

  it('says so where the decoder does not load', async () => {
    vi.resetModules();
    vi.doMock('sharp', () => {
      throw new Error('no binary for this platform');
    });
    try {
      const fresh = await import('../../../../src/host/images/decode.js');
      await expect(fresh.readImage(RGB, 'a.png')).rejects.toMatchObject({ code: 'unsupported', file: 'a.png' });
      await expect(fresh.readImage(RGB, 'a.png')).rejects.toThrow(/sharp does not load .*checkpoints open without it/);
    } finally {
      vi.doUnmock('sharp');
      vi.resetModules();
    }
  });

  it.each([
    ['empty', 'empty', new Uint8Array(0)],
    ['malformed', 'a header cut short', RGB.subarray(0, 20)],
    ['malformed', 'no width', png({ width: 0, height: 5, type: PNG.rgb, rows: [] })],
  ])('says %s of %s', async (code, _, content) => {
    await expect(readImage(content, 'a.png')).rejects.toMatchObject({ code, file: 'a.png' });
  });

  it.each([
    ['png', () => large().png().toBuffer()],
    ['jpeg', () => large().jpeg().toBuffer()],
    ['webp', () => large().webp().toBuffer()],
    ['tiff', () => large().tiff({ compression: 'none' }).toBuffer()],
    ['gif', () => large().gif().toBuffer()],
    ['avif', () => large().avif().toBuffer()],
  ] as const)('says that a picture is cut short: %s', async (_, encode) => {
    const whole = await encode();
    const half = whole.subarray(0, whole.length >> 1);
    const failure = decoded(half, 'half');
    await expect(failure).rejects.toMatchObject({ name: 'CheckpointError', code: 'malformed', file: 'half' });
    await expect(failure).rejects.toThrow(/the picture is damaged or cut short \(.+\); download or copy it again/);
  });
});
