import { type Picture, type Size, type Window, wholeOf } from '../picture.js';
import { type Coefficients, coefficients, PRECISION_BITS } from './coefficients.js';
import { type Filter, FILTERS, type Resampling } from './filters.js';
import { takeNearest } from './nearest.js';

/** Half a unit of the result, so that cutting off the bits behind the point rounds. */
const HALF = 1 << (PRECISION_BITS - 1);

/**
 * The picture at another size, or only a window of it, as `Image.resize` of Pillow 13 gives it to the bit.
 * Two passes, each rounded to 8 bits: across and then down, the other way round where the picture loses more than twice as many rows as columns
 * (Pillow up to 12 always goes across first). Rows and columns that the window does not need are not computed.
 */
export function resize(picture: Picture, size: Size, resampling: Resampling, window: Window = wholeOf(size)): Picture {
  const { width, height } = window;
  const [newHeight, newWidth] = size;
  if (resampling === 'nearest') {
    const pixels = new Uint8Array(width * height * 3);
    takeNearest({ ...picture, elements: picture.pixels, channels: 3 }, size, window, pixels);
    return { width, height, pixels };
  }
  const filter = FILTERS[resampling];
  const across = axisPass(picture.width, newWidth, filter, window.left, width);
  const down = axisPass(picture.height, newHeight, filter, window.top, height);
  const source = cut(picture, { left: across.first, top: down.first, width: across.count, height: down.count });
  const lostRows = picture.height - newHeight;
  const downFirst = lostRows > 0 && lostRows > 2 * (picture.width - newWidth);
  return downFirst
    ? resizeRows(resizeColumns(source, down.coefficients), across.coefficients)
    : resizeColumns(resizeRows(source, across.coefficients), down.coefficients);
}

/** Source pixels that a pass along one axis needs, and the coefficients counted from the first of them; null where the size stays. */
interface AxisPass {
  readonly first: number;
  readonly count: number;
  readonly coefficients: Coefficients | null;
}

function axisPass(from: number, to: number, filter: Filter, first: number, count: number): AxisPass {
  if (from === to) return { first, count, coefficients: null };
  const made = coefficients(from, to, filter, first, count);
  const start = made.starts[0] ?? 0;
  const end = (made.starts[count - 1] ?? 0) + (made.counts[count - 1] ?? 0);
  return {
    first: start,
    count: end - start,
    coefficients: { ...made, starts: made.starts.map((place) => place - start) },
  };
}

function cut(picture: Picture, { left, top, width, height }: Window): Picture {
  if (width === picture.width && height === picture.height) return picture;
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * picture.width + left) * 3;
    pixels.set(picture.pixels.subarray(from, from + width * 3), y * width * 3);
  }
  return { width, height, pixels };
}

function resizeRows(picture: Picture, across: Coefficients | null): Picture {
  if (across === null) return picture;
  const { starts, counts, values, stride } = across;
  const width = starts.length;
  const { height, pixels: source } = picture;
  const pixels = new Uint8ClampedArray(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let from = (y * picture.width + (starts[x] ?? 0)) * 3;
      const end = x * stride + (counts[x] ?? 0);
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      for (let k = x * stride; k < end; k++, from += 3) {
        const coefficient = values[k] ?? 0;
        red += Math.imul(source[from] ?? 0, coefficient);
        green += Math.imul(source[from + 1] ?? 0, coefficient);
        blue += Math.imul(source[from + 2] ?? 0, coefficient);
      }
      const to = (y * width + x) * 3;
      pixels[to] = red >> PRECISION_BITS;
      pixels[to + 1] = green >> PRECISION_BITS;
      pixels[to + 2] = blue >> PRECISION_BITS;
    }
  }
  return { width, height, pixels: new Uint8Array(pixels.buffer) };
}

function resizeColumns(picture: Picture, down: Coefficients | null): Picture {
  if (down === null) return picture;
  const { starts, counts, values, stride } = down;
  const height = starts.length;
  const row = picture.width * 3;
  const source = picture.pixels;
  const pixels = new Uint8ClampedArray(row * height);
  const sums = new Int32Array(row);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    for (let k = 0; k < (counts[y] ?? 0); k++) {
      const coefficient = values[y * stride + k] ?? 0;
      const from = ((starts[y] ?? 0) + k) * row;
      for (let x = 0; x < row; x++) sums[x] = (sums[x] ?? 0) + Math.imul(source[from + x] ?? 0, coefficient);
    }
    for (let x = 0; x < row; x++) pixels[y * row + x] = (sums[x] ?? 0) >> PRECISION_BITS;
  }
  return { width: picture.width, height, pixels: new Uint8Array(pixels.buffer) };
}
