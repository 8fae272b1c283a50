import { bytesOf } from './pickle-writer.js';

/** A message of protobuf, or a part of one. */
export type Protobuf = Uint8Array;

function varint(value: bigint | number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.from([...bytes, Number(rest)]);
}

/** One field: a whole number as a varint; text, bytes or messages with their length in front. */
export function field(number: number, value: bigint | number | string | Uint8Array): Protobuf {
  if (typeof value === 'number' || typeof value === 'bigint') return bytesOf(varint(number * 8), varint(value));
  const content = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return bytesOf(varint(number * 8 + 2), varint(content.length), content);
}

/** Whole numbers side by side in one field. */
export function packed(number: number, values: readonly number[]): Protobuf {
  return field(number, bytesOf(...values.map(varint)));
}

/** One float32 on its own. */
export function float(number: number, value: number): Protobuf {
  return bytesOf(varint(number * 8 + 5), new Uint8Array(Float32Array.of(value).buffer));
}

/** Numbers as little-endian float32. */
export function floats(values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

/** What a TensorProto of ONNX is made of. */
export interface TensorParts {
  readonly name: string;
  readonly dims: readonly number[];
  /** TensorProto.DataType; float32 if nothing is said. */
  readonly type?: number;
  readonly raw?: Uint8Array;
  readonly external?: Readonly<Record<string, string>>;
  /** Further fields. */
  readonly more?: readonly Protobuf[];
}

export function tensor({ name, dims, type = 1, raw, external, more = [] }: TensorParts): Protobuf {
  const places = Object.entries(external ?? {}).map(([key, value]) =>
    field(13, bytesOf(field(1, key), field(2, value))),
  );
  return bytesOf(
    ...dims.map((size) => field(1, size)),
    field(2, type),
    field(8, name),
    ...(raw === undefined ? [] : [field(9, raw)]),
    ...places,
    ...(external === undefined ? [] : [field(14, 1)]),
    ...more,
  );
}

/** Values of attributes: a whole number, a list of them, or parts of an AttributeProto. */
export type Attributes = Readonly<Record<string, number | readonly number[] | Uint8Array>>;

/** A NodeProto. @param operator with its domain in front, if it has one. */
export function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Attributes = {},
): Protobuf {
  const at = operator.lastIndexOf('.');
  return bytesOf(
    ...inputs.map((name) => field(1, name)),
    ...outputs.map((name) => field(2, name)),
    field(4, operator.slice(at + 1)),
    ...Object.entries(attributes).map(([name, value]) => {
      const content =
        typeof value === 'number'
          ? field(3, value)
          : value instanceof Uint8Array
            ? value
            : bytesOf(...value.map((each) => field(8, each)));
      return field(5, bytesOf(field(1, name), content));
    }),
    ...(at < 0 ? [] : [field(7, operator.slice(0, at))]),
  );
}

/** What a GraphProto is made of. */
export interface GraphParts {
  readonly nodes?: readonly Protobuf[];
  readonly tensors?: readonly Protobuf[];
  /** Names and sizes of the inputs, which are float32; a text for a size that is open. */
  readonly inputs?: Readonly<Record<string, readonly (number | string)[]>>;
  readonly more?: readonly Protobuf[];
}

export function graph({ nodes = [], tensors = [], inputs = {}, more = [] }: GraphParts): Protobuf {
  const ports = Object.entries(inputs).map(([name, sizes]) => {
    const shape = sizes.map((size) => field(1, typeof size === 'number' ? field(1, size) : field(2, size)));
    const type = field(1, bytesOf(field(1, 1), field(2, bytesOf(...shape))));
    return field(11, bytesOf(field(1, name), field(2, type)));
  });
  return bytesOf(...nodes.map((each) => field(1, each)), ...tensors.map((each) => field(5, each)), ...ports, ...more);
}

/** A ModelProto of operator set 17. */
export function model(parts: GraphParts, more: readonly Protobuf[] = []): Uint8Array {
  const sets = field(8, bytesOf(field(1, ''), field(2, 17)));
  return bytesOf(field(1, 8), field(2, 'tests'), field(7, graph(parts)), sets, ...more);
}
