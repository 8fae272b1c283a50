import type { EntryOnImage, HeadOnImage } from '../../../src/protocol/image.js';
import { KEY_BIAS } from '../../state/selection.js';

/** An entry of the strip. */
export interface StripEntry extends Pick<EntryOnImage, 'first' | 'last' | 'shareOfScore'> {
  /** A gap before it: the key bias stands apart, and so does a selected entry that is not among the largest. */
  readonly apart: boolean;
}

/** As many thumbnails as are drawn; beyond them shares are small, and the table has them all. */
const MOST = 16;

/** The key bias, then the entries that contribute most, the selected one always among them. */
export function stripEntries({ entries, keyBias }: HeadOnImage, chosen: number): StripEntry[] {
  const shown = entries.slice(0, MOST);
  const selected = entries.find(({ first }) => first === chosen);
  const strip: StripEntry[] = [
    { first: KEY_BIAS, last: KEY_BIAS, shareOfScore: keyBias.shareOfScore, apart: false },
    ...shown.map((entry, index) => ({ ...entry, apart: index === 0 })),
  ];
  if (selected !== undefined && !shown.includes(selected)) strip.push({ ...selected, apart: true });
  return strip;
}
