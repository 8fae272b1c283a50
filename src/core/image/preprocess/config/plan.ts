import * as l10n from '@vscode/l10n';
import type { Size } from '../picture.js';
import { type Crop, isInputSize, type Preprocessing, type Resize, type Triple } from '../preprocessing.js';
import type { Resampling } from '../resample/filters.js';

/** What is known of the model beside its configuration. */
export interface ModelFacts {
  /** Name of its family, as recognition gives it. */
  readonly family: string;
  readonly patch: number | null;
  /** [height, width] of the pictures its positions were made for. */
  readonly imageSize: Size | null;
  /** What the checkpoint itself says, under the keys of preprocessor_config.json; unchecked. */
  readonly stated?: Readonly<Record<string, unknown>>;
}

/** A preprocessing, and where it comes from. */
export interface PreprocessingPlan {
  readonly preprocessing: Preprocessing;
  /** Whose conventions the configuration follows; `family` where there is none and the family's own are taken. */
  readonly from: 'transformers' | 'timm' | 'open-clip' | 'family';
  /** What no file says and was assumed, in sentences for people. */
  readonly assumed: readonly string[];
}

/** Means and deviations that libraries have names for. */
export const STATISTICS = {
  imagenet: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
  half: { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] },
  clip: { mean: [0.48145466, 0.4578275, 0.40821073], deviation: [0.26862954, 0.26130258, 0.27577711] },
} as const satisfies Record<string, { mean: Triple; deviation: Triple }>;

/** Factor on 8-bit values in nearly all models. */
export const TO_UNIT = 1 / 255;

const BLACK: Triple = [0, 0, 0];

/** Input size of most models, where nothing says another. */
export const USUAL_SIDE = 224;

/** Size of the input that the facts speak for: the size of the positions, or 224 cut down to whole patches. */
export function inputSize({ imageSize, patch }: ModelFacts, assumed: string[]): Size {
  if (imageSize !== null && isInputSize(imageSize)) return imageSize;
  const side = patch === null || patch > USUAL_SIDE ? USUAL_SIDE : USUAL_SIDE - (USUAL_SIDE % patch);
  assumed.push(l10n.t('No file says the size of the input: {0} pixels assumed.', sizeWords([side, side])));
  return [side, side];
}

/**
 * timm's and torchvision's evaluation: the picture resized to cover size / fraction, its middle cropped.
 * @param fraction the part of each side that the crop keeps.
 */
export function resizeAndCrop(size: Size, fraction: number): { readonly resize: Resize; readonly crop: Crop } {
  const [height, width] = [Math.floor(size[0] / fraction), Math.floor(size[1] / fraction)];
  const resize: Resize =
    height === width
      ? { mode: 'shortest-edge', edge: height, longest: null }
      : { mode: 'cover', size: [height, width] };
  return { resize, crop: { size, place: 'centre', rounding: 'half-even', fill: BLACK } };
}

/** Segment Anything's resizing: as large as fits, half a pixel more where there is half a one. */
export function longestSide(size: Size): Resize {
  return { mode: 'longest-side', size, halves: 'up' };
}

/** Fills a picture up to a size at its right and at the bottom, as Transformers and Segment Anything do: with zeros after the normalisation. */
export function filledUp(size: Size, mean: Triple, rescale: number): Crop {
  return {
    size,
    place: 'start',
    rounding: 'down',
    fill: [mean[0] / rescale, mean[1] / rescale, mean[2] / rescale],
  };
}

/** Codes of Pillow's filters, as configurations hold them. */
const PILLOW_CODES: readonly Resampling[] = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'];

/** A filter by Pillow's code or by its name; null for what is neither. */
export function asResampling(value: unknown): Resampling | null {
  if (typeof value === 'number') return PILLOW_CODES[value] ?? null;
  return PILLOW_CODES.find((name) => name === value) ?? null;
}

/** `224 × 224`, height first. */
export function sizeWords([height, width]: Size): string {
  return `${height} × ${width}`;
}
