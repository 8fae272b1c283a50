import { grayOf, type GrayPicture } from '../../core/image/gray.js';
import type { Size } from '../../core/image/preprocess/picture.js';
import { resize } from '../../core/image/preprocess/resample/resize.js';
import { type Sheet, sheetSvg } from '../../core/image/overlay/sheet.js';
import { writeWhole } from '../../host/files/write-whole.js';
import { rasterise } from '../../host/images/encode-png.js';
import { writeText } from '../output.js';
import type { Input } from '../../host/image-lab/model-input.js';

/** Files that pictures are drawn into. */
export interface PictureFiles {
  readonly svg: string | null;
  readonly png: string | null;
}

/** Light of pixels that were given as they are, which no picture is known of. */
const UNKNOWN = 96;

/** What the model saw, in grey, with its longer side about as long as wanted, and its patches whole. */
export function groundOf({ picture }: Input, [rows, columns]: readonly [number, number], side: number): GrayPicture {
  const factor = Math.max(1, Math.round(side / Math.max(rows, columns)));
  const drawn: Size = [rows * factor, columns * factor];
  if (picture === null) {
    return { width: drawn[1], height: drawn[0], data: new Uint8Array(drawn[0] * drawn[1]).fill(UNKNOWN) };
  }
  return grayOf(resize(picture, drawn, 'bilinear'));
}

/** Writes a sheet into the files that are wanted. */
export async function writeSheet(sheet: Sheet, { svg, png }: PictureFiles): Promise<void> {
  const drawn = sheetSvg(sheet);
  if (svg !== null) await writeText(svg, drawn);
  if (png !== null) await writeWhole(png, await rasterise(drawn, png));
}
