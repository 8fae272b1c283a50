import * as l10n from '@vscode/l10n';
import { patchLabels } from '../../core/analysis/image/patch-labels.js';
import { groupDigits } from '../../core/bytes/quote.js';
import { CheckpointError, type Warning } from '../../core/errors.js';
import type { LabelMap, Picture, Size } from '../../core/image/preprocess/picture.js';
import { preprocessLabels } from '../../core/image/preprocess/preprocess.js';
import type { Preprocessing } from '../../core/image/preprocess/preprocessing.js';
import type { ForwardModel, PatchGrid } from '../../core/inference/forward.js';
import { layerGrid, tokenSide } from '../../core/inference/layer-shapes.js';

/** What the grey values of a mask stand for. */
export const LABELS = { background: 0, target: 1, other: 2 } as const;

/** A pixel without a label: what a mask says by this value, and what lies outside of it. */
export const NO_LABEL = -1;

/** The brightest grey: no label, but the object in a mask of nothing but black and white. */
const WHITE = 255;

/**
 * Labels of the pixels of a mask; grey values that are no label count as none, which a warning says.
 * @throws CheckpointError `unsupported` for a picture in colour, or one without any label.
 */
export function labelsOf({ width, height, pixels }: Picture, name: string): { map: LabelMap; warnings: Warning[] } {
  const counts = new Int32Array(WHITE + 1);
  const labels = new Int32Array(width * height);
  for (let at = 0; at < labels.length; at++) {
    const red = pixels[3 * at] ?? 0;
    if (red !== pixels[3 * at + 1] || red !== pixels[3 * at + 2]) {
      const [, green, blue] = pixels.subarray(3 * at, 3 * at + 3);
      const problem = l10n.t(
        'its pixel at {0}, {1} is red {2}, green {3}, blue {4}, which is no label',
        at % width,
        Math.floor(at / width),
        red,
        String(green),
        String(blue),
      );
      throw new CheckpointError('unsupported', name, problem, labelsAdvice());
    }
    counts[red] = (counts[red] ?? 0) + 1;
    labels[at] = red;
  }
  const has = (value: number): boolean => (counts[value] ?? 0) > 0;
  const found = Array.from(counts.keys()).filter(has);
  const isBlackAndWhite = found.every((value) => value === LABELS.background || value === WHITE) && has(WHITE);
  const unknown = found.filter((value) => value > LABELS.other && value !== WHITE);
  if (found.every((value) => unknown.includes(value))) {
    const problem = l10n.t('its values {0} are no labels', list(found));
    throw new CheckpointError('unsupported', name, problem, labelsAdvice());
  }
  for (let at = 0; at < labels.length; at++) {
    const value = labels[at] ?? 0;
    if (value > LABELS.other) labels[at] = value === WHITE && isBlackAndWhite ? LABELS.target : NO_LABEL;
  }
  const warnings: Warning[] = [];
  if (isBlackAndWhite) {
    const message =
      found.length > 1
        ? l10n.t('{0} holds only black and white: white is taken as the object.', name)
        : l10n.t('{0} holds only white: white is taken as the object.', name);
    warnings.push({ code: 'white-is-object', message });
  }
  if (unknown.length > 0) {
    const pixelCount = unknown.reduce((sum, value) => sum + (counts[value] ?? 0), 0);
    const message = l10n.t(
      '{0} has values that are no labels ({1}), at {2} pixels, which count as unlabelled.',
      name,
      list(unknown),
      groupDigits(pixelCount),
    );
    warnings.push({ code: 'unknown-labels', message });
  }
  return { map: { width, height, labels }, warnings };
}

const labelsAdvice = (): string =>
  l10n.t('give a grey picture of 8 bits with 0 for background, 1 for the object, 2 for other objects');

/** Values that are named in a message; the others are counted. */
const NAMED = 5;

function list(values: readonly number[]): string {
  const more = values.length - NAMED;
  const shown = values.slice(0, NAMED).join(', ');
  return more > 0 ? l10n.t('{0} and {1} others', shown, more) : shown;
}

/** Labels as the model sees the picture, and those of its patches. */
export interface SeenLabels {
  /** Of the pixels of the input. */
  readonly pixels: LabelMap;
  /** The label of more than half of a patch's pixels, else `MIXED`. */
  readonly patches: Int32Array;
  readonly warnings: readonly Warning[];
}

/**
 * The labels after the resizing and cropping of the picture that they belong to.
 * @param original size of the picture; a mask of another size is scaled to it by the nearest pixel.
 */
export function seenLabels(
  map: LabelMap,
  original: Size,
  preprocessing: Preprocessing,
  patch: number,
  name: string,
): SeenLabels {
  const [height, width] = original;
  const warnings: Warning[] = [];
  if (map.width !== width || map.height !== height) {
    const message = l10n.t(
      '{0} has {1} x {2} pixels, the picture {3} x {4}: each takes the label of the nearest one.',
      name,
      map.width,
      map.height,
      width,
      height,
    );
    warnings.push({ code: 'mask-scaled', message });
  }
  const pixels = preprocessLabels(map, original, preprocessing, name);
  const patches = patchLabels(pixels, patch);
  return { pixels, patches, warnings: [...warnings, ...patchWarnings(patches)] };
}

/**
 * Labels of the tokens of a layer, which may stand for several patches.
 * @param grid rows and columns of patches.
 */
export function layerLabels(
  { pixels, patches }: { readonly pixels: LabelMap | null; readonly patches: Int32Array },
  forward: Pick<ForwardModel, 'blocks' | 'patches'>,
  grid: PatchGrid,
  layer: number,
): Int32Array {
  const own = layerGrid(forward, grid, layer);
  if (pixels === null || (own[0] === grid[0] && own[1] === grid[1])) return patches;
  return patchLabels(pixels, tokenSide(forward, layer), own);
}

/** What the labels of patches leave nothing to compare with. */
export function patchWarnings(patches: Int32Array): Warning[] {
  if (patches.every((label) => label === LABELS.target)) {
    const message = l10n.t('The mask covers the whole picture: there is nothing to compare with.');
    return [{ code: 'mask-covers-all', message }];
  }
  if (!patches.includes(LABELS.target)) {
    const message = l10n.t(
      'No patch is covered by label {0} (target) for more than half, so there is no preference of it.',
      LABELS.target,
    );
    return [{ code: 'label-without-patches', message }];
  }
  return [];
}

/** The preprocessing of pixels that were given as they are: labels are brought to their size. */
export function asGiven(size: Size): Preprocessing {
  return {
    resize: { mode: 'exact', size },
    resampling: 'nearest',
    crop: null,
    rescale: 1,
    mean: [0, 0, 0],
    deviation: [1, 1, 1],
    colour: 'rgb',
  };
}
