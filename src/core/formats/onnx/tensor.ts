import * as l10n from '@vscode/l10n';
import { groupDigits, quoteName } from '../../bytes/quote.js';
import { CheckpointError } from '../../errors.js';
import { elementType } from '../../onnx/element-types.js';
import { TYPED_FIELDS, typedData, unitsOf } from '../../onnx/typed-data.js';
import { WIRE, type WireField, WireProblem } from '../../onnx/wire.js';
import { byteLengthOf, DTYPES, type DType } from '../../tensors/dtype.js';
import { widen } from '../../tensors/widen.js';
import { beyondLimit, malformed } from '../problem.js';
import { checkedElementCount } from '../shape.js';
import type { Message } from './messages.js';

/** Fields of TensorProto. */
const FIELDS = { dims: 1, type: 2, segment: 3, raw: 9, external: 13, location: 14 } as const;
/** TensorProto.DataLocation. */
const EXTERNAL = 1;
/** NumPy's and PyTorch's limit of axes, and one more to see that it is passed. */
const MAX_AXES = 65;
/** Elements of a tensor that are read at once. */
const MAX_VALUES = 64;
/** Elements that are kept one by one in the file are rarely many: 16 million take 200 MB to read. */
const MAX_TYPED = 2 ** 24;

/** Where the elements of a tensor lie. */
export type TensorPlace =
  | { readonly kind: 'raw'; readonly offset: number; readonly length: number }
  /** In a typed field of the message, as numbers. */
  | { readonly kind: 'typed'; readonly field: number; readonly offset: number; readonly length: number }
  | { readonly kind: 'external'; readonly location: string; readonly offset: number; readonly length: number | null };

/** A tensor as its message declares it, checked against itself. */
export interface DeclaredTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly place: TensorPlace;
  /** The elements of a tensor that is small enough to be known: scalars, shapes, axes. */
  readonly values: readonly number[] | null;
}

/** A tensor of a type that is not read. */
export interface UnreadTensor {
  readonly name: string;
  readonly type: string;
}

/** The field of TensorProto that holds elements of a type which are not raw. */
function typedField(dtype: DType): number {
  if (dtype === 'F32' || dtype === 'C64') return TYPED_FIELDS.float;
  if (dtype === 'F64' || dtype === 'C128') return TYPED_FIELDS.double;
  if (dtype === 'I64') return TYPED_FIELDS.int64;
  return dtype === 'U64' || dtype === 'U32' ? TYPED_FIELDS.uint64 : TYPED_FIELDS.int32;
}

/** A number in the text of an external place. */
function checkedNumber(text: string | undefined, what: string, who: () => string, file: string): number | null {
  if (text === undefined || text === '') return null;
  const value = /^\d{1,16}$/u.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value)) return value;
  throw malformed(file, l10n.t('{0} says {1} for the {2} of its external data', who(), quoteName(text), what));
}

async function externalPlace(message: Message, who: () => string): Promise<TensorPlace> {
  const file = message.pages.source.name;
  const entries = new Map<string, string>();
  for (const field of message.all(FIELDS.external)) {
    const entry = await message.inner(field);
    entries.set(await entry.text(1), await entry.text(2));
  }
  const location = entries.get('location') ?? '';
  if (location === '') throw malformed(file, l10n.t('{0} is said to lie in another file, which is not named', who()));
  return {
    kind: 'external',
    location,
    offset: checkedNumber(entries.get('offset'), 'offset', who, file) ?? 0,
    length: checkedNumber(entries.get('length'), 'length', who, file),
  };
}

/** Elements in a typed field; those of a single packed run of floats lie as raw ones do. */
function typedPlace(message: Message, who: () => string, dtype: DType, count: number): TensorPlace {
  const file = message.pages.source.name;
  const number = typedField(dtype);
  const found = message.all(number);
  const [only] = found;
  const isFloat = number === TYPED_FIELDS.float || number === TYPED_FIELDS.double;
  if (only?.wire === WIRE.bytes && found.length === 1 && isFloat) return rawPlace(only, who, dtype, count, file);
  const bytes = found.reduce((sum, { start, end }) => sum + end - start, 0);
  if (count > MAX_TYPED)
    throw beyondLimit(file, l10n.t('{0} has {1} elements, each stored on its own', who(), groupDigits(count)));
  // A number has at least one byte: what claims more elements than bytes lies.
  if (bytes < unitsOf(dtype, count)) throw malformed(file, short(who, count, dtype, bytes));
  return { kind: 'typed', field: number, offset: message.start, length: message.end - message.start };
}

function rawPlace(
  { start, end }: WireField,
  who: () => string,
  dtype: DType,
  count: number,
  file: string,
): TensorPlace {
  const expected = byteLengthOf(dtype, count);
  if (end - start !== expected) throw malformed(file, short(who, count, dtype, end - start));
  return { kind: 'raw', offset: start, length: expected };
}

function short(who: () => string, count: number, dtype: DType, present: number): string {
  const claimed = l10n.t('{0} elements of {1} are declared', groupDigits(count), DTYPES[dtype].label);
  return l10n.t('{0}: {1}, and {2} bytes present', who(), claimed, groupDigits(present));
}

/** What a TensorProto declares. @throws CheckpointError `malformed` or `unsupported` when it contradicts itself. */
export async function readTensor(message: Message, name: string): Promise<DeclaredTensor | UnreadTensor> {
  const file = message.pages.source.name;
  const who = (): string => l10n.t('tensor {0}', quoteName(name));
  const code = message.int(FIELDS.type) ?? 0;
  const type = elementType(code);
  if (type === null) throw malformed(file, l10n.t('{0} has the unknown type {1}', who(), code));
  const shape = await message.ints(FIELDS.dims, MAX_AXES);
  const count = checkedElementCount(shape);
  if (typeof count === 'string') throw malformed(file, `${who()} ${count}`);
  if ('other' in type) return { name, type: type.other };
  const { dtype } = type;
  if (message.last(FIELDS.segment) !== null) {
    const advice = l10n.t('save the model again without segments');
    throw new CheckpointError('unsupported', file, l10n.t('{0} is a segment of a tensor', who()), advice);
  }
  const declared = { name, dtype, shape };
  if (message.int(FIELDS.location) === EXTERNAL) {
    return { ...declared, place: await externalPlace(message, who), values: null };
  }
  const raw = message.last(FIELDS.raw);
  const place = raw === null ? typedPlace(message, who, dtype, count) : rawPlace(raw, who, dtype, count, file);
  return { ...declared, place, values: await smallValues(message, place, who, dtype, count) };
}

/** The elements of a small tensor; null for a large one and for complex numbers. */
async function smallValues(
  message: Message,
  place: TensorPlace,
  who: () => string,
  dtype: DType,
  count: number,
): Promise<readonly number[] | null> {
  if (place.kind === 'external' || count > MAX_VALUES || DTYPES[dtype].kind === 'complex') return null;
  const bytes = await message.pages.bytes(place.offset, place.offset + place.length);
  // The last byte of numbers that share bytes may be filled up.
  if (place.kind === 'raw') return [...widen(dtype, bytes).subarray(0, count)];
  try {
    return [...widen(dtype, typedData(bytes, place.field, dtype, count)).subarray(0, count)];
  } catch (error) {
    if (error instanceof WireProblem) throw malformed(message.pages.source.name, `${who()}: ${error.problem}`);
    throw error;
  }
}
