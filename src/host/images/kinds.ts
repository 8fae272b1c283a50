import * as l10n from '@vscode/l10n';
import { CheckpointError } from '../../core/errors.js';

/** A picture format that is read. */
export type ImageFormat = 'avif' | 'gif' | 'jpeg' | 'png' | 'tiff' | 'webp';

/** What is read, as advice. */
export const whatIsRead = (): string => l10n.t('PNG, JPEG, WebP, GIF, TIFF and AVIF pictures are read');

/** Bytes at the start of a file that tell what it is. */
export const HEAD_BYTES = 4_096;

/** @param text the first bytes as Latin-1. */
type Test = (text: string) => boolean;

const FORMATS: readonly (readonly [format: ImageFormat, test: Test])[] = [
  ['png', startsWith('\x89PNG\r\n\x1a\n')],
  ['jpeg', startsWith('\xff\xd8\xff')],
  ['gif', startsWith('GIF87a', 'GIF89a')],
  ['webp', (text) => isRiff(text, 'WEBP')],
  ['tiff', startsWith('II*\0', 'MM\0*', 'II+\0', 'MM\0+')],
  ['avif', (text) => hasBrand(text, /^avi[fs]$/u)],
];

/** Camera files that are TIFFs by their first bytes; what a TIFF reader finds in them is a small preview. */
const CAMERA_NAME = /\.(?:3fr|arw|cr2|dcr|dng|erf|iiq|k25|kdc|mef|mos|nef|nrw|pef|raw|sr2|srf|srw)$/u;

const convertAdvice = (): string => l10n.t('convert it to one of them');
const cameraRaw = (): string => l10n.t('a camera raw file');
const chooseAdvice = (): string => l10n.t('choose a picture');

/** What people try that is not read, and what would help; the first that fits is told. */
const OTHERS: readonly (readonly [what: () => string, test: Test, advice?: () => string])[] = [
  [
    () => l10n.t('a web page that was saved in place of the picture'),
    (text) => /^\s*<(?:!doctype html|html)/iu.test(text),
    () => l10n.t('download the picture itself'),
  ],
  [
    () => l10n.t('an SVG drawing'),
    (text) => /^(?:\xef\xbb\xbf)?\s*</u.test(text) && /<(?:svg|\w{1,20}:svg)[\s>]/iu.test(text),
  ],
  [() => l10n.t('a HEIC picture'), (text) => hasBrand(text, /^(?:hei[cmsx]|hev[cmsx]|mif1|msf1)$/u)],
  [cameraRaw, (text) => startsWith('FUJIFILMCCD-RAW', 'IIU\0', 'IIRO', 'IIRS')(text) || hasBrand(text, /^crx $/u)],
  [() => l10n.t('a video'), isVideo, () => l10n.t('save a frame of it as a picture')],
  [() => l10n.t('a BMP picture'), (text) => text.startsWith('BM') && text.slice(6, 10) === '\0\0\0\0'],
  [() => l10n.t('a JPEG XL picture'), startsWith('\xff\x0a', '\0\0\0\x0cJXL \r\n\x87\n')],
  [() => l10n.t('a JPEG 2000 picture'), startsWith('\0\0\0\x0cjP  \r\n\x87\n', '\xff\x4f\xff\x51')],
  [() => l10n.t('a Photoshop document'), startsWith('8BPS')],
  [() => l10n.t('an OpenEXR picture'), startsWith('\x76\x2f\x31\x01')],
  [() => l10n.t('an icon file'), startsWith('\0\0\x01\0')],
  [() => l10n.t('a PNM picture'), (text) => /^P[1-7]\s/u.test(text)],
  [() => l10n.t('a DICOM file'), (text) => text.slice(128, 132) === 'DICM'],
  [() => l10n.t('a PDF document'), startsWith('%PDF-')],
  [
    () => l10n.t('a Git LFS pointer, a note of where the picture is'),
    startsWith('version https://git-lfs.github.com/spec/'),
    () => l10n.t('run git lfs pull in the repository'),
  ],
  [() => l10n.t('a zip archive'), startsWith('PK\x03\x04'), chooseAdvice],
  [() => l10n.t('a gzip archive'), startsWith('\x1f\x8b'), chooseAdvice],
  [() => l10n.t('a NumPy array'), startsWith('\x93NUMPY'), chooseAdvice],
  [() => l10n.t('a text'), (text) => /^[\t\n\r\x20-\x7e]+$/u.test(text), chooseAdvice],
];

/**
 * The format of a picture file by its first bytes, since an extension may be wrong.
 * @throws CheckpointError `empty`, or `unsupported` saying what the file is and what is read.
 */
export function imageFormat(head: Uint8Array, file: string): ImageFormat {
  if (head.length === 0) {
    throw new CheckpointError(
      'empty',
      file,
      l10n.t('the file is empty'),
      l10n.t('the download or save did not finish; get it again'),
    );
  }
  const text = String.fromCharCode(...head);
  const [format] = FORMATS.find(([, test]) => test(text)) ?? [null];
  if (format === 'tiff' && CAMERA_NAME.test(file.toLowerCase())) throw unsupported(file, cameraRaw);
  if (format !== null) return format;
  const [what, , advice] = OTHERS.find(([, test]) => test(text)) ?? [null];
  throw unsupported(file, what, advice);
}

function unsupported(file: string, what: (() => string) | null, advice = convertAdvice): CheckpointError {
  const problem =
    what === null ? l10n.t('its first bytes are of no picture format that is known') : l10n.t('it is {0}', what());
  return new CheckpointError('unsupported', file, problem, `${whatIsRead()}; ${advice()}`);
}

function startsWith(...magics: readonly string[]): Test {
  return (text) => magics.some((magic) => text.startsWith(magic));
}

function isRiff(text: string, kind: string): boolean {
  return text.startsWith('RIFF') && text.slice(8, 12) === kind;
}

/** Whether a file of the ISO base media kind names such a brand: the major one, or after its version a compatible one. */
function hasBrand(text: string, brand: RegExp): boolean {
  if (text.slice(4, 8) !== 'ftyp') return false;
  const end = Math.min(MAX_FTYP_BYTES, 256 * text.charCodeAt(2) + text.charCodeAt(3));
  const brands = [text.slice(8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(text.slice(at, at + 4));
  return brands.some((name) => brand.test(name));
}

/** Room for 28 compatible brands; files name fewer than ten. */
const MAX_FTYP_BYTES = 128;

/** Asked after the pictures of the same container kind. */
function isVideo(text: string): boolean {
  const isQuickTime = ['ftyp', 'moov', 'mdat', 'wide'].includes(text.slice(4, 8));
  const others = startsWith('\x1aE\xdf\xa3', '\0\0\x01\xba', '\0\0\x01\xb3', 'FLV\x01', 'OggS', '\x30\x26\xb2\x75');
  return isQuickTime || isRiff(text, 'AVI ') || others(text);
}
