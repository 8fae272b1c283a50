import * as l10n from '@vscode/l10n';
import { quoteName } from '../bytes/quote.js';
import { CheckpointError } from '../errors.js';
import type { TensorEntry } from '../tensors/tensor-index.js';
import { andMore } from '../text/lists.js';

/** Names of the weight of a module: as most have it, and of torch.nn.MultiheadAttention. */
const WEIGHTS = ['weight', 'in_proj_weight'];
/** Modules around a model that an adapter may name and its base not, such as `vit.` */
const MAX_DROPPED = 3;
/** More places where the first weight may lie mean that names tell nothing. */
const MAX_PLACES = 64;
/** Names in a message. */
const MAX_LISTED = 3;

/** What transformers 5 calls modules whose weights keep older names in files (its conversion_mapping.py). */
const RENAMED: readonly (readonly [RegExp, string])[] = [
  [/(^|\.)encoder\.layers?\./u, '$1layers.'],
  [/attention\.(?:attention\.|self\.)?query(?=\.|$)/u, 'attention.q_proj'],
  [/attention\.(?:attention\.|self\.)?key(?=\.|$)/u, 'attention.k_proj'],
  [/attention\.(?:attention\.|self\.)?value(?=\.|$)/u, 'attention.v_proj'],
  [/attention\.output\.dense/u, 'attention.o_proj'],
  [/intermediate\.dense/u, 'mlp.fc1'],
  [/output\.dense/u, 'mlp.fc2'],
];

/** Names of a base in one spelling. */
interface Naming {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly spelling: (name: string) => string;
}

/** How names of an adapter become names of its base. */
interface Alignment {
  readonly naming: Naming;
  readonly drop: string;
  readonly add: string;
}

/** Where the names of an adapter lead in its base. */
export interface Matched {
  /** The weight of each module. */
  readonly weights: ReadonlyMap<string, TensorEntry>;
  /** The tensor of any other name; null where the base has none. */
  readonly find: (name: string) => TensorEntry | null;
}

/**
 * Finds the weight of the base that each module of an adapter stands for: by the same names, behind other prefixes if need be, or under
 * the names of another version of transformers. Either all are found, or it fails.
 * @throws CheckpointError `wrong-use` naming modules that the base does not have.
 */
export function matchBase(modules: readonly string[], tensors: readonly TensorEntry[], baseFile: string): Matched {
  let fewest = modules;
  for (const spelling of [asWritten, asNow]) {
    const naming = { tensors: new Map(tensors.map((each) => [spelling(each.path ?? each.name), each])), spelling };
    for (let dropped = 0; dropped <= MAX_DROPPED; dropped++) {
      const whole: { alignment: Alignment; weights: Map<string, TensorEntry> }[] = [];
      for (const alignment of alignments(modules[0] ?? '', dropped, naming)) {
        const { weights, missing } = under(modules, alignment);
        if (missing.length < fewest.length) fewest = missing;
        if (missing.length === 0) whole.push({ alignment, weights });
      }
      const one = whole.find(({ alignment }) => alignment.add === '') ?? whole[0];
      if (one === undefined) continue;
      if (one.alignment.add !== '' && whole.length > 1)
        throw ambiguous(
          whole.map(({ alignment }) => alignment.add),
          baseFile,
        );
      return { weights: one.weights, find: (name) => find(name, one.alignment) };
    }
  }
  const named = andMore(fewest.slice(0, MAX_LISTED).map(quoteName).join(', '), fewest.length - MAX_LISTED);
  const problem = l10n.t('the adapter changes {0}, of which it has no weight', named);
  throw new CheckpointError(
    'wrong-use',
    baseFile,
    problem,
    l10n.t('choose the base model that the adapter was made for'),
  );
}

function asWritten(name: string): string {
  return name;
}

function asNow(name: string): string {
  return RENAMED.reduce((text, [pattern, now]) => text.replace(pattern, now), name);
}

function ambiguous(prefixes: readonly string[], baseFile: string): CheckpointError {
  const problem = l10n.t(
    'the adapter fits several models in it: {0}',
    prefixes.slice(0, MAX_LISTED).map(quoteName).join(', '),
  );
  return new CheckpointError(
    'wrong-use',
    baseFile,
    problem,
    l10n.t('save the one it was made for in a file of its own'),
  );
}

/** Prefixes under which the first module can be found when this many of its own are taken away. */
function alignments(first: string, dropped: number, naming: Naming): Alignment[] {
  const spelt = naming.spelling(first);
  const segments = spelt.split('.');
  // A number is the place of a layer, which no other can take.
  if (dropped >= segments.length || segments.slice(0, dropped).some((each) => /^\d+$/u.test(each))) return [];
  const rest = segments.slice(dropped).join('.');
  const drop = spelt.slice(0, spelt.length - rest.length);
  const places = new Set<string>();
  for (const weight of WEIGHTS) {
    const name = `${rest}.${weight}`;
    for (const known of naming.tensors.keys()) {
      if (places.size >= MAX_PLACES) break;
      if (known === name || known.endsWith(`.${name}`)) places.add(known.slice(0, known.length - name.length));
    }
  }
  return [...places].map((add) => ({ naming, drop, add }));
}

function find(name: string, { naming, drop, add }: Alignment): TensorEntry | null {
  const spelt = naming.spelling(name);
  return spelt.startsWith(drop) ? (naming.tensors.get(`${add}${spelt.slice(drop.length)}`) ?? null) : null;
}

function under(
  modules: readonly string[],
  alignment: Alignment,
): { weights: Map<string, TensorEntry>; missing: string[] } {
  const weights = new Map<string, TensorEntry>();
  const missing: string[] = [];
  for (const module of modules) {
    const tensor = WEIGHTS.map((weight) => find(`${module}.${weight}`, alignment)).find((each) => each !== null);
    if (tensor == null) missing.push(module);
    else weights.set(module, tensor);
  }
  return { weights, missing };
}
