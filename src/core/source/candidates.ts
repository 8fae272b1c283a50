import type { TensorEntry } from '../tensors/tensor-index.js';
import type { ClassValue } from './evaluate/value.js';
import { isPlainBase } from './layers/find-layer.js';

const ATTRIBUTES = /\bself\.(\w+)\s*(?::[^=\n]+)?=|['"](\w+)['"]/gu;

const names = new WeakMap<readonly TensorEntry[], ReadonlySet<string>>();

/** Parts of the names of a checkpoint's tensors that no counted module stands before: the model's own attributes are among them. */
function namesOf(tensors: readonly TensorEntry[]): ReadonlySet<string> {
  const known = names.get(tensors);
  if (known !== undefined) return known;
  const found = new Set<string>();
  for (const { name } of tensors) {
    for (const part of name.split('.')) {
      if (/^\d+$/u.test(part)) break;
      found.add(part);
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
  for (const [, attribute, literal] of place.source.text.matchAll(ATTRIBUTES)) {
    const name = attribute ?? literal ?? '';
    if (found.has(name)) own.add(name);
  }
  return own.size;
}

function inherits({ declaration }: ClassValue): boolean {
  return declaration.bases.some((base) => base.type === 'name' && !isPlainBase(base.name));
}
