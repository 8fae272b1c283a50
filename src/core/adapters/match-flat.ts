import * as l10n from '@vscode/l10n';
import { quoteName } from '../bytes/quote.js';
import { CheckpointError } from '../errors.js';
import type { TensorEntry } from '../tensors/tensor-index.js';
import type { AdapterPair } from './adapter-tensors.js';
import { andMore } from '../text/lists.js';

/** Names without dots: the model in a pipeline that they belong to, and the path of the module with underscores for dots. */
const FLAT = /^lora_([a-z]+\d?)_([^.]+)$/u;
const WEIGHT = /^(.+)\.(?:weight|in_proj_weight)$/u;
/** Names in a message. */
const MAX_LISTED = 3;
/** More places where the first weight may lie mean that names tell nothing. */
const MAX_PLACES = 64;

/** Which weights of a base the modules of an adapter stand for. */
interface FlatMatch {
  readonly weights: ReadonlyMap<string, TensorEntry>;
  /** Models of the pipeline that the base is none of, such as `lora_te`. */
  readonly leftOut: readonly string[];
}

/** True for adapters whose names have lost their dots, as kohya-ss writes them. */
export function areFlat(pairs: readonly AdapterPair[]): boolean {
  return pairs.length > 0 && pairs.every(({ module }) => FLAT.test(module));
}

/**
 * Finds the weights of the base for an adapter of a whole pipeline: all modules of one of its models or of several, and none of the others.
 * Names count only where the shapes fit too, since text encoders of one pipeline share theirs.
 * @param fits true where a pair has the shapes of a change of the weight.
 * @throws CheckpointError `wrong-use` naming modules that the base does not have, or where names stand for several weights.
 */
export function matchFlat(
  pairs: readonly AdapterPair[],
  base: readonly TensorEntry[],
  fits: (pair: AdapterPair, tensor: TensorEntry) => boolean,
  baseFile: string,
): FlatMatch {
  const known = flatNames(base);
  const models = new Map<string, AdapterPair[]>();
  for (const pair of pairs) {
    const model = FLAT.exec(pair.module)?.[1] ?? '';
    models.set(model, [...(models.get(model) ?? []), pair]);
  }
  const weights = new Map<string, TensorEntry>();
  const leftOut: string[] = [];
  for (const [model, own] of models) {
    const found = bestPlace(own, known, fits, baseFile);
    if (found.size === 0) leftOut.push(`lora_${model}`);
    else if (found.size < own.length) {
      throw misses(
        own.map(({ module }) => module).filter((module) => !found.has(module)),
        baseFile,
      );
    }
    for (const [module, tensor] of found) weights.set(module, tensor);
  }
  if (weights.size === 0)
    throw misses(
      pairs.map(({ module }) => module),
      baseFile,
    );
  if (new Set(weights.values()).size < weights.size) throw ambiguous(baseFile);
  return { weights, leftOut };
}

/** Weights by their modules with underscores for dots; null where several have the same name then. */
function flatNames(base: readonly TensorEntry[]): Map<string, TensorEntry | null> {
  const known = new Map<string, TensorEntry | null>();
  for (const tensor of base) {
    const module = WEIGHT.exec(tensor.path ?? tensor.name)?.[1]?.replaceAll('.', '_');
    if (module !== undefined) known.set(module, known.has(module) ? null : tensor);
  }
  return known;
}

/** The weights of one model's modules under the prefix that has most of them; none at all is better than a choice between two. */
function bestPlace(
  pairs: readonly AdapterPair[],
  known: ReadonlyMap<string, TensorEntry | null>,
  fits: (pair: AdapterPair, tensor: TensorEntry) => boolean,
  baseFile: string,
): Map<string, TensorEntry> {
  const first = pathOf(pairs[0]);
  const prefixes = [...known.keys()]
    .filter((name) => name.endsWith(`_${first}`))
    .map((name) => name.slice(0, -first.length));
  const under = (prefix: string): Map<string, TensorEntry> =>
    new Map(
      pairs.flatMap((pair) => {
        const tensor = known.get(`${prefix}${pathOf(pair)}`);
        if (tensor === null) throw ambiguous(baseFile);
        return tensor !== undefined && fits(pair, tensor) ? [[pair.module, tensor] as const] : [];
      }),
    );
  const plain = under('');
  if (plain.size > 0) return plain;
  const places = prefixes.slice(0, MAX_PLACES).map(under);
  const most = Math.max(0, ...places.map(({ size }) => size));
  const [best, ...rivals] = places.filter(({ size }) => size === most);
  if (most > 0 && rivals.length > 0) throw ambiguous(baseFile);
  return best ?? plain;
}

function pathOf(pair: AdapterPair | undefined): string {
  return FLAT.exec(pair?.module ?? '')?.[2] ?? '';
}

function misses(modules: readonly string[], baseFile: string): CheckpointError {
  const named = andMore(modules.slice(0, MAX_LISTED).map(quoteName).join(', '), modules.length - MAX_LISTED);
  const problem = l10n.t('the adapter changes {0}, of which it has no weight of fitting shape', named);
  const advice = l10n.t(
    'choose the model that the adapter was made for, in the layout whose names it has (diffusers or the original)',
  );
  return new CheckpointError('wrong-use', baseFile, problem, advice);
}

function ambiguous(baseFile: string): CheckpointError {
  const problem = l10n.t('names of the adapter, which have lost their dots, stand for several weights in it');
  return new CheckpointError(
    'wrong-use',
    baseFile,
    problem,
    l10n.t('save the model it was made for in a file of its own'),
  );
}
