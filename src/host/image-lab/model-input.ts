import type { Warning } from '../../core/errors.js';
import type { PreprocessingPlan } from '../../core/image/preprocess/config/plan.js';
import type { Picture, Size } from '../../core/image/preprocess/picture.js';
import { preprocess } from '../../core/image/preprocess/preprocess.js';
import type { Preprocessing } from '../../core/image/preprocess/preprocessing.js';
import { readPicture } from './picture-source.js';

/** What a model is run on: a picture, or pixels that are ready for it. */
export interface ImageChoice {
  readonly image: string | null;
  readonly pixels: string | null;
  /** Exact size of the input, in place of what the configuration says. */
  readonly size: Size | null;
}

/** What a model is fed, and where it comes from. */
export interface Input {
  readonly pixels: Float32Array;
  readonly size: Size;
  /** What people see of it; null for pixels that were given as they are. */
  readonly picture: Picture | null;
  /** Null for pixels that were given as they are. */
  readonly preparation: {
    readonly from: PreprocessingPlan['from'];
    readonly preprocessing: Preprocessing;
    /** Size of the picture before. */
    readonly original: Size;
  } | null;
}

/** What a model is fed for the picture of a file. @throws CheckpointError naming the file. */
export async function inputOfFile(
  path: string,
  from: PreprocessingPlan['from'],
  preprocessing: Preprocessing,
): Promise<{ readonly input: Input; readonly warnings: readonly Warning[] }> {
  const { picture, name, warnings } = await readPicture({ kind: 'file', path });
  const { pixels, size, picture: seen } = preprocess(picture, preprocessing, name);
  const original = [picture.height, picture.width] as const;
  return { input: { pixels, size, picture: seen, preparation: { from, preprocessing, original } }, warnings };
}
