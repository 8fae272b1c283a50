import type { CheckpointFolder } from '../../core/bytes/byte-source.js';
import { quoteName } from '../../core/bytes/quote.js';
import type { Warning } from '../../core/errors.js';
import type { PreprocessingPlan } from '../../core/image/preprocess/config/plan.js';
import { preprocessingFrom } from '../../core/image/preprocess/config/preprocessing-from.js';
import type { Picture } from '../../core/image/preprocess/picture.js';
import type { Model } from '../../core/model/model.js';
import type { ImageSource } from '../../protocol/image.js';
import { readJsonBeside } from '../files/json-beside.js';
import { readImage } from '../images/decode.js';
import { openImage } from '../images/image-file.js';

/** A decoded picture. */
export interface NamedPicture {
  readonly picture: Picture;
  /** For people. */
  readonly name: string;
  readonly warnings: readonly Warning[];
}

/** Reads and decodes a picture. @throws CheckpointError naming it and saying what is wrong. */
export async function readPicture(source: ImageSource): Promise<NamedPicture> {
  if (source.kind === 'file') {
    const image = await openImage(source.path);
    return { ...(await image.decode()), name: image.name };
  }
  const name = quoteName(source.name);
  const image = await readImage(source.bytes, name);
  return { ...(await image.decode()), name };
}

/** The preprocessing of the first configuration beside a checkpoint that tells of one; else that of the family. */
export async function planBeside(folder: CheckpointFolder, model: Model): Promise<PreprocessingPlan> {
  let fallback: PreprocessingPlan | null = null;
  for (const name of ['preprocessor_config.json', 'config.json', 'open_clip_config.json']) {
    const { value } = await readJsonBeside(folder, name);
    if (value === null) continue;
    const plan = preprocessingFrom(value, model);
    if (plan.from !== 'family') return plan;
    fallback ??= plan;
  }
  return fallback ?? preprocessingFrom(null, model);
}
