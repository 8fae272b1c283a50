import type { Shape } from '../../onnx/graph.js';

/** A factor of an axis: outputs of a projection at some distance of each other, copies, or anything else. */
export type Atom =
  | { readonly kind: 'outputs'; readonly size: number; readonly stride: number }
  | { readonly kind: 'copies'; readonly size: number }
  | { readonly kind: 'other'; readonly size: number | null };

/** Where the outputs of a projection lie in a tensor: factors of each axis, the outer one first. */
export interface Arrangement {
  readonly axes: readonly (readonly Atom[])[];
  /** First output that is there. */
  readonly first: number;
}

/** The outputs along one axis of a tensor with these sizes. @param axis counted from the end. */
export function arrange(shape: Shape, axis: number, outputs: number): Arrangement {
  const place = shape.length + axis;
  return {
    axes: shape.map((size, each): Atom[] => {
      if (each === place) return [{ kind: 'outputs', size: outputs, stride: 1 }];
      return size === 1 ? [] : [{ kind: 'other', size }];
    }),
    first: 0,
  };
}

/** Number of positions along an axis; null where it is not known. */
export function sizeOf(axis: readonly Atom[]): number | null {
  return axis.reduce<number | null>((all, { size }) => (all === null || size === null ? null : all * size), 1);
}

/** The same with other factors along one axis. */
export function withAxis({ axes, first }: Arrangement, axis: number, atoms: readonly Atom[]): Arrangement {
  return { axes: axes.map((each, index) => (index === axis ? atoms : each)), first };
}

export function permute({ axes, first }: Arrangement, order: readonly number[]): Arrangement | null {
  if (order.length !== axes.length) return null;
  return { axes: order.map((axis) => axes[axis] ?? []), first };
}

/** Takes a run of positions along an axis. @returns null when that cuts through something else than outputs in steps. */
export function cut({ axes, first }: Arrangement, axis: number, start: number, length: number): Arrangement | null {
  const atoms = axes[axis];
  const [atom, ...inner] = atoms ?? [];
  if (atoms === undefined) return null;
  if (atom === undefined) return { axes, first };
  const arrangement = { axes, first };
  if (!atoms.some(({ kind }) => kind === 'outputs'))
    return withAxis(arrangement, axis, [{ kind: 'other', size: length }]);
  const step = sizeOf(inner);
  if (atom.kind !== 'outputs' || step === null || start % step !== 0 || length % step !== 0) return null;
  const at = first + (start / step) * atom.stride;
  const size = length / step;
  return { ...withAxis(arrangement, axis, size === 1 ? inner : [{ ...atom, size }, ...inner]), first: at };
}

/** Takes away an axis of one position. */
export function drop({ axes, first }: Arrangement, axis: number): Arrangement | null {
  return (axes[axis]?.length ?? 1) > 0 ? null : { axes: axes.filter((_, each) => each !== axis), first };
}

export function insert({ axes, first }: Arrangement, axis: number): Arrangement {
  return { axes: [...axes.slice(0, axis), [], ...axes.slice(axis)], first };
}

/**
 * Parts and joins axes as a Reshape does, from the last axis on; a size that is not known is the one that makes the rest fit.
 * @returns null when the outputs cannot be followed.
 */
export function reshape(arrangement: Arrangement, target: Shape): Arrangement | null {
  // Sizes of tokens that an exporter wrote down wrongly do not matter to heads.
  return reshapeExactly(arrangement, target) ?? reshapeExactly(withoutSizes(arrangement), target);
}

function withoutSizes({ axes, first }: Arrangement): Arrangement {
  const open = (atom: Atom): Atom => (atom.kind === 'other' ? { kind: 'other', size: null } : atom);
  return { axes: axes.map((atoms) => atoms.map(open)), first };
}

function reshapeExactly({ axes, first }: Arrangement, sizes: Shape): Arrangement | null {
  const target = completed(axes, sizes);
  const rest = axes.map((axis) => [...axis]);
  const result: Atom[][] = [];
  for (let left = target.length - 1; left >= 0; left--) {
    const size = target[left] ?? null;
    const taken = size === null ? takeOpen(rest, left) : takeKnown(rest, size);
    if (taken === null) return null;
    result.unshift(taken);
  }
  return rest.every((axis) => axis.every(({ kind, size }) => kind === 'other' && size === null))
    ? { axes: result, first }
    : null;
}

/** The target with its only unknown size filled in, where the axes that differ tell it. */
function completed(axes: Arrangement['axes'], target: Shape): Shape {
  let same = 0;
  while (same < Math.min(axes.length, target.length) && sizeOf(axes[same] ?? []) === target[same]) same++;
  for (; same >= 0; same--) {
    const whole = sizeOf(axes.slice(same).flat());
    const open = target.slice(same);
    const known = open.reduce<number>((product, size) => product * (size ?? 1), 1);
    if (whole === null || open.filter((size) => size === null).length !== 1 || whole % known !== 0) continue;
    return target.map((size, axis) => (axis >= same && size === null ? whole / known : size));
  }
  return target;
}

/** Takes `size` positions off the inner end of the axes. */
function takeKnown(rest: Atom[][], size: number): Atom[] | null {
  const taken: Atom[] = [];
  let open = size;
  while (open > 1) {
    const axis = rest.at(-1);
    if (axis === undefined) return null;
    const atom = axis.pop();
    if (atom === undefined) {
      rest.pop();
      continue;
    }
    if (atom.size === null) {
      // A size that the shapes do not tell: it fills what the target says.
      taken.unshift({ kind: 'other', size: open });
      return taken;
    }
    if (atom.size <= open) {
      if (open % atom.size !== 0) return null;
      taken.unshift(atom);
      open /= atom.size;
      continue;
    }
    if (atom.size % open !== 0) return null;
    const outer = atom.size / open;
    taken.unshift({ ...atom, size: open });
    axis.push(
      atom.kind === 'outputs' ? { ...atom, size: outer, stride: atom.stride * open } : { ...atom, size: outer },
    );
    open = 1;
  }
  return taken;
}

/** Takes what an axis of unknown size can be, with `left` axes of the target still to come in front of it. */
function takeOpen(rest: Atom[][], left: number): Atom[] | null {
  while (rest.length > left + 1 && rest.at(-1)?.length === 0) rest.pop();
  const taken: Atom[] = [];
  // The last axis whole, and as many in front of it as the target has fewer.
  for (let count = Math.max(1, rest.length - left); count > 0 && rest.length > 0; count--) {
    taken.unshift(...(rest.pop() ?? []));
  }
  return taken;
}
