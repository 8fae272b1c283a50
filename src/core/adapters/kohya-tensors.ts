import * as l10n from '@vscode/l10n';
import type { SourceOf } from '../analysis/layer.js';
import { quoteName } from '../bytes/quote.js';
import { CheckpointError } from '../errors.js';
import { MAX_NAME_LENGTH } from '../model/names.js';
import { readVectorView } from '../tensors/read.js';
import { elementCount, holdsWeights, type TensorEntry, type TensorIndex } from '../tensors/tensor-index.js';
import type { AdapterPair, AdapterTensors } from './adapter-tensors.js';

/** What each alpha that lies in a file holds, by the name of its tensor. */
export type Alphas = ReadonlyMap<string, number>;

const FACTOR = /^(.+)\.lora_(down|up)\.weight$/u;
const ALPHA = /^(.+)\.alpha$/u;
/** More modules than any model has; each alpha is a read of its own. */
const MAX_ALPHAS = 20_000;

/** True when a checkpoint holds a LoRA in the form of kohya-ss (sd-scripts, networks/lora.py). */
export function hasKohya(tensors: readonly TensorEntry[]): boolean {
  return tensors.some(({ name }) => name.length <= MAX_NAME_LENGTH && FACTOR.test(name));
}

/**
 * Reads the alphas of an adapter in the form of kohya-ss, which lie among its tensors; none for any other checkpoint.
 * @throws CheckpointError when the file is too short or changed.
 */
export async function readAlphas({ tensors }: TensorIndex, sourceOf: SourceOf): Promise<Alphas> {
  const values = new Map<string, number>();
  if (!hasKohya(tensors)) return values;
  for (const tensor of tensors.filter(({ name }) => ALPHA.test(name)).slice(0, MAX_ALPHAS)) {
    if (elementCount(tensor.shape) !== 1 || !holdsWeights(tensor)) continue;
    const [value = NaN] = await readVectorView(await sourceOf(tensor.file), { tensor, start: 0, length: 1 }, sourceOf);
    values.set(tensor.name, value);
  }
  return values;
}

/**
 * Sorts the tensors of such an adapter into pairs.
 * @throws CheckpointError `malformed` for an adapter with a half missing, or with an alpha that is no number.
 */
export function kohyaTensors(tensors: readonly TensorEntry[], alphas: Alphas, file: string): AdapterTensors {
  const found = new Map<string, { down?: TensorEntry; up?: TensorEntry }>();
  const stated = new Map<string, TensorEntry>();
  const others: TensorEntry[] = [];
  for (const tensor of tensors) {
    const [, module, half] = (tensor.name.length <= MAX_NAME_LENGTH ? FACTOR.exec(tensor.name) : null) ?? [];
    const [, scaled] = ALPHA.exec(tensor.name) ?? [];
    if (module !== undefined) found.set(module, { ...found.get(module), [half === 'up' ? 'up' : 'down']: tensor });
    else if (scaled !== undefined) stated.set(scaled, tensor);
    else others.push(tensor);
  }
  const pairs = [...found].map(([module, { down, up }]): AdapterPair => {
    if (down === undefined || up === undefined) {
      const missing = down === undefined ? 'lora_down' : 'lora_up';
      throw damaged(file, l10n.t('the adapter of {0} has no {1}: half of it is missing', quoteName(module), missing));
    }
    // Without one the trainer takes the rank for alpha, so that the change is added as it is.
    const own = stated.get(module);
    const alpha = own === undefined ? (up.shape[1] ?? 1) : (alphas.get(own.name) ?? NaN);
    if (!Number.isFinite(alpha)) throw damaged(file, l10n.t('the alpha of {0} is no finite number', quoteName(module)));
    return { module, down, up, magnitude: null, embedding: false, alpha };
  });
  return { form: 'kohya', pairs, others, leftOut: [] };
}

function damaged(file: string, what: string): CheckpointError {
  return new CheckpointError('malformed', file, what, l10n.t('save the adapter again or get its file again'));
}
