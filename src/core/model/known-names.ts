import type { FamilyTower } from './families/family.js';
import { isFused, joinPath, type Layout } from './layout.js';
import { biasOf } from './names.js';

/** Which names a stack's family can place; each is what follows the block, the root, or a module around the root. */
export interface KnownNames {
  inBlock(rest: string): boolean;
  belowRoot(rest: string): boolean;
  besideRoot(rest: string): boolean;
}

/** The names that a family knows. */
export function knownNames(tower: FamilyTower, layout: Layout): KnownNames {
  const block = new Set(blockNames(layout));
  const root = new Set(rootNames(tower));
  const beside = new Set(tower.beside ?? []);
  return {
    inBlock: (rest) => isListed(block, rest),
    belowRoot: (rest) => isListed(root, rest),
    besideRoot: (rest) => isListed(beside, rest),
  };
}

/** True when the set has the name, the module whose weight or bias it is, or a module around it followed by `.*`. */
function isListed(names: ReadonlySet<string>, name: string): boolean {
  if (names.has(name)) return true;
  const last = name.lastIndexOf('.');
  const leaf = name.slice(last + 1);
  if (last > 0 && (leaf === 'weight' || leaf === 'bias') && names.has(name.slice(0, last))) return true;
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    if (names.has(`${name.slice(0, dot)}.*`)) return true;
  }
  return false;
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
