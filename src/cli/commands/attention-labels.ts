import type { Warning } from '../../core/errors.js';
import { asGiven, labelsOf, seenLabels } from '../../host/image-lab/labels.js';
import { readPicture } from '../../host/image-lab/picture-source.js';
import type { RunOnImage } from './run-on-image.js';

/** Labels of the patches from a mask file. */
export async function readLabels(
  file: string,
  { input, loaded }: Pick<RunOnImage, 'input' | 'loaded'>,
): Promise<{ labels: Int32Array; warnings: readonly Warning[] }> {
  const { picture, name, warnings: told } = await readPicture({ kind: 'file', path: file });
  const { map, warnings } = labelsOf(picture, name);
  const { preparation, size } = input;
  const seen =
    preparation === null
      ? seenLabels(map, size, asGiven(size), loaded.patch, name)
      : seenLabels(map, preparation.original, preparation.preprocessing, loaded.patch, name);
  return { labels: seen.patches, warnings: [...told, ...warnings, ...seen.warnings] };
}
