/** A colour in OKLab: lightness 0..1, green-red, blue-yellow (https://bottosson.github.io/posts/oklab/). */
export type Lab = readonly [lightness: number, a: number, b: number];
/** Red, green and blue, 0..255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** An sRGB channel, 0..255, as linear light, 0..1. */
export function linearLight(channel: number): number {
  const value = channel / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function channel(light: number): number {
  const inside = Math.min(1, Math.max(0, light));
  return Math.round(255 * (inside <= 0.0031308 ? 12.92 * inside : 1.055 * inside ** (1 / 2.4) - 0.055));
}

/** OKLab of an sRGB colour. */
function toLab(rgb: Rgb): Lab {
  const r = linearLight(rgb[0]);
  const g = linearLight(rgb[1]);
  const b = linearLight(rgb[2]);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** The sRGB colour of an OKLab one, clipped to the gamut. */
function fromLab([lightness, a, b]: Lab): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    channel(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** The colour a part of the way, 0..1, from one to the other, mixed in OKLab. */
export function mix(from: Rgb, to: Rgb, part: number): Rgb {
  const start = toLab(from);
  const end = toLab(to);
  return fromLab([
    start[0] + (end[0] - start[0]) * part,
    start[1] + (end[1] - start[1]) * part,
    start[2] + (end[2] - start[2]) * part,
  ]);
}
