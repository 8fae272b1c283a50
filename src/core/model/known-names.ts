import type { FamilyTower } from './families/family.js';
import { isFused, joinPath, type Layout } from './layout.js';
import { biasOf } from './names.js';

/** Which names a stack's family can place; each is what follows the block, the root, or a module around the root. */
export interface KnownNames {
  readonly inBlock: (rest: string) => boolean;
  readonly belowRoot: (rest: string) => boolean;
  readonly besideRoot: (rest: string) => boolean;
  /** True when any name with a usual word is known too. */
  readonly usual: boolean;
}

/** The names that a family knows. */
export function knownNames(tower: FamilyTower, layout: Layout): KnownNames {
  return {
    inBlock: listOf(blockNames(layout)),
    belowRoot: listOf(rootNames(tower)),
    besideRoot: listOf(tower.beside ?? []),
    usual: false,
  };
}

/** Most modules in front of a `.*` in the lists of families. */
const MAX_STARRED = 4;

/** Longest end of a tensor's name below its module. */
const LONGEST_END = '.weight'.length;

/** Tells whether a list has a name, the module whose weight or bias it is, or a module around it followed by `.*`. */
function listOf(list: readonly string[]): (name: string) => boolean {
  if (list.length === 0) return () => false;
  const names = new Set(list);
  const longest = list.reduce((length, name) => Math.max(length, name.length), 0);
  return (name) => {
    // Long names are not looked up: that takes as long as they are, for each of many tensors.
    if (name.length <= longest + LONGEST_END) {
      if (names.has(name)) return true;
      const module = withoutEnd(name);
      if (module !== null && names.has(module)) return true;
    }
    let dot = name.indexOf('.');
    for (let depth = 0; dot >= 0 && dot < longest && depth < MAX_STARRED; depth++, dot = name.indexOf('.', dot + 1)) {
      if (names.has(`${name.slice(0, dot)}.*`)) return true;
    }
    return false;
  };
}

/** The module of a weight or bias; null for other names. */
function withoutEnd(name: string): string | null {
  for (const end of ['.weight', '.bias']) {
    if (name.endsWith(end)) return name.slice(0, -end.length);
  }
  return null;
}

function blockNames(layout: Layout): string[] {
  const { weights, biases, keyBiasMask, headNorms, norm } = layout;
  const tensors = isFused(weights) ? [weights.fused] : [weights.query, weights.key, weights.value ?? weights.key];
  const attention = [
    ...tensors,
    ...tensors.map(biasOf),
    ...(biases === undefined ? [] : [biases.query, biases.value, biases.key ?? biases.query]),
    ...(keyBiasMask === undefined ? [] : [keyBiasMask]),
    ...(headNorms ?? []),
  ];
  return [
    ...attention.map((name) => joinPath(layout.attention, name)),
    ...(norm === null ? [] : [norm.name]),
    ...layout.known,
  ];
}

function rootNames({ embedding, known }: FamilyTower): string[] {
  if (embedding === null) return [...known];
  const { patch, positions, biasTables, windowMasks = [] } = embedding;
  const tokens = [...embedding.class, ...embedding.distillation, ...embedding.registers];
  return [...known, ...patch, ...patch.map(biasOf), ...positions, ...biasTables, ...windowMasks, ...tokens];
}
