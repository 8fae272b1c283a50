import * as l10n from '@vscode/l10n';
import type { Sharp, SharpOptions } from 'sharp';
import { groupDigits, quoteName } from '../../core/bytes/quote.js';
import { CheckpointError, type Warning } from '../../core/errors.js';
import type { Picture } from '../../core/image/preprocess/picture.js';
import { HEAD_BYTES, imageFormat, type ImageFormat } from './kinds.js';

/** A picture whose header was read. */
export interface EncodedImage {
  readonly format: ImageFormat;
  /** Pixels of the upright picture. */
  readonly width: number;
  readonly height: number;
  /** @throws CheckpointError `malformed` when its pixels are damaged or cut short. */
  decode(): Promise<DecodedImage>;
}

/** A picture in memory, and what there is to say about it. */
export interface DecodedImage {
  readonly picture: Picture;
  readonly warnings: readonly Warning[];
}

/** Most pixels that are decoded: more than all but a few cameras give, and 0.4 GB as RGB. */
const MAX_PIXELS = 2 ** 27;

/** Types of values whose range is known. */
const DEPTHS: readonly string[] = ['uchar', 'ushort'];

/**
 * Reads the header of a picture; nothing of its size is allocated before `decode`.
 *
 * Pixels become what Python's loaders give to a model, PIL's `convert('RGB')` after its orientation was applied: 8 bits (of 16 the upper eight),
 * colour profiles ignored, transparency ignored with the colours as they are stored, the first frame of several.
 * @param file name for people.
 * @throws CheckpointError `empty`, `unsupported`, `malformed` or `limit`.
 */
export async function readImage(bytes: Uint8Array, file: string): Promise<EncodedImage> {
  const format = imageFormat(bytes.subarray(0, HEAD_BYTES), file);
  const sharp = await loadSharp(file);
  const header = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      throw damaged(file, error);
    });
  const { width, height } = header.autoOrient;
  checkSize(file, width, height);
  if (!DEPTHS.includes(header.depth)) {
    const problem = l10n.t(
      'its values are of type {0}, whose range for black to white the file does not say',
      header.depth,
    );
    throw new CheckpointError('unsupported', file, problem, l10n.t('save it with 8 or 16 bits a channel'));
  }
  const notes = notesOf(header.pages ?? 1, header.space);
  const open = (failOn: 'warning' | 'error') =>
    sharp(bytes, { failOn, limitInputPixels: MAX_PIXELS, autoOrient: true, ignoreIcc: true } satisfies SharpOptions);
  return {
    format,
    width,
    height,
    async decode() {
      const { pixels, warnings } = await pixelsOf(open, file);
      const { picture, isTransparent } = withoutAlpha(pixels, width, height, file);
      return { picture, warnings: [...notes, ...warnings, ...(isTransparent ? [transparent()] : [])] };
    },
  };
}

function transparent(): Warning {
  const message = l10n.t(
    'The picture is transparent in places; the colours stored there are used, as Python loaders do.',
  );
  return { code: 'transparency-ignored', message };
}

function checkSize(file: string, width: number, height: number): void {
  if (width * height <= MAX_PIXELS) return;
  const problem = l10n.t(
    'its header says {0} x {1} pixels, more than the {2} that are decoded',
    groupDigits(width),
    groupDigits(height),
    groupDigits(MAX_PIXELS),
  );
  throw new CheckpointError('limit', file, problem, l10n.t('make the picture smaller first'));
}

function notesOf(frames: number, space: string): Warning[] {
  const notes: Warning[] = [];
  if (frames > 1)
    notes.push({ code: 'first-frame', message: l10n.t('Of {0} frames or pages the first is taken.', frames) });
  if (space === 'cmyk') {
    const message = l10n.t('The picture is CMYK; other programs turn that into slightly different colours.');
    notes.push({ code: 'cmyk', message });
  }
  return notes;
}

/** Decodes strictly; where that fails but the decoder can still go on, it does so and says it. */
async function pixelsOf(open: (failOn: 'warning' | 'error') => Sharp, file: string) {
  try {
    return { pixels: await rawPixels(open('warning')), warnings: [] };
  } catch (strict) {
    try {
      const pixels = await rawPixels(open('error'));
      const message = l10n.t('The picture is damaged ({0}); parts of it may be wrong.', words(strict));
      return { pixels, warnings: [{ code: 'damaged-picture', message }] };
    } catch (error) {
      throw damaged(file, error);
    }
  }
}

function rawPixels(image: Sharp) {
  return image.toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
}

/** The picture of three channels, out of three or of four with the last as transparency. */
function withoutAlpha(
  { data, info }: Awaited<ReturnType<typeof rawPixels>>,
  width: number,
  height: number,
  file: string,
): { picture: Picture; isTransparent: boolean } {
  const { channels } = info;
  if (channels !== 3 && channels !== 4) {
    const problem = l10n.t('it has {0} channels, more than colour and transparency need', channels);
    throw new CheckpointError('unsupported', file, problem, l10n.t('save it as RGB'));
  }
  if (info.width !== width || info.height !== height || data.length !== width * height * channels) {
    throw damaged(file, l10n.t('{0} x {1} pixels came out, not {2} x {3}', info.width, info.height, width, height));
  }
  if (channels === 3) return { picture: { pixels: data, width, height }, isTransparent: false };
  const rgb = new Uint8Array(width * height * 3);
  let isTransparent = false;
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    rgb[to] = data[from] ?? 0;
    rgb[to + 1] = data[from + 1] ?? 0;
    rgb[to + 2] = data[from + 2] ?? 0;
    if (data[from + 3] !== 255) isTransparent = true;
  }
  return { picture: { pixels: rgb, width, height }, isTransparent };
}

/**
 * Loaded when the first picture is, so that all else works where the package has no binary for the platform.
 * @throws CheckpointError `unsupported` where it does not load.
 */
export async function loadSharp(file: string) {
  try {
    const { default: sharp } = await import('sharp');
    return sharp;
  } catch (error) {
    const problem = l10n.t('pictures cannot be decoded here: the package sharp does not load ({0})', words(error));
    const advice = l10n.t('install QK Lens for this platform again; checkpoints open without it');
    throw new CheckpointError('unsupported', file, problem, advice);
  }
}

function damaged(file: string, error: unknown): CheckpointError {
  return new CheckpointError(
    'malformed',
    file,
    l10n.t('the picture is damaged or cut short ({0})', words(error)),
    l10n.t('download or copy it again'),
  );
}

/** The first line of what a library said. */
function words(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return quoteName(
    (said.split('\n')[0] ?? '').replace(/^Input buffer (?:has |contains )?/u, '').replace(/:?\s*$/u, ''),
  );
}
