import type { NamedTensor } from './tensor-names.js';
import { copyName, copyKind, isAround, isAside, isDictionary } from './wrappers.js';

/** A part of a file that holds one model, or the towers of one model. */
export interface Scope {
  /** What all its names start with. */
  readonly prefix: string;
  /** Which copy of the model it is, where the file holds several. */
  readonly copy: { readonly name: string; readonly kind: 'trained' | 'averaged' | null } | null;
  readonly tensors: readonly NamedTensor[];
}

/** A part of a file that holds no model. */
export interface OtherPart {
  readonly name: string;
  readonly tensorCount: number;
}

interface Peeled {
  readonly scopes: readonly Scope[];
  readonly others: readonly OtherPart[];
}

/** Deeper nesting of wrappers does not occur. */
const MAX_DEPTH = 8;

/**
 * Peels what a training script puts around a model, and parts the copies of a model from each other.
 * @param isAttention true for a tensor that looks like a query or key projection: what has none is no model.
 */
export function peel(tensors: readonly NamedTensor[], isAttention: (tensor: NamedTensor) => boolean): Peeled {
  return peelFrom({ prefix: '', copy: null, tensors }, 0, new Set(tensors.filter(isAttention)));
}

function peelFrom(scope: Scope, depth: number, attention: ReadonlySet<NamedTensor>): Peeled {
  if (depth === MAX_DEPTH) return { scopes: [scope], others: [] };
  const children = childrenOf(scope);
  const others: OtherPart[] = [];
  const live: Scope[] = [];
  for (const [key, child] of children) {
    if (isAside(key)) others.push({ name: `${scope.prefix}${key}`, tensorCount: child.tensors.length });
    else live.push(child);
  }
  const kept = others.length === 0 ? scope : { ...scope, tensors: live.flatMap((child) => child.tensors) };
  const models = live.filter((child) => child.tensors.some((tensor) => attention.has(tensor)));
  const keyOf = (child: Scope): string => child.prefix.slice(scope.prefix.length, -1);
  const inside = (chosen: readonly Scope[]): Peeled => {
    const parts = chosen.map((child) => peelFrom(child, depth + 1, attention));
    const beside = live
      .filter((child) => chosen.every(({ prefix }) => prefix !== child.prefix))
      .map((child) => ({ name: child.prefix.slice(0, -1), tensorCount: child.tensors.length }));
    return {
      scopes: parts.flatMap((part) => part.scopes),
      others: [...others, ...beside, ...parts.flatMap((part) => part.others)],
    };
  };

  if (models.some((child) => copyKind(keyOf(child)) !== null)) {
    return inside(models.map((child) => ({ ...child, copy: nameCopy(scope, keyOf(child)) })));
  }
  const [only, ...more] = models;
  if (only !== undefined && more.length === 0) {
    const key = keyOf(only);
    const alone = live.length === 1;
    if (isDictionary(key) || (isAround(key) && alone)) return inside([only]);
    // Copies may lie inside a module that has other modules beside it.
    if (isAround(key)) {
      const parted = inside([only]);
      if (parted.scopes.some((part) => part.copy !== scope.copy)) return parted;
    }
  } else if (models.length > 1 && models.some((child) => isDictionary(keyOf(child)))) {
    return inside(models.map((child) => ({ ...child, copy: nameCopy(scope, keyOf(child)) })));
  }
  return { scopes: kept.tensors.length === 0 ? [] : [kept], others };
}

function nameCopy(scope: Scope, key: string): Scope['copy'] {
  const name = copyName(key);
  return { name: scope.copy === null ? name : `${scope.copy.name}-${name}`, kind: copyKind(key) };
}

/** Parts of a scope by the next segment of the name. */
function childrenOf(scope: Scope): Map<string, Scope> {
  const segment = scope.prefix === '' ? 0 : scope.prefix.split('.').length - 1;
  const lists = new Map<string, NamedTensor[]>();
  for (const tensor of scope.tensors) {
    const key = segmentAt(tensor, segment);
    const list = lists.get(key);
    if (list === undefined) lists.set(key, [tensor]);
    else list.push(tensor);
  }
  return new Map(
    [...lists].map(([key, list]) => [key, { prefix: `${scope.prefix}${key}.`, copy: scope.copy, tensors: list }]),
  );
}

function segmentAt(tensor: NamedTensor, segment: number): string {
  const start = tensor.starts[segment] ?? 0;
  const next = tensor.starts[segment + 1];
  return tensor.name.slice(start, next === undefined ? undefined : next - 1);
}
