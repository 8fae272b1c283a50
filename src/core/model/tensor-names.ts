import type { TensorEntry } from '../tensors/tensor-index.js';
import { type ParsedName, parseName } from './names.js';

/** A tensor with its name taken apart. */
export interface NamedTensor extends ParsedName {
  readonly tensor: TensorEntry;
}

/** Tensors of a part of a file, found by name and by the module they belong to. */
export class TensorNames {
  readonly #byName = new Map<string, NamedTensor>();
  readonly #sorted: readonly string[];
  readonly #endings = new Map<string, boolean>();

  constructor(readonly all: readonly NamedTensor[]) {
    for (const named of all) this.#byName.set(named.name, named);
    this.#sorted = [...this.#byName.keys()].sort();
  }

  get(name: string): TensorEntry | null {
    return this.#byName.get(name)?.tensor ?? null;
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** True when some name ends so. */
  hasEnding(ending: string): boolean {
    const known = this.#endings.get(ending);
    if (known !== undefined) return known;
    const found = this.all.some(({ name }) => name.endsWith(ending));
    this.#endings.set(ending, found);
    return found;
  }

  /** What follows `prefix` in the names that start with it. */
  under(prefix: string): string[] {
    const rest: string[] = [];
    for (let at = this.#firstFrom(prefix); at < this.#sorted.length; at++) {
      const name = this.#sorted[at];
      if (name?.startsWith(prefix) !== true) break;
      rest.push(name.slice(prefix.length));
    }
    return rest;
  }

  #firstFrom(prefix: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] ?? '') < prefix) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Takes the names of tensors apart; `tooLong` counts those that are longer or deeper than names of parameters are. */
export function nameTensors(tensors: readonly TensorEntry[]): { named: NamedTensor[]; tooLong: number } {
  const named: NamedTensor[] = [];
  for (const tensor of tensors) {
    const parsed = parseName(tensor.path ?? tensor.name);
    if (parsed !== null) named.push({ ...parsed, tensor });
  }
  return { named, tooLong: tensors.length - named.length };
}
