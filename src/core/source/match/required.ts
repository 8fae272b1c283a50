import type { Definition } from '../evaluate/definition.js';
import { optionsOf, type Value } from '../evaluate/value.js';

/** A parameter that a value would bring. */
export interface RequiredParameter {
  readonly definition: Definition;
  readonly path: string;
  readonly certain: boolean;
  readonly buffer: boolean;
}

/** Enough of them to tell what is missing. */
const MAX_LISTED = 200;
const MAX_DEPTH = 12;

/** Parameters that a module has, whatever its conditions; uncertain ones are those that a condition may leave out. */
export function required(value: Value, owner: Definition, depth = 0): readonly RequiredParameter[] {
  if (depth > MAX_DEPTH) return [];
  const options = optionsOf(value);
  const [only] = options;
  if (only === undefined) return [];
  if (options.length > 1) {
    const all = options.map((option) => required(option, owner, depth + 1));
    return (all.find((list) => list.length > 0) ?? []).map((each) => ({ ...each, certain: false }));
  }
  if (only.kind === 'parameter') {
    // Buffers come and go between versions of a library.
    const certain = only.present === true && !only.buffer;
    return only.present === false
      ? []
      : [{ definition: only.definition ?? owner, path: '', certain, buffer: only.buffer }];
  }
  if (only.kind !== 'instance') return [];
  const own = only.part ? owner : only.definition;
  const found: RequiredParameter[] = [];
  const add = (name: string, inner: Value, certain: boolean): void => {
    if (found.length > MAX_LISTED) return;
    for (const each of required(inner, own, depth + 1)) {
      found.push({
        ...each,
        path: each.path === '' ? name : `${name}.${each.path}`,
        certain: certain && each.certain && !only.lazy,
      });
    }
  };
  for (const [name, inner] of only.attributes) add(name, inner, true);
  only.items.forEach(({ value: inner, loops, optional }, index) => {
    add(loops.length > 0 ? '0' : String(index), inner, loops.length === 0 && !optional);
  });
  return found;
}
