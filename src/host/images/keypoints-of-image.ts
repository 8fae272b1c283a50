import { setImmediate } from 'node:timers/promises';
import { groupDigits } from '../../core/bytes/quote.js';
import { CheckpointError, type Warning } from '../../core/errors.js';
import { type GrayPicture, grayOf } from '../../core/image/gray.js';
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
 * SIFT keypoints of a picture at its own size.
 * @param onProgress told the share that is done.
 * @throws CheckpointError; `AbortError` when the signal fires, within a few milliseconds.
 */
export async function keypointsOfImage(
  image: ImageFile,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<ImageKeypoints> {
  const { width, height } = image;
  const needed = workingBytes(width, height, SIFT_DEFAULTS);
  if (needed > MAX_WORKING_BYTES)
    throw tooLarge(image, needed, `the ${groupDigits(MAX_WORKING_BYTES)} that it can have`);
  const { picture, warnings } = await image.decode();
  signal.throwIfAborted();
  const started = performance.now();
  try {
    const keypoints = await detect(grayOf(picture), onProgress, signal);
    return { keypoints, warnings, detectMs: performance.now() - started };
  } catch (error) {
    throw error instanceof RangeError ? tooLarge(image, needed, 'this machine has free') : error;
  }
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

function tooLarge({ name, width, height }: ImageFile, needed: number, than: string): CheckpointError {
  const size = `${groupDigits(width)} x ${groupDigits(height)} pixels`;
  const problem = `the keypoint detector needs ${groupDigits(needed)} bytes for its ${size}, more than ${than}`;
  return new CheckpointError('limit', name, problem, 'make the picture smaller first');
}
