import * as l10n from '@vscode/l10n';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { CheckpointError } from '../../core/errors.js';
import { asCheckpointError } from '../files/system-error.js';

/** A picture with its mask, as paths from the folder, with `/` between their parts. */
export interface MaskPair {
  readonly image: string;
  readonly mask: string;
}

/** The pictures of a folder and their masks. */
export interface PairedFolder {
  /** By the name of the picture. */
  readonly pairs: readonly MaskPair[];
  readonly imagesWithoutMask: readonly string[];
  readonly masksWithoutImage: readonly string[];
  /** Names that several pictures or several masks share, so that nobody knows which belong together. */
  readonly ambiguous: readonly string[];
}

const PICTURE = /\.(?:avif|gif|jpe?g|png|tiff?|webp)$/iu;

/** Folders and ends of names that tell a mask, and folders that tell a picture. */
const MASK_FOLDER = /^(?:annotations?|labels?|masks?|segmentations?)$/iu;
const MASK_END = /[-_.](?:labels?|masks?|seg(?:mentation)?)$/iu;
const IMAGE_FOLDER = /^(?:images?|imgs?|jpegimages|photos?|pictures?)$/iu;

/** More than any collection of labelled pictures in use. */
const MAX_FILES = 200_000;

/**
 * Finds pictures and masks that belong together in a folder and the folders in it: `NAME.jpg` with `NAME_mask.png`, with `masks/NAME.png`,
 * or `images/SPLIT/NAME.jpg` with `annotations/SPLIT/NAME.png` (as ADE20K has it).
 * @throws CheckpointError when the folder cannot be read or holds too much.
 */
export async function pairMasks(folder: string): Promise<PairedFolder> {
  const name = path.basename(path.resolve(folder));
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw asCheckpointError(error, name);
  });
  const files = entries
    .filter((entry) => entry.isFile() && PICTURE.test(entry.name) && !entry.name.startsWith('.'))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
  if (files.length > MAX_FILES) {
    const problem = l10n.t('it holds {0} pictures, more than are looked at', files.length);
    throw new CheckpointError('limit', name, problem, l10n.t('choose a folder with fewer'));
  }
  return pairNames(files);
}

/** The same for the paths of pictures. */
export function pairNames(files: readonly string[]): PairedFolder {
  const found = new Map<string, { images: string[]; masks: string[] }>();
  for (const file of files) {
    const { key, isMask } = keyOf(file);
    const own = found.get(key) ?? { images: [], masks: [] };
    found.set(key, own);
    (isMask ? own.masks : own.images).push(file);
  }
  const pairs: MaskPair[] = [];
  const imagesWithoutMask: string[] = [];
  const masksWithoutImage: string[] = [];
  const ambiguous: string[] = [];
  for (const { images, masks } of found.values()) {
    const [image, ...otherImages] = images;
    const [mask, ...otherMasks] = masks;
    if (image === undefined) masksWithoutImage.push(...masks);
    else if (mask === undefined) imagesWithoutMask.push(...images);
    else if (otherImages.length + otherMasks.length > 0) ambiguous.push(...images, ...masks);
    else pairs.push({ image, mask });
  }
  return { pairs, imagesWithoutMask, masksWithoutImage, ambiguous };
}

/** What a picture and its mask have in common: their path without what tells the one from the other. */
function keyOf(file: string): { key: string; isMask: boolean } {
  const parts = file.split('/');
  const stem = (parts.pop() ?? '').replace(PICTURE, '');
  const isMask = MASK_END.test(stem) || parts.some((part) => MASK_FOLDER.test(part));
  const folders = parts.filter((part) => !MASK_FOLDER.test(part) && !IMAGE_FOLDER.test(part));
  return { key: [...folders, stem.replace(MASK_END, '')].join('/'), isMask };
}
