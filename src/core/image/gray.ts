import type { Picture } from './preprocess/picture.js';

/** An 8-bit picture of one channel, row by row. */
export interface GrayPicture {
  /** width * height values. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

// 0.299, 0.587 and 0.114 in units of 2^-15, rounded so that they add up to 1.
const RED = 9_798;
const GREEN = 19_235;
const BLUE = 3_735;
const HALF = 16_384;
const SHIFT = 15;

/** The picture in gray, equal to the RGB2GRAY of OpenCV 5 in every value; gray pictures stay as they are. */
export function grayOf({ pixels, width, height }: Picture): GrayPicture {
  const data = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < data.length; i++, at += 3) {
    const sum = RED * (pixels[at] ?? 0) + GREEN * (pixels[at + 1] ?? 0) + BLUE * (pixels[at + 2] ?? 0);
    data[i] = (sum + HALF) >> SHIFT;
  }
  return { data, width, height };
}
