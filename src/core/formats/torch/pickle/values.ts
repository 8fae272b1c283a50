import type { DType } from '../../../tensors/dtype.js';

/** What the pickle machine builds: plain data and inert records, nothing that acts. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleBytes
  | PickleSequence<'list'>
  | PickleSequence<'tuple'>
  | PickleSequence<'set'>
  | PickleDict
  | PickleGlobal
  | PickleRecord
  | PickleStorage
  | PickleTensor
  | NumpyType;

/** Bytes; as text of one character a byte where the stream had them so. Neither is copied. */
export interface PickleBytes {
  readonly kind: 'bytes';
  readonly data: Uint8Array | string;
}

/** Values in order; the items of a copy may be those of its original. */
export interface PickleSequence<Kind extends 'list' | 'tuple' | 'set'> {
  readonly kind: Kind;
  readonly items: PickleValue[];
}

/** A dictionary; a Map, so that no key can reach a prototype. */
export interface PickleDict {
  readonly kind: 'dict';
  readonly entries: Map<PickleValue, PickleValue>;
}

/** The name of a class, function or constant. */
export interface PickleGlobal {
  readonly kind: 'global';
  readonly module: string;
  readonly name: string;
}

/** What a call or an object of an unknown class is kept as: nothing was called. */
export interface PickleRecord {
  readonly kind: 'record';
  /** The class or function that Python would call; null when it is itself the result of a call. */
  readonly type: PickleGlobal | null;
  readonly args: readonly PickleValue[];
  /** Values given to `__setstate__` or as attributes. */
  readonly state: PickleValue[];
  /** Items set on it, where it is a kind of dictionary. */
  entries: Map<PickleValue, PickleValue> | null;
  /** Items appended to it, where it is a kind of list. */
  items: PickleValue[] | null;
}

/** What a class of storages says of its elements. */
export interface StorageType {
  /** `any` for plain bytes, which take their type from the tensor; null for types that are not read. */
  readonly dtype: DType | 'any' | null;
  readonly elementBytes: number;
}

/** A run of numbers outside the pickle that tensors look into. */
export interface PickleStorage {
  readonly kind: 'storage';
  readonly key: string;
  readonly type: StorageType;
  /** Number of elements. */
  readonly length: number;
  /** Element of the storage `key` at which it begins (legacy files have storages inside others). */
  readonly start: number;
}

/** A tensor's view of its storage; in elements of its own type, inside the storage. */
export interface PickleTensor {
  readonly kind: 'tensor';
  readonly storage: PickleStorage;
  readonly dtype: DType;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** A NumPy element type such as `f8`. */
export interface NumpyType {
  readonly kind: 'numpy-type';
  readonly code: string;
  bigEndian: boolean;
}

type PickleObject = Extract<PickleValue, { kind: string }>;

/** True for a value of one of the kinds above. */
export function isKind<Kind extends PickleObject['kind']>(
  value: PickleValue | undefined,
  kind: Kind,
): value is Extract<PickleObject, { kind: Kind }> {
  return typeof value === 'object' && value?.kind === kind;
}

/** `module.name` as people write it; Python 2 called `builtins` `__builtin__`. */
export function globalName({ module, name }: PickleGlobal): string {
  return `${module === '__builtin__' ? 'builtins' : module}.${name}`;
}
