import * as l10n from '@vscode/l10n';
import { quoteName } from '../bytes/quote.js';
import { CheckpointError } from '../errors.js';
import { elementCount, holdsWeights, type LowRankChange, type TensorEntry } from '../tensors/tensor-index.js';
import type { AdapterConfig } from './adapter-config.js';
import type { AdapterForm, AdapterPair } from './adapter-tensors.js';

/** Ten times what trainers use; beyond it a product costs more than the model. */
const MAX_RANK = 4_096;
/** What the two factors are called in files. */
const FACTORS: Readonly<Record<AdapterForm, readonly [string, string]>> = {
  peft: ['lora_A', 'lora_B'],
  loralib: ['lora_A', 'lora_B'],
  kohya: ['lora_down', 'lora_up'],
};
/** Query and value of a fused weight of three, as the examples of loralib have it. */
const USUAL = [true, false, true];

/** An adapter as it was found, and what is said of it. */
export interface Stated {
  readonly form: AdapterForm;
  readonly config: AdapterConfig;
  /** What a person says `lora_alpha` is. */
  readonly alpha: number | null;
  readonly file: string;
}

/** A change, and whether the parts of the weight that it changes were assumed. */
interface StatedChange {
  readonly change: LowRankChange;
  readonly assumedParts: boolean;
}

/** Factor of B A. Without a word on alpha the change is taken as it is. */
export function scaleOf({ module, up, alpha: own }: AdapterPair, { config, alpha: said }: Stated): number {
  const rank = up.shape[1] ?? 1;
  const alpha = said ?? config.alphaOf(module) ?? own;
  return alpha === null ? 1 : config.scale(alpha, rank);
}

/** Sizes of the factors of a pair; null where they have no rank in common. */
function sizesOf({ down, up }: AdapterPair): { rank: number; groups: number; outputs: number; inputs: number } | null {
  const [downRows = 0, ...inside] = down.shape;
  const [outputs = 0, rank = 0, ...outside] = up.shape;
  const groups = downRows / rank;
  const inputs = elementCount(inside);
  const isWhole = rank >= 1 && Number.isInteger(groups) && groups >= 1 && outputs > 0 && inputs > 0;
  if (inside.length === 0 || !isWhole || outside.some((size) => size !== 1)) return null;
  return { rank, groups, outputs, inputs };
}

/** True where a pair has the shapes of a change of the whole weight, whichever way round that is stored. */
export function fitsWeight(pair: AdapterPair, { shape: [first = 0, ...rest] }: TensorEntry): boolean {
  const sizes = sizesOf(pair);
  if (sizes?.groups !== 1 || rest.length === 0) return false;
  const { outputs, inputs } = sizes;
  const others = elementCount(rest);
  return (first === outputs && others === inputs) || (first === inputs && others === outputs);
}

/** @throws CheckpointError `malformed` where the shapes do not fit each other, the weight or the configuration, `unsupported` where nothing says which part of the weight is changed. */
export function changeOf(pair: AdapterPair, tensor: TensorEntry, stated: Stated): StatedChange {
  const { module, down, up, magnitude, embedding } = pair;
  const { form, config, file } = stated;
  const [downName, upName] = FACTORS[form];
  const words = l10n.t(
    '{0} [{1}] and {2} [{3}] of {4}',
    downName,
    down.shape.join(', '),
    upName,
    up.shape.join(', '),
    quoteName(module),
  );
  const refuse = (
    why: string,
    code: 'malformed' | 'unsupported' = 'malformed',
    advice = chooseAdvice(),
  ): CheckpointError => new CheckpointError(code, file, `${words} ${why}`, advice);
  const sizes = sizesOf(pair);
  const inParts = form === 'loralib' || config.enabled !== null;
  if (sizes === null || (sizes.groups > 1 && !inParts)) throw refuse(l10n.t('have no rank in common'));
  const { rank, groups, inputs } = sizes;
  if (rank > MAX_RANK) throw refuse(l10n.t('have rank {0}, and {1} is the most that is read', rank, MAX_RANK));
  const said = config.rankOf(module);
  if (said !== null && said !== rank)
    throw refuse(l10n.t('have rank {0}, and adapter_config.json says {1}', rank, said));
  if (![down, up, tensor].every(holdsWeights))
    throw refuse(l10n.t('or the weight that they change hold no numbers with fractions'));
  const [first = 0, ...rest] = tensor.shape;
  const others = elementCount(rest);
  const perPart = sizes.outputs / groups;
  const holds = (outputs: number): boolean =>
    outputs === sizes.outputs || (inParts && outputs > sizes.outputs && outputs % perPart === 0);
  const fits = (transposed: boolean): boolean =>
    transposed ? first === inputs && holds(others) : holds(first) && others === inputs;
  const asSaid = embedding || (config.fanInFanOut ?? false) !== (tensor.inputsFirst === true);
  const transposed = fits(asSaid) || config.fanInFanOut !== null ? asSaid : !asSaid;
  // loralib's factors of a convolution are a matrix of another form.
  const isMap = form === 'loralib' ? tensor.shape.length === 2 : tensor.shape.length >= 2;
  if (!isMap || !fits(transposed)) {
    throw refuse(l10n.t('do not fit the weight {0} [{1}]', quoteName(tensor.name), tensor.shape.join(', ')));
  }
  const outputs = transposed ? others : first;
  if (magnitude !== null && (elementCount(magnitude.shape) !== outputs || tensor.shape.length > 2 || embedding)) {
    throw refuse(l10n.t('have a magnitude (DoRA) of another form than that of a linear map'));
  }
  const change = { down, up, rank, outputs, inputs, scale: scaleOf(pair, stated), transposed };
  if (groups === 1 && outputs === sizes.outputs) {
    return { change: magnitude === null ? change : { ...change, magnitude }, assumedParts: false };
  }
  const count = outputs / perPart;
  const enabled = enabledParts(count, groups, config.enabled);
  if (enabled === null) {
    const why = l10n.t('change {0} of {1} parts of its weight, and nothing says which', groups, count);
    throw refuse(
      why,
      'unsupported',
      l10n.t('put adapter_config.json beside it that says enable_lora, r and lora_alpha'),
    );
  }
  let place = 0;
  const parts = enabled.map((isChanged) => (isChanged ? place++ : null));
  return { change: { ...change, parts }, assumedParts: enabled === USUAL };
}

/** Which parts of a weight are changed: as the configuration says, all, or the usual two of three; null where none of that fits. */
function enabledParts(count: number, changed: number, said: readonly boolean[] | null): readonly boolean[] | null {
  if (said !== null) return said.length === count && said.filter(Boolean).length === changed ? said : null;
  if (count === changed) return Array.from({ length: count }, () => true);
  return count === USUAL.length && changed === USUAL.filter(Boolean).length ? USUAL : null;
}

const chooseAdvice = (): string =>
  l10n.t('choose the base model that the adapter was made for, or save the adapter again');
