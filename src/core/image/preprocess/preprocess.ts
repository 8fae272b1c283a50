import { layoutOf, placementOf, type Layout, type Placement } from './layout.js';
import type { LabelMap, Picture, Size } from './picture.js';
import type { Preprocessing, Triple } from './preprocessing.js';
import { takeNearest } from './resample/nearest.js';
import { resize } from './resample/resize.js';

/** What a model is fed for one picture. */
export interface ModelInput {
  /** (3, height, width). */
  readonly pixels: Float32Array;
  readonly size: Size;
  /** The same before normalisation, as people see it. */
  readonly picture: Picture;
  /** Where the input lies on the original picture. */
  readonly placement: Placement;
}

/** Which of red, green and blue the model's channels are. */
const ORDERS = { rgb: [0, 1, 2], bgr: [2, 1, 0] } as const;

/**
 * What the model is fed for a picture: resized, cropped or filled up, rescaled and normalised.
 * @param name the picture's name for messages.
 * @throws CheckpointError `empty` for a picture without pixels, `limit` where the input would be too large.
 */
export function preprocess(picture: Picture, preprocessing: Preprocessing, name: string): ModelInput {
  const original = [picture.height, picture.width] as const;
  const layout = layoutOf(original, preprocessing, name);
  const shown = resize(picture, layout.resized, preprocessing.resampling, layout.window);
  const framed = frame(shown, layout, preprocessing.crop?.fill ?? BLACK);
  return {
    pixels: normalise(framed, layout, preprocessing),
    size: layout.size,
    picture: framed,
    placement: placementOf(original, layout),
  };
}

/** What stands for a pixel that the label map does not reach. */
const NO_LABEL = -1;

/**
 * Labels of the pixels that the model sees, taken by the nearest one, through the same resizing and cropping as the picture.
 * @param map labels of the whole picture, at the picture's size or any other.
 * @param original size of the picture.
 * @param name the picture's name for messages.
 */
export function preprocessLabels(map: LabelMap, original: Size, preprocessing: Preprocessing, name: string): LabelMap {
  const layout = layoutOf(original, preprocessing, name);
  const { window } = layout;
  const [height, width] = layout.size;
  const shown = new Int32Array(window.width * window.height);
  takeNearest({ ...map, elements: map.labels, channels: 1 }, layout.resized, window, shown);
  const labels = new Int32Array(width * height).fill(NO_LABEL);
  for (let y = 0; y < window.height; y++) {
    const to = (window.top - layout.top + y) * width + window.left - layout.left;
    labels.set(shown.subarray(y * window.width, (y + 1) * window.width), to);
  }
  return { width, height, labels };
}

const BLACK: Triple = [0, 0, 0];

/** The input's picture: what is shown, and around it the colour that fills it up. */
function frame(shown: Picture, { size, left, top, window }: Layout, fill: Triple): Picture {
  const [height, width] = size;
  if (shown.width === width && shown.height === height) return shown;
  const pixels = new Uint8ClampedArray(width * height * 3);
  for (let i = 0; i < pixels.length; i += 3) pixels.set(fill, i);
  for (let y = 0; y < shown.height; y++) {
    const to = ((window.top - top + y) * width + window.left - left) * 3;
    pixels.set(shown.pixels.subarray(y * shown.width * 3, (y + 1) * shown.width * 3), to);
  }
  return { width, height, pixels: new Uint8Array(pixels.buffer) };
}

function normalise({ width, height, pixels }: Picture, layout: Layout, preprocessing: Preprocessing): Float32Array {
  const { colour, rescale, mean, deviation, crop } = preprocessing;
  const { window, left, top } = layout;
  const area = width * height;
  const out = new Float32Array(3 * area);
  for (const channel of ORDERS.rgb) {
    const source = ORDERS[colour][channel];
    const value = (byte: number) => (byte * rescale - mean[channel]) / deviation[channel];
    const table = Float32Array.from({ length: 256 }, (_, byte) => value(byte));
    const plane = out.subarray(channel * area, (channel + 1) * area);
    // The colour that fills up need not be a whole number, so it does not go through the table.
    if (window.width * window.height < area) plane.fill(value((crop?.fill ?? BLACK)[source]));
    for (let y = window.top - top; y < window.top - top + window.height; y++) {
      const first = y * width + window.left - left;
      const end = first + window.width;
      for (let at = first; at < end; at++) plane[at] = table[pixels[at * 3 + source] ?? 0] ?? 0;
    }
  }
  return out;
}
