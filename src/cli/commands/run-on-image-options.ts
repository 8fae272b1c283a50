import type { Size } from '../../core/image/preprocess/picture.js';
import { MAX_SIDE } from '../../core/image/preprocess/preprocessing.js';
import { UsageError } from '../usage-error.js';
import type { AttentionOptions } from './attention.js';
import type { ModesOptions } from './modes.js';
import type { ImageChoice } from './run-on-image.js';

/** Options of commands that run a model, as the parser gives them. */
export interface ImageFlags {
  readonly pixels?: string;
  readonly size?: string;
}

/** Options of `attention`. */
export interface AttentionFlags {
  readonly layer: string;
  readonly head?: string;
  readonly mask?: string;
  readonly keys?: string;
  readonly knn?: string;
  readonly npz?: string;
}

/** Options of `modes`. */
export interface ModesFlags {
  readonly layer: string;
  readonly head: string;
  readonly top: string;
  readonly ablate?: string;
}

/** More layers, heads, modes or tokens than any model has. */
const MOST = 1_000_000;

const KEYS = ['without-prefix', 'without-prefix-and-self', 'all'] as const;

/** What to run a model on. @throws UsageError naming the option, what was expected and what was given. */
export function imageChoice(image: string | undefined, { pixels, size }: ImageFlags): ImageChoice {
  if (image === undefined && pixels === undefined) throw new UsageError('give an IMAGE, or --pixels FILE.npy');
  if (image !== undefined && pixels !== undefined)
    throw new UsageError('--pixels takes the place of the IMAGE: leave one out');
  if (size !== undefined && pixels !== undefined)
    throw new UsageError('--size is for pictures; --pixels are used as they are');
  return { image: image ?? null, pixels: pixels ?? null, size: size === undefined ? null : exactSize(size) };
}

/** Checks the options of `attention`. @throws UsageError as `imageChoice` does. */
export function attentionOptions({ layer, head, mask, keys, knn, npz }: AttentionFlags): AttentionOptions {
  const variant = KEYS.find((known) => known === (keys ?? 'without-prefix'));
  if (variant === undefined) throw new UsageError(`--keys takes ${KEYS.join(', ')}, not ${keys ?? ''}`);
  if (keys !== undefined && mask === undefined) throw new UsageError('--keys goes with --mask LABELS.png');
  return {
    layers: layer === 'all' ? null : wholeNumbers('--layer', layer),
    head: head === undefined ? null : wholeNumber('--head', head, 0, MOST),
    mask: mask ?? null,
    keys: variant,
    npz: npz ?? null,
    nearestKeys: knn === undefined ? null : wholeNumber('--knn', knn, 1, MOST),
  };
}

/** Checks the options of `modes`. @throws UsageError as `imageChoice` does. */
export function modesOptions({ layer, head, top, ablate }: ModesFlags): ModesOptions {
  return {
    layer: wholeNumber('--layer', layer, 0, MOST),
    head: wholeNumber('--head', head, 0, MOST),
    top: wholeNumber('--top', top, 1, MOST),
    ablate: ablate === undefined ? null : wholeNumbers('--ablate', ablate),
  };
}

function wholeNumbers(option: string, text: string): number[] {
  return text.split(',').map((part) => wholeNumber(option, part, 0, MOST));
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/u.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`${option} takes a whole number from ${least} to ${most}, not ${text}`);
}

function exactSize(text: string): Size {
  const [height, width, ...rest] = text.split('x');
  if (height === undefined || width === undefined || rest.length > 0) {
    throw new UsageError(`--size takes HEIGHTxWIDTH, such as 224x224, not ${text}`);
  }
  return [wholeNumber('--size', height, 1, MAX_SIDE), wholeNumber('--size', width, 1, MAX_SIDE)];
}
