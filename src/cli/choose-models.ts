import type { Model, Recognition } from '../core/model/model.js';
import { UsageError } from './usage-error.js';

/**
 * The models that a command works on: the one that was named, else the obvious ones of the file.
 * @throws UsageError listing the names when the name is unknown or nothing is obvious.
 */
export function chooseModels(recognition: Recognition, wanted: string | null): readonly Model[] {
  const { models, defaults } = recognition;
  const list = models.map((model) => `${model.name} (${model.title})`).join(', ');
  if (wanted !== null) {
    const found = models.filter((model) => model.name === wanted);
    if (found.length > 0) return found;
    throw new UsageError(
      models.length === 0
        ? `--model ${wanted}: no attention was found in the file`
        : `--model ${wanted}: the file has no such model; it has ${list}`,
    );
  }
  if (models.length > 0 && defaults.length === 0) {
    throw new UsageError(`the file holds several models and none is obvious: choose one with --model: ${list}`);
  }
  return models.filter((model) => defaults.includes(model.name));
}
