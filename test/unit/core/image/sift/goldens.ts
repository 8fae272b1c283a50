import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { type GrayPicture, grayOf } from '../../../../../src/core/image/gray.js';
import type { Picture } from '../../../../../src/core/image/preprocess/picture.js';
import { detectKeypoints } from '../../../../../src/core/image/sift/detect.js';
import { type Keypoint, toList } from '../../../../../src/core/image/sift/keypoints.js';
import { SIFT_DEFAULTS, type SiftParameters } from '../../../../../src/core/image/sift/parameters.js';
import { openImage } from '../../../../../src/host/images/image-file.js';

const FOLDER = path.join(import.meta.dirname, '../../../../fixtures/sift');

const rows = v.array(
  v.pipe(
    v.strictTuple([v.number(), v.number(), v.number(), v.number(), v.number(), v.number()]),
    v.transform(([x, y, size, angle, response, octave]): Keypoint => ({ x, y, size, angle, response, octave })),
  ),
);
const cases = {
  picture: v.object({ keypoints: rows }),
  pictures: v.record(v.string(), rows),
  parameters: v.array(
    v.object({
      parameters: v.object({
        nfeatures: v.number(),
        nOctaveLayers: v.number(),
        contrastThreshold: v.number(),
        edgeThreshold: v.number(),
        sigma: v.number(),
      }),
      keypoints: rows,
    }),
  ),
};

function json(name: string): unknown {
  return JSON.parse(readFileSync(path.join(FOLDER, name), 'utf8'));
}

/** OpenCV's keypoints in a photograph, or in the drawn pictures by name, or in one photograph with other parameters. */
export const goldenOf = (name: string) => v.parse(cases.picture, json(`${name}.json`)).keypoints;
export const goldenPictures = () => v.parse(cases.pictures, json('pictures.json'));
export const goldenParameters = () => v.parse(cases.parameters, json('parameters.json'));

export async function rgbPicture(name: string): Promise<Picture> {
  return (await (await openImage(path.join(FOLDER, `${name}.png`))).decode()).picture;
}

export async function grayPicture(name: string): Promise<GrayPicture> {
  return grayOf(await rgbPicture(`${name}.gray`));
}

/** The keypoints that the detector finds, as a list. */
export function detected(gray: GrayPicture, parameters: SiftParameters = SIFT_DEFAULTS): Keypoint[] {
  return toList(detectKeypoints(gray, parameters));
}

/** How far two keypoints may lie apart and be the same; angles in degrees. */
interface Tolerance {
  readonly place: number;
  readonly size: number;
  readonly response: number;
  readonly offset: number;
  readonly angle: number;
}

/** What another correct program may differ by: rounding, and OpenCV's fused operations. */
const TOLERANCE: Tolerance = { place: 0.05, size: 0.05, response: 1e-6, offset: 1, angle: 2 };

/** The share of `keypoints` that have a partner of their own among `others`. */
export function shareFound(keypoints: readonly Keypoint[], others: readonly Keypoint[], tolerance = TOLERANCE): number {
  if (keypoints.length === 0) return 1;
  const free = new Set(others);
  let found = 0;
  for (const keypoint of keypoints) {
    const partner = nearest(keypoint, free, tolerance);
    if (partner === null) continue;
    free.delete(partner);
    found++;
  }
  return found / keypoints.length;
}

function nearest(keypoint: Keypoint, among: ReadonlySet<Keypoint>, tolerance: Tolerance): Keypoint | null {
  let best: Keypoint | null = null;
  let least = Infinity;
  for (const other of among) {
    if (!isSame(keypoint, other, tolerance)) continue;
    const distance = Math.hypot(keypoint.x - other.x, keypoint.y - other.y) + angleBetween(keypoint, other) / 1000;
    if (distance >= least) continue;
    least = distance;
    best = other;
  }
  return best;
}

function isSame(a: Keypoint, b: Keypoint, { place, size, response, offset, angle }: Tolerance): boolean {
  return (
    // The low bytes: octave and layer.
    ((a.octave ^ b.octave) & 0xffff) === 0 &&
    Math.abs(a.x - b.x) <= place &&
    Math.abs(a.y - b.y) <= place &&
    Math.abs(a.size - b.size) <= size &&
    Math.abs(a.response - b.response) <= response &&
    Math.abs((a.octave >> 16) - (b.octave >> 16)) <= offset &&
    angleBetween(a, b) <= angle
  );
}

function angleBetween(a: Keypoint, b: Keypoint): number {
  const difference = Math.abs(a.angle - b.angle) % 360;
  return Math.min(difference, 360 - difference);
}
