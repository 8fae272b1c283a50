import * as l10n from '@vscode/l10n';
import { CheckpointError } from '../../errors.js';
import type { Size } from './picture.js';
import type { Resampling } from './resample/filters.js';

/** Three numbers, one a channel. */
export type Triple = readonly [number, number, number];

/** How the size of a picture becomes that of the model's input, before it is cropped. */
export type Resize =
  | { readonly mode: 'none' }
  /** Exactly this size, whatever becomes of the proportions. */
  | { readonly mode: 'exact'; readonly size: Size }
  /** The shorter side gets `edge` pixels, the longer one its share; less where the longer one would pass `longest`. */
  | { readonly mode: 'shortest-edge'; readonly edge: number; readonly longest: number | null }
  /** As small as covers `size` in the picture's own proportions. */
  | { readonly mode: 'cover'; readonly size: Size }
  /** As large as fits into `size` in the picture's own proportions; what is left is filled by the crop. */
  | {
      readonly mode: 'longest-side';
      readonly size: Size;
      /** Half a pixel of the shorter side counts as a whole one, as in Segment Anything; absent where it goes to the even number. */
      readonly halves?: 'up';
    };

/** A part of the resized picture as large as the model's input; where the picture is smaller it is filled up. */
export interface Crop {
  readonly size: Size;
  /** The middle, or what starts at the top left. */
  readonly place: 'centre' | 'start';
  /** Which way half a pixel of the offset goes: `down` in Transformers, `half-even` in torchvision and timm. */
  readonly rounding: 'down' | 'half-even';
  /** Colour of what is filled up, red, green, blue in 0..255; not always whole. */
  readonly fill: Triple;
}

/** All that is done to a picture before a model sees it. */
export interface Preprocessing {
  readonly resize: Resize;
  readonly resampling: Resampling;
  readonly crop: Crop | null;
  /** Factor on the 8-bit values; 1 / 255 in most models. */
  readonly rescale: number;
  /** Taken off after the rescaling, and divided by afterwards, in the order of the channels that the model sees. */
  readonly mean: Triple;
  readonly deviation: Triple;
  /** Order of the channels that the model sees. */
  readonly colour: 'rgb' | 'bgr';
}

/** What a person changes; `size` is exactly the size of the input, without a crop. */
export interface PreprocessingChanges extends Partial<Preprocessing> {
  readonly size?: Size;
}

/** Longer sides are believed of no input: the largest vision transformers see 2048 pixels. */
export const MAX_SIDE = 16_384;

/** Larger inputs would have more tokens than any machine attends over: 65 536 of 16 x 16 pixels. */
const MAX_PIXELS = 2 ** 24;

/** True for a size that a model's input can have. */
export function isInputSize([height, width]: Size): boolean {
  const sides = [height, width].every((side) => Number.isInteger(side) && side >= 1 && side <= MAX_SIDE);
  return sides && height * width <= MAX_PIXELS;
}

/**
 * The preprocessing with some fields changed by a person.
 * @throws CheckpointError `wrong-use` for sizes and numbers that cannot be.
 */
export function changePreprocessing(from: Preprocessing, { size, ...fields }: PreprocessingChanges): Preprocessing {
  const exact = size === undefined ? {} : ({ resize: { mode: 'exact', size }, crop: null } as const);
  const changed: Preprocessing = { ...from, ...fields, ...exact };
  const problem = problemOf(changed);
  if (problem === null) return changed;
  throw new CheckpointError('wrong-use', l10n.t('the preprocessing'), problem.is, problem.advice);
}

function problemOf({ resize, crop, rescale, mean, deviation }: Preprocessing): { is: string; advice: string } | null {
  const sizes = [crop?.size, 'size' in resize ? resize.size : undefined].filter((size) => size !== undefined);
  for (const [height, width] of sizes) {
    if (!isInputSize([height, width])) {
      const advice = l10n.t(
        'give whole numbers of pixels from 1 to {0}, {1} pixels in all at most',
        MAX_SIDE,
        MAX_PIXELS,
      );
      return { is: l10n.t('its size is {0}x{1}', height, width), advice };
    }
  }
  if (resize.mode === 'shortest-edge' && !isInputSize([resize.edge, 1])) {
    return {
      is: l10n.t('its shortest edge is {0}', resize.edge),
      advice: l10n.t('give a whole number of pixels from 1 to {0}', MAX_SIDE),
    };
  }
  if (![rescale, ...mean, ...deviation].every(Number.isFinite) || deviation.includes(0)) {
    return {
      is: l10n.t('a number of its normalisation is infinite or a deviation is 0'),
      advice: l10n.t('give other numbers'),
    };
  }
  return null;
}
