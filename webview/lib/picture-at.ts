import type { GrayPicture } from '../../src/core/image/gray.js';
import { grayOf } from '../../src/core/image/gray.js';
import type { ImageCard } from '../../src/protocol/image.js';

/** The model's picture at the size of a drawing. */
export interface SizedPicture {
  readonly colour: HTMLCanvasElement;
  readonly gray: GrayPicture;
}

/** Pictures of the card on show at each size that is drawn; gone with the card. */
const cache = new WeakMap<ImageCard, Map<string, SizedPicture>>();

/** The model's picture at a size in pixels of the screen. @throws Error where the browser gives no canvas. */
export function pictureAt(card: ImageCard, width: number, height: number): SizedPicture {
  const sizes = cache.get(card) ?? new Map<string, SizedPicture>();
  cache.set(card, sizes);
  const key = `${width} ${height}`;
  const known = sizes.get(key);
  if (known !== undefined) return known;
  const colour = canvasOf(width, height);
  const context = contextOf(colour);
  context.imageSmoothingQuality = 'high';
  context.drawImage(wholePicture(card), 0, 0, width, height);
  const sized = { colour, gray: grayOf({ width, height, pixels: withoutAlpha(context, width, height) }) };
  sizes.set(key, sized);
  return sized;
}

function wholePicture({ picture, inputSize: [height, width] }: ImageCard): HTMLCanvasElement {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let from = 0, to = 0; to < data.length; from += 3, to += 4) {
    data[to] = picture[from] ?? 0;
    data[to + 1] = picture[from + 1] ?? 0;
    data[to + 2] = picture[from + 2] ?? 0;
  }
  const canvas = canvasOf(width, height);
  contextOf(canvas).putImageData(new ImageData(data, width, height), 0, 0);
  return canvas;
}

function withoutAlpha(context: CanvasRenderingContext2D, width: number, height: number): Uint8Array {
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < pixels.length; from += 4, to += 3) pixels.set(data.subarray(from, from + 3), to);
  return pixels;
}

/** A canvas that is not in the page. */
export function canvasOf(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

/** What draws on a canvas. @throws Error where the browser gives none. */
export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('This window has no canvas to draw on');
  return context;
}
