import type { GrayPicture } from '../gray.js';
import { strideOf, type Workspace } from './workspace.js';

/** The Gaussian pictures of one octave, `nOctaveLayers + 3` of growing blur, one after the other in one array. */
export interface Octave {
  /** 0 has twice the size of the given picture, each further one half the size of the one before. */
  readonly index: number;
  readonly width: number;
  readonly height: number;
  /** Elements from one row to the next. */
  readonly stride: number;
  readonly pixels: Float32Array;
  /** Element of `pixels` at which the first picture begins, and elements from one picture to the next. */
  readonly first: number;
  readonly step: number;
}

/** Pixels that are worked on between two yields: a few milliseconds. */
const PIXELS_AT_ONCE = 2 ** 18;

/**
 * The octave of the doubled picture.
 *
 * Doubling is bilinear with the pictures' outer edges aligned, but positions are later halved without the half pixel that this asks for: keypoints
 * lie a quarter of a pixel too far right and down, as they do in OpenCV.
 */
export function* doubledOctave(workspace: Workspace, gray: GrayPicture): Generator<number, Octave> {
  const octave = octaveOf(workspace, 0, 2 * gray.width, 2 * gray.height);
  yield* double(workspace, gray, octave);
  yield* blur(workspace, octave, workspace.blurs.first, 1, 0);
  yield* blurFurther(workspace, octave);
  return octave;
}

/** The next octave, in the place of the one before: it begins with every second pixel of the picture of twice the blur. */
export function* halvedOctave(workspace: Workspace, before: Octave): Generator<number, Octave> {
  const octave = octaveOf(workspace, before.index + 1, before.width >> 1, before.height >> 1);
  yield* halve(workspace, before, workspace.parameters.nOctaveLayers, octave);
  yield* blurFurther(workspace, octave);
  return octave;
}

/** Runs of rows of about `PIXELS_AT_ONCE` pixels that cover `from` to before `to`. */
export function* bands(from: number, to: number, width: number): Generator<readonly [number, number]> {
  const rows = Math.max(1, Math.floor(PIXELS_AT_ONCE / width));
  for (let start = from; start < to; start += rows) yield [start, Math.min(to, start + rows)];
}

function octaveOf({ floats, layout }: Workspace, index: number, width: number, height: number): Octave {
  const stride = strideOf(width);
  return { index, width, height, stride, pixels: floats, first: layout.pictures / 4, step: stride * height };
}

function* blurFurther(workspace: Workspace, octave: Octave): Generator<number> {
  for (const [i, weights] of workspace.blurs.further.entries()) yield* blur(workspace, octave, weights, i, i + 1);
}

/** Blurs picture `source` into picture `target` ; yields the pixels done. */
function* blur(
  workspace: Workspace,
  octave: Octave,
  weights: Float32Array,
  source: number,
  target: number,
): Generator<number> {
  const { kernels, floats, layout } = workspace;
  const { width, height, stride } = octave;
  const at = (picture: number) => 4 * (octave.first + picture * octave.step);
  floats.set(weights, layout.weights / 4);
  for (const [from, to] of bands(0, height, width)) {
    kernels.blurRows(
      at(source),
      at(target),
      width,
      height,
      4 * stride,
      layout.weights,
      weights.length >> 1,
      layout.line,
      layout.ring,
      layout.rows,
      from,
      to,
    );
    yield (to - from) * width;
  }
}

/**
 * The second picture of an octave becomes the given one with twice as many pixels in both directions: out[2i] = (in[i - 1] + 3 in[i]) / 4,
 * out[2i + 1] = (3 in[i] + in[i + 1]) / 4, the edge repeated.
 */
function* double({ kernels, bytes }: Workspace, { data, width, height }: GrayPicture, octave: Octave) {
  const out = 4 * (octave.first + octave.step);
  // Where the third picture will be, which is made when the given one has served.
  const source = 4 * (octave.first + 2 * octave.step);
  bytes.set(data, source);
  for (const [from, to] of bands(0, octave.height, octave.width)) {
    for (let y = from; y < to; y++) {
      const near = y >> 1;
      const far = Math.min(height - 1, Math.max(0, y % 2 === 0 ? near - 1 : near + 1));
      kernels.doubleRow(source + near * width, source + far * width, width, out + 4 * y * octave.stride);
    }
    yield 0;
  }
}

/** The first picture of an octave becomes every second pixel of picture `layer` of the one before, which lies in the same memory behind it. */
function* halve({ kernels }: Workspace, before: Octave, layer: number, octave: Octave) {
  const source = 4 * (before.first + layer * before.step);
  for (const [from, to] of bands(0, octave.height, octave.width)) {
    for (let y = from; y < to; y++) {
      const out = 4 * (octave.first + y * octave.stride);
      kernels.halveRow(source + 8 * y * before.stride, out, 4 * octave.stride);
    }
    yield 0;
  }
}
