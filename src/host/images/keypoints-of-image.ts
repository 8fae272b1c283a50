import { setImmediate } from 'node:timers/promises';
import { groupDigits } from '../../core/bytes/quote.js';
import { CheckpointError, type Warning } from '../../core/errors.js';
import { type GrayPicture, grayOf } from '../../core/image/gray.js';
import type { Picture } from '../../core/image/preprocess/picture.js';
import { detectionSteps } from '../../core/image/sift/detect.js';
import type { Keypoints } from '../../core/image/sift/keypoints.js';
import { SIFT_DEFAULTS } from '../../core/image/sift/parameters.js';
import { MAX_WORKING_BYTES, workingBytes } from '../../core/image/sift/workspace.js';
import type { ImageFile } from './image-file.js';

/** The keypoints of a picture file. */
export interface ImageKeypoints {
  readonly keypoints: Keypoints;
  readonly warnings: readonly Warning[];
  /** Time of the detector alone, without reading and decoding. */
  readonly detectMs: number;
}

/**
 * SIFT keypoints of a picture file at its own size.
 * @param onProgress told the share that is done.
 * @throws CheckpointError; `AbortError` when the signal fires, within a few milliseconds.
 */
export async function keypointsOfImage(
  image: ImageFile,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<ImageKeypoints> {
  checkMemory(image);
  const { picture, warnings } = await image.decode();
  signal.throwIfAborted();
  const started = performance.now();
  const keypoints = await keypointsOfPicture(picture, image.name, onProgress, signal);
  return { keypoints, warnings, detectMs: performance.now() - started };
}

/** The same of a picture in memory, such as what a model is fed. */
export async function keypointsOfPicture(
  picture: Picture,
  name: string,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Keypoints> {
  const sized = { name, width: picture.width, height: picture.height };
  checkMemory(sized);
  try {
    return await detect(grayOf(picture), onProgress, signal);
  } catch (error) {
    throw error instanceof RangeError ? tooLarge(sized, 'this machine has free') : error;
  }
}

function checkMemory(image: Sized): void {
  if (needed(image) <= MAX_WORKING_BYTES) return;
  throw tooLarge(image, `the ${groupDigits(MAX_WORKING_BYTES)} that it can have`);
}

type Sized = Pick<ImageFile, 'name' | 'width' | 'height'>;

function needed({ width, height }: Sized): number {
  return workingBytes(width, height, SIFT_DEFAULTS);
}

async function detect(gray: GrayPicture, onProgress: (share: number) => void, signal: AbortSignal): Promise<Keypoints> {
  const steps = detectionSteps(gray, SIFT_DEFAULTS);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    onProgress(step.value);
    await setImmediate();
    signal.throwIfAborted();
  }
}

function tooLarge(image: Sized, than: string): CheckpointError {
  const { name, width, height } = image;
  const size = `${groupDigits(width)} x ${groupDigits(height)} pixels`;
  const problem = `the keypoint detector needs ${groupDigits(needed(image))} bytes for its ${size}, more than ${than}`;
  return new CheckpointError('limit', name, problem, 'make the picture smaller first');
}
