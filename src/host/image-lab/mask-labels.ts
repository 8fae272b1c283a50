import type { LoadedModel } from '../../protocol/inference.js';
import { asGiven, labelsOf, type SeenLabels, seenLabels } from './labels.js';
import type { Input } from './model-input.js';
import { readPicture } from './picture-source.js';

/** Labels of pixels and patches from a mask file. */
export async function readLabels(
  file: string,
  { input, loaded }: { readonly input: Input; readonly loaded: Pick<LoadedModel, 'patch'> },
): Promise<SeenLabels> {
  const { picture, name, warnings: told } = await readPicture({ kind: 'file', path: file });
  const { map, warnings } = labelsOf(picture, name);
  const { preparation, size } = input;
  const seen =
    preparation === null
      ? seenLabels(map, size, asGiven(size), loaded.patch, name)
      : seenLabels(map, preparation.original, preparation.preprocessing, loaded.patch, name);
  return { ...seen, warnings: [...told, ...warnings, ...seen.warnings] };
}
