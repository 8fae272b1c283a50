import * as l10n from '@vscode/l10n';
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
    throw error instanceof RangeError ? tooLarge(sized, l10n.t('this machine has free')) : error;
  }
}

function checkMemory(image: Sized): void {
  if (needed(image) <= MAX_WORKING_BYTES) return;
  throw tooLarge(image, l10n.t('the {0} that it can have', groupDigits(MAX_WORKING_BYTES)));
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
  const size = l10n.t('{0} x {1} pixels', groupDigits(width), groupDigits(height));
  const problem = l10n.t(
    'the keypoint detector needs {0} bytes for its {1}, more than {2}',
    groupDigits(needed(image)),
    size,
    than,
  );
  return new CheckpointError('limit', name, problem, l10n.t('make the picture smaller first'));
}
