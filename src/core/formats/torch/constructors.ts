import * as l10n from '@vscode/l10n';
import type { PickleMachine } from './pickle/machine.js';
import { PickleProblem } from './pickle/problem.js';
import { numpyNumbers } from './numpy-values.js';
import { torchType } from './storage-types.js';
import { viewStorage } from './tensor-view.js';
import { globalName, isKind, type PickleValue } from './pickle/values.js';

/** What a known constructor gives for its arguments; null when they are not what it takes, so that it stays a record. */
export type Construct = (args: readonly PickleValue[], machine: PickleMachine) => PickleValue | null;

/** Keys of a dictionary take several times the memory of a list item. */
const ENTRY_COST = 2;

function sequenceItems(value: PickleValue | undefined): PickleValue[] | null {
  return isKind(value, 'list') || isKind(value, 'tuple') || isKind(value, 'set') ? value.items : null;
}

/** `dict(...)` of nothing, of a dictionary, or of pairs. */
function makeDict(value: PickleValue | undefined, machine: PickleMachine): PickleValue | null {
  const entries = new Map<PickleValue, PickleValue>();
  if (value === undefined) return { kind: 'dict', entries };
  // The same entries, not a copy: a copy of a copy of a copy would take memory that the stream does not have.
  if (isKind(value, 'dict')) return { kind: 'dict', entries: value.entries };
  const pairs = sequenceItems(value);
  if (pairs === null) return null;
  machine.spend(pairs.length);
  machine.count(pairs.length * ENTRY_COST);
  for (const pair of pairs) {
    const [key, item] = sequenceItems(pair) ?? [];
    if (key === undefined || item === undefined) return null;
    entries.set(key, item);
  }
  return { kind: 'dict', entries };
}

/** `list(...)` and the like: the same items, not a copy, for the same reason. */
function itemsFor(args: readonly PickleValue[]): PickleValue[] | null {
  return args.length === 0 ? [] : sequenceItems(args[0]);
}

const makeSet: Construct = (args) => {
  const items = itemsFor(args);
  return items && { kind: 'set', items };
};

const makeList: Construct = (args) => {
  const items = itemsFor(args);
  return items && { kind: 'list', items };
};

const makeTuple: Construct = (args) => {
  const items = itemsFor(args);
  return items && { kind: 'tuple', items };
};

/** True for a tensor whose numbers are the stored ones with the sign or the imaginary part turned round. */
function isTurned(metadata: PickleValue | undefined): boolean {
  return isKind(metadata, 'dict') && ['neg', 'conj'].some((bit) => metadata.entries.get(bit) === true);
}

/** `_rebuild_tensor(storage, offset, size, stride)`, and `_rebuild_tensor_v2` with `requires_grad, hooks, metadata` behind. */
const rebuildTensor: Construct = (args) => {
  const [storage, , , , , , metadata] = args;
  if (!isKind(storage, 'storage')) throw new PickleProblem(l10n.t('a tensor is rebuilt from no storage'));
  const { dtype } = storage.type;
  return dtype === null || dtype === 'any' || isTurned(metadata) ? null : viewStorage(storage, dtype, args);
};

/** `_rebuild_tensor_v3(storage, offset, size, stride, requires_grad, hooks, dtype, metadata)`. */
const rebuildTypedTensor: Construct = (args) => {
  const [storage, , , , , , type, metadata] = args;
  if (!isKind(storage, 'storage')) throw new PickleProblem(l10n.t('a tensor is rebuilt from no storage'));
  const dtype = isKind(type, 'global') && type.module === 'torch' ? torchType(type.name) : undefined;
  if (dtype === undefined || storage.type.dtype === null || isTurned(metadata)) return null;
  if (storage.type.dtype !== 'any' && storage.type.dtype !== dtype) {
    throw new PickleProblem(l10n.t('a tensor has another type than its storage'));
  }
  return viewStorage(storage, dtype, args);
};

/** A parameter is its tensor. */
const firstTensor: Construct = ([tensor]) => (isKind(tensor, 'tensor') ? tensor : null);

/** `_rebuild_from_type_v2(function, type, args, state)`: a tensor of a subclass, made by another of these functions. */
const rebuildFromType: Construct = ([rebuild, , args], machine) => {
  const inner = isKind(rebuild, 'global') ? REBUILDS.get(globalName(rebuild)) : undefined;
  return inner?.(sequenceItems(args) ?? [], machine) ?? null;
};

/** The functions of PyTorch that make tensors from storages. */
const REBUILDS: ReadonlyMap<string, Construct> = new Map<string, Construct>([
  ['torch._utils._rebuild_tensor', rebuildTensor],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_tensor_v3', rebuildTypedTensor],
]);

/** `_codecs.encode(text, 'latin1')`: how protocol 2 writes bytes. The text is kept, not copied. */
const encode: Construct = ([text, encoding]) =>
  typeof text === 'string' && (encoding === 'latin1' || encoding === undefined) ? { kind: 'bytes', data: text } : null;

const numpyType: Construct = ([code]) =>
  typeof code === 'string' ? { kind: 'numpy-type', code, bigEndian: false } : null;

const numpyScalar: Construct = ([type, bytes]) => {
  if (!isKind(type, 'numpy-type') || !isKind(bytes, 'bytes')) return null;
  return numpyNumbers(type, bytes)?.[0] ?? null;
};

const device: Construct = ([type, index]) => {
  if (typeof type !== 'string') return null;
  return typeof index === 'number' ? `${type}:${String(index)}` : type;
};

/**
 * The constructors that state dicts and the plain values beside them need, by full name. Each builds data of the
 * machine's own kinds; nothing of Python is run.
 */
export const CONSTRUCTORS: ReadonlyMap<string, Construct> = new Map<string, Construct>([
  ...REBUILDS,
  ['torch._utils._rebuild_parameter', firstTensor],
  ['torch._utils._rebuild_parameter_with_state', firstTensor],
  ['torch._tensor._rebuild_from_type', rebuildFromType],
  ['torch._tensor._rebuild_from_type_v2', rebuildFromType],
  ['torch.jit._pickle.restore_type_tag', ([value]) => value ?? null],
  ['torch.Size', makeTuple],
  ['torch.device', device],
  ['collections.OrderedDict', ([value], machine) => makeDict(value, machine)],
  ['collections.Counter', ([value], machine) => makeDict(value, machine)],
  // The first argument says what a missing key gives.
  ['collections.defaultdict', ([, value], machine) => makeDict(value, machine)],
  ['collections.deque', makeList],
  ['builtins.dict', ([value], machine) => makeDict(value, machine)],
  ['builtins.list', makeList],
  ['builtins.tuple', makeTuple],
  ['builtins.set', makeSet],
  ['builtins.frozenset', makeSet],
  ['_codecs.encode', encode],
  ['numpy.dtype', numpyType],
  ['numpy.core.multiarray.scalar', numpyScalar],
  ['numpy._core.multiarray.scalar', numpyScalar],
]);
