import * as l10n from '@vscode/l10n';
import { CheckpointError } from '../../core/errors.js';
import { patchLabels } from '../../core/analysis/image/patch-labels.js';
import type { LabelMap } from '../../core/image/preprocess/picture.js';
import type { Mask } from '../../protocol/image.js';
import type { MaskSource } from '../../protocol/image-worker.js';
import { loadSharp } from '../images/decode.js';
import { labelsOf, NO_LABEL, patchWarnings, seenLabels } from './labels.js';
import { readPicture } from './picture-source.js';
import type { ShownPicture } from './shown-picture.js';

/** How a mask says that a pixel has no label. */
const UNLABELLED = 255;

/** A mask on the picture. */
export interface PictureMask {
  readonly mask: Mask;
  /** Labels of the pixels that the model sees. */
  readonly pixels: LabelMap;
  /** Labels of the patches. */
  readonly patches: Int32Array;
}

/** Brings a mask to what the model sees. @throws CheckpointError for a mask that is none. */
export async function takeMask(source: MaskSource, shown: ShownPicture): Promise<PictureMask> {
  return source.kind === 'painted' ? painted(source.labels, shown) : fromPicture(source, shown);
}

async function fromPicture(
  { source }: Extract<MaskSource, { kind: 'image' }>,
  { card, loaded }: ShownPicture,
): Promise<PictureMask> {
  const { picture, name, warnings } = await readPicture(source);
  const { map, warnings: found } = labelsOf(picture, name);
  const seen = seenLabels(map, card.originalSize, card.preprocessing, loaded.patch, name);
  const labels = Uint8Array.from(seen.pixels.labels, (label) => (label === NO_LABEL ? UNLABELLED : label));
  const notes = [...warnings, ...found, ...seen.warnings].map(({ message }) => message);
  const { pixels, patches } = seen;
  return { mask: { name, labels, patches: Int8Array.from(patches), notes }, pixels, patches };
}

function painted(labels: Uint8Array, { card, input, loaded }: ShownPicture): PictureMask {
  const [height, width] = input.size;
  if (labels.length !== height * width) {
    const problem = l10n.t('it has {0} pixels and the input {1} x {2}', labels.length, height, width);
    throw new CheckpointError('wrong-use', l10n.t('the painted mask'), problem, l10n.t('paint it again'));
  }
  const map = { width, height, labels: Int32Array.from(labels, (label) => (label === UNLABELLED ? NO_LABEL : label)) };
  const patches = patchLabels(map, loaded.patch);
  const notes = patchWarnings(patches).map(({ message }) => message);
  const mask = { name: l10n.t('painted on {0}', card.name), labels, patches: Int8Array.from(patches), notes };
  return { mask, pixels: map, patches };
}

/** The mask as a grey PNG of the size of the picture that it was made on; what the model does not see has no label. */
export async function maskPicture({ mask }: PictureMask, { input, card }: ShownPicture): Promise<Uint8Array> {
  const [height, width] = card.originalSize;
  const [inputHeight, inputWidth] = input.size;
  const { placement } = input;
  const grey = new Uint8Array(width * height).fill(UNLABELLED);
  const place = (at: number, from: number, length: number, pixels: number): number =>
    Math.floor(((at + 0.5 - from) / length) * pixels);
  for (let y = 0; y < height; y++) {
    const row = place(y, placement.y, placement.height, inputHeight);
    if (row < 0 || row >= inputHeight) continue;
    for (let x = 0; x < width; x++) {
      const column = place(x, placement.x, placement.width, inputWidth);
      if (column < 0 || column >= inputWidth) continue;
      grey[y * width + x] = mask.labels[row * inputWidth + column] ?? UNLABELLED;
    }
  }
  const sharp = await loadSharp(card.name);
  return sharp(grey, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
}
