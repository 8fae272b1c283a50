import * as l10n from '@vscode/l10n';
import { CheckpointError } from '../../core/errors.js';
import type { LabelMap, Picture } from '../../core/image/preprocess/picture.js';

/** Labels of a mask in which each number, or each colour, is an object. */
export interface ObjectMask {
  /** 0 is the background, -1 no label. */
  readonly map: LabelMap;
  /** Whether its labels may as well be roles: 0 background, 1 object, 2 other object, or black and white. */
  readonly mayBeRoles: boolean;
}

/** A grey that stands for no label in masks with other objects; in black and white it is the object. */
const WHITE = 255;

const NO_LABEL = -1;

/** A photo has more colours than a mask has objects. */
const MAX_OBJECTS = 4_096;

/**
 * Reads the labels of an index mask: grey values as they are, of colours each one an object and black the background, as palettes are decoded.
 * @throws CheckpointError `unsupported` for what is no mask.
 */
export function objectMask({ width, height, pixels }: Picture, name: string): ObjectMask {
  const labels = new Int32Array(width * height);
  const found = new Set<number>();
  let isGrey = true;
  for (let at = 0; at < labels.length; at++) {
    const red = pixels[3 * at] ?? 0;
    const green = pixels[3 * at + 1] ?? 0;
    const blue = pixels[3 * at + 2] ?? 0;
    isGrey &&= red === green && red === blue;
    labels[at] = (red << 16) | (green << 8) | blue;
    found.add(labels[at] ?? 0);
    if (found.size > MAX_OBJECTS) {
      const problem = l10n.t('it has more than {0} colours, so it is a picture and no mask', MAX_OBJECTS);
      throw new CheckpointError(
        'unsupported',
        name,
        problem,
        l10n.t('give a mask with one grey value or colour an object'),
      );
    }
  }
  if (!isGrey) return { map: { width, height, labels }, mayBeRoles: false };
  const values = [...found].map((label) => label & 0xff);
  const isBlackAndWhite = values.includes(WHITE) && values.every((value) => value === 0 || value === WHITE);
  for (let at = 0; at < labels.length; at++) {
    const value = (labels[at] ?? 0) & 0xff;
    labels[at] = value !== WHITE ? value : isBlackAndWhite ? 1 : NO_LABEL;
  }
  return { map: { width, height, labels }, mayBeRoles: isBlackAndWhite || values.every((value) => value <= 2) };
}
