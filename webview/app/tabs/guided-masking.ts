import * as l10n from '@vscode/l10n';
import {
  maskedCount,
  maskProbabilities,
  type MaskGuide,
  sampleMask,
} from '../../../src/core/analysis/keypoints/guided-mask.js';
import { seeded } from '../../../src/core/analysis/keypoints/seeded.js';
import { fixed } from '../../../src/core/text/numbers.js';
import type { ImageCard, KeypointFigures } from '../../../src/protocol/image.js';
import { canvasOf, contextOf } from '../../lib/picture-at.js';
import type { Paint } from '../../lib/painted.js';
import { picturePaint } from '../image/paints.js';

/** How the patches of a picture are masked, and one mask that was drawn so. */
interface MaskPreview {
  /** Chance of each patch. */
  readonly chances: Float64Array;
  /** 1 for masked patches. */
  readonly mask: Uint8Array;
  /** Patches that every mask has. */
  readonly count: number;
}

/** Chances by the concentration of keypoints, and the mask that a seed draws. */
export function maskPreview({ concentration }: KeypointFigures, guide: MaskGuide, seed: number): MaskPreview {
  const chances = maskProbabilities(Float64Array.from(concentration), guide);
  return { chances, mask: sampleMask(chances, seeded(seed)), count: maskedCount(chances) };
}

/** Chances that differ by less are the same to the eye, and to rounding. */
const EVEN = 1e-9;

function range(chances: Float64Array): readonly [least: number, most: number] {
  return chances.reduce<readonly [number, number]>(([low, high], p) => [Math.min(low, p), Math.max(high, p)], [1, 0]);
}

/** Heat of the chances, 0..1, from the least of them to the most; in the middle where they are even. Squared, since heat is drawn by its root. */
export function chancesHeat({ chances }: MaskPreview): Float32Array {
  const [least, most] = range(chances);
  return Float32Array.from(chances, (p) => (most - least < EVEN ? 0.25 : ((p - least) / (most - least)) ** 2));
}

/** What is said of the chances. */
export function chancesSentence({ chances }: MaskPreview, { direction }: MaskGuide): string {
  const [least, most] = range(chances);
  if (most - least < EVEN) return l10n.t('Every patch has a chance of {0}: nothing guides them.', fixed(most));
  const scale = l10n.t('Chances from {0}, dark, to {1}, yellow.', fixed(least), fixed(most));
  return direction === 'rich'
    ? l10n.t('{0} Patches with many keypoints are masked more often.', scale)
    : l10n.t('{0} Patches with few keypoints are masked more often.', scale);
}

/** What is said of the mask. */
export function maskSentence({ mask, count }: MaskPreview, seed: number): string {
  return l10n.t('{0} of {1} patches masked; seed {2}.', count, mask.length, seed);
}

/** What the mouse reads off a patch. */
export function maskTip({ chances, mask }: MaskPreview, row: number, column: number, columns: number): string[] {
  const patch = row * columns + column;
  const state = mask[patch] === 1 ? l10n.t('masked in this sample') : l10n.t('seen in this sample');
  return [l10n.t('row {0}, column {1}', row, column), l10n.t('chance {0}', fixed(chances[patch] ?? 0, 3)), state];
}

const [MASK_GREY, MASK_LINE] = ['#6b6b6b', '#9a9a9a'] as const;

/** The picture with its masked patches struck out in grey. */
export function maskPaint(card: ImageCard, mask: Uint8Array): Paint {
  const under = picturePaint(card);
  const [rows, columns] = card.grid;
  return (context, width, height) => {
    under(context, width, height);
    const [across, down] = [width / columns, height / rows];
    const struck = context.createPattern(hatch(Math.max(4, Math.round(across / 3))), 'repeat') ?? MASK_GREY;
    context.fillStyle = struck;
    mask.forEach((masked, patch) => {
      if (masked !== 1) return;
      const [row, column] = [Math.floor(patch / columns), patch % columns];
      const [left, top] = [Math.round(column * across), Math.round(row * down)];
      context.fillRect(left, top, Math.round((column + 1) * across) - left, Math.round((row + 1) * down) - top);
    });
  };
}

/** Strokes that tell a masked patch from a grey part of the picture. */
function hatch(side: number): HTMLCanvasElement {
  const canvas = canvasOf(side, side);
  const context = contextOf(canvas);
  context.fillStyle = MASK_GREY;
  context.fillRect(0, 0, side, side);
  context.strokeStyle = MASK_LINE;
  context.lineWidth = Math.max(1, side / 6);
  context.beginPath();
  for (const shift of [-side, 0, side]) {
    context.moveTo(shift, side);
    context.lineTo(shift + side, 0);
  }
  context.stroke();
  return canvas;
}
