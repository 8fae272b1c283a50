import type { Picture } from '../preprocess/picture.js';

/** A picture in CIE L*a*b* (D65): three numbers a pixel. Equal distances look about equally far apart. */
export interface LabPicture {
  readonly width: number;
  readonly height: number;
  /** width * height * 3 numbers: L* in 0..100, a*, b*. */
  readonly values: Float32Array;
}

/** Light of each of the 256 sRGB values (IEC 61966-2-1). */
const LIGHT = Float64Array.from({ length: 256 }, (_, value) => {
  const part = value / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
});

/** An sRGB picture in L*a*b*. */
export function labOf({ width, height, pixels }: Picture): LabPicture {
  const values = new Float32Array(width * height * 3);
  for (let at = 0; at < values.length; at += 3) {
    const red = LIGHT[pixels[at] ?? 0] ?? 0;
    const green = LIGHT[pixels[at + 1] ?? 0] ?? 0;
    const blue = LIGHT[pixels[at + 2] ?? 0] ?? 0;
    const x = curve((0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047);
    const y = curve(0.2126729 * red + 0.7151522 * green + 0.072175 * blue);
    const z = curve((0.0193339 * red + 0.119192 * green + 0.9503041 * blue) / 1.08883);
    values[at] = 116 * y - 16;
    values[at + 1] = 500 * (x - y);
    values[at + 2] = 200 * (y - z);
  }
  return { width, height, values };
}

function curve(light: number): number {
  return light > 216 / 24389 ? Math.cbrt(light) : ((24389 / 27) * light + 16) / 116;
}
