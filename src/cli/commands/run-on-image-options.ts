import { stat } from 'node:fs/promises';
import type { Size } from '../../core/image/preprocess/picture.js';
import { MAX_SIDE } from '../../core/image/preprocess/preprocessing.js';
import { UsageError } from '../usage-error.js';
import type { AttentionOptions } from './attention.js';
import type { ModesOptions } from './modes.js';
import type { ImageChoice } from '../../host/image-lab/model-input.js';

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
  readonly query?: string;
  readonly svg?: string;
  readonly png?: string;
  readonly labels?: string;
}

/** Options of `modes`. */
export interface ModesFlags {
  readonly layer: string;
  readonly head: string;
  readonly top: string;
  readonly ablate?: string;
  readonly svg?: string;
  readonly png?: string;
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

/** Checks the options of `attention`. @param ofFolder whether it is for a folder of pictures. @throws UsageError as `imageChoice` does. */
export function attentionOptions(flags: AttentionFlags, ofFolder: boolean): AttentionOptions {
  const { layer, head, mask, keys, knn, npz, query, svg, png, labels } = flags;
  const variant = KEYS.find((known) => known === (keys ?? 'without-prefix'));
  if (variant === undefined) throw new UsageError(`--keys takes ${KEYS.join(', ')}, not ${keys ?? ''}`);
  const meaning = MEANINGS.find((known) => known === labels) ?? null;
  if (labels !== undefined && meaning === null) throw new UsageError(`--labels takes roles or objects, not ${labels}`);
  const single = { '--mask': mask, '--knn': knn, '--npz': npz, '--query': query, '--png': png };
  const [wrong] = Object.entries(single).filter(([, given]) => given !== undefined);
  if (ofFolder && wrong !== undefined) throw new UsageError(`${wrong[0]} is for one picture, not for a folder`);
  if (!ofFolder && labels !== undefined) throw new UsageError('--labels is for a folder of pictures and masks');
  if (!ofFolder && keys !== undefined && mask === undefined) throw new UsageError('--keys goes with --mask LABELS.png');
  if (query !== undefined && svg === undefined && png === undefined) {
    throw new UsageError('--query goes with --svg FILE or --png FILE');
  }
  return {
    layers: layer === 'all' ? null : wholeNumbers('--layer', layer),
    head: head === undefined ? null : wholeNumber('--head', head, 0, MOST),
    mask: mask ?? null,
    keys: variant,
    npz: npz ?? null,
    nearestKeys: knn === undefined ? null : wholeNumber('--knn', knn, 1, MOST),
    query: query === undefined ? null : asking(query),
    svg: svg ?? null,
    png: png ?? null,
    labels: meaning,
  };
}

const MEANINGS = ['roles', 'objects'] as const;

function asking(text: string): NonNullable<AttentionOptions['query']> {
  if (text === 'class') return 'class';
  const [row, column, ...rest] = text.split(',');
  if (row === undefined || column === undefined || rest.length > 0) {
    throw new UsageError(`--query takes class, or ROW,COLUMN of a patch such as 8,5, not ${text}`);
  }
  return [wholeNumber('--query', row, 0, MOST), wholeNumber('--query', column, 0, MOST)];
}

/** Checks the options of `modes`. @throws UsageError as `imageChoice` does. */
export function modesOptions({ layer, head, top, ablate, svg, png }: ModesFlags): ModesOptions {
  return {
    layer: wholeNumber('--layer', layer, 0, MOST),
    head: wholeNumber('--head', head, 0, MOST),
    top: wholeNumber('--top', top, 1, MOST),
    ablate: ablate === undefined ? null : wholeNumbers('--ablate', ablate),
    svg: svg ?? null,
    png: png ?? null,
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

/** The folder that is to be run on; null for a picture. */
export async function folderOf({ image }: ImageChoice): Promise<string | null> {
  return image !== null && (await isFolder(image)) ? image : null;
}

/** Whether a path is that of a folder; what is not there is told by whoever opens it. */
export async function isFolder(path: string): Promise<boolean> {
  const facts = await stat(path).catch(() => null);
  return facts?.isDirectory() === true;
}
