import type { MaskWish } from '../../protocol/off-object.js';
import type { OpenedModel } from '../image-lab/opened-model.js';
import { shownInput } from '../image-lab/shown-input.js';
import type { ShownPicture } from '../image-lab/shown-picture.js';
import { guidedMasksOfImage } from './guided-masks.js';

/** Writes the guided masking of the picture on show, as that of a folder of it alone. @throws CheckpointError naming the file. */
export async function guidedMaskInLab(
  { plan, forward }: OpenedModel,
  shown: ShownPicture,
  wanted: { readonly file: string } & MaskWish,
  signal: AbortSignal,
): Promise<void> {
  const { preprocessing, name } = shown.card;
  const prepare = () => Promise.resolve({ input: shownInput({ plan }, shown), warnings: [] });
  const subject = { plan: { ...plan, preprocessing }, forward, prepare };
  await guidedMasksOfImage(subject, { image: name, pixels: null, size: null }, wanted, signal);
}
