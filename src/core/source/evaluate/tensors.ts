import type { Size } from '../sizes/size.js';
import { asSize } from './as-size.js';
import type { Arguments, Evaluation } from './evaluation.js';
import { UNKNOWN, type Value } from './value.js';

/** Functions of PyTorch that make a tensor of the shape that they are given. */
const FACTORIES = new Set(['zeros', 'ones', 'empty', 'rand', 'randn', 'full']);

/** Functions that make a tensor like another. */
const LIKE = new Set(['zeros_like', 'ones_like', 'empty_like', 'rand_like', 'randn_like', 'clone']);

const RANGES = new Set(['arange', 'linspace']);

/** A tensor that a function makes; null for any other function. */
export function tensorCall(evaluation: Evaluation, path: string, name: string, given: Arguments): Value | null {
  const [first, second] = given.positional;
  // `trunc_normal_(tensor, std=0.02)` gives the tensor back.
  if (name.endsWith('_') && (first?.kind === 'tensor' || first?.kind === 'parameter')) return first;
  if (!/^(?:torch|np|numpy|jnp|jax\.numpy)\./u.test(path)) return null;
  if (FACTORIES.has(name)) return { kind: 'tensor', shape: shapeOf(evaluation, name, given) };
  if (LIKE.has(name))
    return first?.kind === 'tensor' || first?.kind === 'parameter' ? { kind: 'tensor', shape: first.shape } : UNKNOWN;
  if (name === 'eye') {
    const rows = asSize(evaluation, first);
    return { kind: 'tensor', shape: [rows, second === undefined ? rows : asSize(evaluation, second)] };
  }
  if (RANGES.has(name)) return UNKNOWN;
  if (path === 'torch.tensor' || path === 'torch.Tensor' || path === 'torch.FloatTensor') {
    const sized = path !== 'torch.tensor' && first?.kind === 'size';
    if (sized) return { kind: 'tensor', shape: given.positional.map((value) => asSize(evaluation, value)) };
    return { kind: 'tensor', shape: first?.kind === 'size' ? [] : null };
  }
  return null;
}

function shapeOf(evaluation: Evaluation, name: string, { positional, named, items }: Arguments): Size[] | null {
  const [first] = positional;
  const given = named.get('size') ?? (first?.kind === 'list' ? first : undefined);
  if (given !== undefined) {
    if (given.kind !== 'list' || given.items.some(({ loops, optional }) => loops.length > 0 || optional)) return null;
    return given.items.map(({ value }) => asSize(evaluation, value));
  }
  if (items !== null || name === 'full' || positional.some(({ kind }) => kind !== 'size')) return null;
  return positional.map((value) => asSize(evaluation, value));
}
