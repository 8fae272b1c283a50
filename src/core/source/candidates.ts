import type { TensorEntry } from '../tensors/tensor-index.js';
import type { ClassValue } from './evaluate/value.js';
import { isPlainBase } from './layers/find-layer.js';
import { fileParts } from './match/name-tree.js';

const ATTRIBUTES = /\bself\.(\w+)\s*(?::[^=\n]+)?=|['"](\w+)['"]|\b([A-Z]\w*)\(/gu;

/** `LayerNorm_0`: Flax counts modules without a name by their class. */
const COUNTED = /^([A-Z]\w*)_\d+$/u;

const names = new WeakMap<readonly TensorEntry[], ReadonlySet<string>>();

/** Parts of the names of a checkpoint's tensors that no counted module stands before: the model's own attributes are among them. */
function namesOf(tensors: readonly TensorEntry[]): ReadonlySet<string> {
  const known = names.get(tensors);
  if (known !== undefined) return known;
  const found = new Set<string>();
  for (const tensor of tensors) {
    for (const part of [...fileParts(tensor), ...(tensor.given?.split('.') ?? [])]) {
      if (/^\d+$/u.test(part)) break;
      found.add(COUNTED.exec(part)?.[1] ?? part);
    }
  }
  names.set(tensors, found);
  return found;
}

/** A class that may be the model. */
export interface Candidate {
  readonly made: ClassValue;
  /** Number of names in its own text that are parts of tensor names. */
  readonly hits: number;
  /** True where it may have more from another class. */
  readonly inherits: boolean;
}

/** Classes that may be the model, the likeliest first: their text names parts of tensors, or they inherit what they have. */
export function candidatesAmong(classes: readonly ClassValue[], tensors: readonly TensorEntry[]): Candidate[] {
  const found = namesOf(tensors);
  return classes
    .map((made) => ({ made, hits: hitsOf(made, found), inherits: inherits(made) }))
    .filter(({ hits, inherits: more }) => hits > 0 || more)
    .sort((one, other) => other.hits - one.hits);
}

function hitsOf({ frame: { place } }: ClassValue, found: ReadonlySet<string>): number {
  const own = new Set<string>();
  for (const [, attribute, literal, called] of place.source.text.matchAll(ATTRIBUTES)) {
    const name = attribute ?? literal ?? called ?? '';
    if (found.has(name)) own.add(name);
  }
  return own.size;
}

function inherits({ declaration }: ClassValue): boolean {
  return declaration.bases.some((base) => base.type === 'name' && !isPlainBase(base.name));
}
