import * as l10n from '@vscode/l10n';
import { CheckpointError } from '../../errors.js';
import type { Size, Window } from './picture.js';
import { type Crop, isInputSize, type Preprocessing, type Resize } from './preprocessing.js';

/** A longer side comes only of a picture that is a hundred thousand times as long as it is wide. */
const MAX_RESIZED_SIDE = 2 ** 26;

/** Where a model's input lies on the resized picture. */
export interface Layout {
  /** Size of the whole picture after resizing. */
  readonly resized: Size;
  /** Size of the input. */
  readonly size: Size;
  /** Place of the input's top left on the resized picture; negative where it is filled up. */
  readonly left: number;
  readonly top: number;
  /** The part of the resized picture that the input shows. */
  readonly window: Window;
}

/** The rectangle of the original picture that the input shows, in pixels of the original; reaches over its edges where the input is filled up. */
export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * How a picture of that size becomes the input.
 * @param name the picture's name for messages.
 * @throws CheckpointError `empty` for a picture without pixels, `limit` where the input would be too large.
 */
export function layoutOf(original: Size, { resize, crop }: Preprocessing, name: string): Layout {
  if (original[0] < 1 || original[1] < 1) {
    throw new CheckpointError('empty', name, l10n.t('the picture has no pixels'), l10n.t('choose another picture'));
  }
  const resized = resizedSize(original, resize);
  const size = crop?.size ?? resized;
  if (!isInputSize(size) || Math.max(...resized) > MAX_RESIZED_SIDE) {
    const [height, width] = isInputSize(size) ? resized : size;
    const problem = l10n.t('this preprocessing makes {0} x {1} pixels of it, more than fit', width, height);
    throw new CheckpointError('limit', name, problem, l10n.t('choose a smaller size or a crop'));
  }
  const [top, left] = crop === null ? [0, 0] : [offset(resized[0], size[0], crop), offset(resized[1], size[1], crop)];
  const from = [Math.max(0, top), Math.max(0, left)] as const;
  return {
    resized,
    size,
    left,
    top,
    window: {
      left: from[1],
      top: from[0],
      width: Math.min(resized[1], left + size[1]) - from[1],
      height: Math.min(resized[0], top + size[0]) - from[0],
    },
  };
}

/** Where the input lies on the original picture, for overlays. */
export function placementOf([height, width]: Size, { resized, size, left, top }: Layout): Placement {
  const across = width / resized[1];
  const down = height / resized[0];
  return { x: left * across, y: top * down, width: size[1] * across, height: size[0] * down };
}

function resizedSize(original: Size, resize: Resize): Size {
  switch (resize.mode) {
    case 'none':
      return original;
    case 'exact':
      return resize.size;
    case 'shortest-edge':
      return byShortestEdge(original, resize.edge, resize.longest);
    case 'cover':
    case 'longest-side': {
      const ratios = [original[0] / resize.size[0], original[1] / resize.size[1]];
      const ratio = resize.mode === 'cover' ? Math.min(...ratios) : Math.max(...ratios);
      // As timm's ResizeKeepRatio.
      const round = resize.mode === 'longest-side' && resize.halves === 'up' ? Math.round : roundHalfEven;
      return atLeastOne([round(original[0] / ratio), round(original[1] / ratio)]);
    }
  }
}

/** The longer side is cut down to a whole number, as in torchvision; with a limit as in Transformers' `get_size_with_aspect_ratio`. */
function byShortestEdge([height, width]: Size, edge: number, longest: number | null): Size {
  const short = Math.min(height, width);
  const long = Math.max(height, width);
  const limited = longest !== null && (long / short) * edge > longest ? (longest * short) / long : null;
  const newShort = limited === null ? edge : roundHalfEven(limited);
  const newLong = short === newShort ? long : Math.trunc(((limited ?? edge) * long) / short);
  return atLeastOne(width <= height ? [newLong, newShort] : [newShort, newLong]);
}

/** Offset of the crop along one side. */
function offset(length: number, wanted: number, { place, rounding }: Crop): number {
  if (place === 'start') return 0;
  if (length < wanted) return -Math.floor((wanted - length) / 2);
  const half = (length - wanted) / 2;
  return rounding === 'down' ? Math.floor(half) : roundHalfEven(half);
}

/** Rounds as Python does; the value is not negative. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
}

function atLeastOne([height, width]: Size): Size {
  return [Math.max(1, height), Math.max(1, width)];
}
