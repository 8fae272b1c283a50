/** Element types of ONNX (TensorProto.DataType) that are used here. */
export const ELEMENT_TYPES = {
  float32: 1,
  int32: 6,
  int64: 7,
  float16: 10,
  float64: 11,
  bfloat16: 16,
  float8e4m3fn: 17,
  float8e4m3fnuz: 18,
  float8e5m2: 19,
  float8e5m2fnuz: 20,
} as const;

export type ElementType = keyof typeof ELEMENT_TYPES;

/** An attribute of a node; the kind of number is part of ONNX's type. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] };

export interface GraphNode {
  readonly operator: string;
  /** Names of values; an empty one leaves an optional input out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** Where the bytes of an initializer lie, below the folder that the session is given. */
export interface ExternalPlace {
  /** Path relative to that folder, with `/` between its parts. */
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** A constant tensor; little-endian, row by row. */
export interface Initializer {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: Uint8Array | ExternalPlace;
}

/** Name, type and shape of an input or output; null for a length that differs from run to run, or for a shape that is not said. */
export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly (number | null)[] | null;
}

/** A graph as ONNX has it: nodes in an order in which they can run. */
export interface OnnxGraph {
  readonly nodes: readonly GraphNode[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}
