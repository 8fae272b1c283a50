import type { DType } from '../tensors/dtype.js';

/** An attribute of a node, as far as recognition needs it: numbers, texts, and tensors by the name that they got. */
export interface AttributeValue {
  readonly numbers?: readonly number[];
  readonly text?: string;
  /** Name under which a tensor in the attribute is listed among the graph's tensors or constants. */
  readonly tensor?: string;
}

/** A node; names of values are unique in the whole graph, those of inner graphs and functions got a prefix. */
export interface Operation {
  /** `MatMul`, or with a domain in front: `com.microsoft.Attention`. */
  readonly operator: string;
  readonly name: string;
  /** Names of values; an empty one leaves an optional input out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, AttributeValue>;
}

/** Sizes of a value; null for one that is not said. */
export type Shape = readonly (number | null)[];

/** An input or output of the graph. */
export interface GraphPort {
  readonly name: string;
  /** Null where it is no tensor or its type is not read. */
  readonly dtype: DType | null;
  readonly shape: Shape | null;
}

/** A constant that is small enough to be known: scalars, shapes, axes. */
export interface SmallConstant {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** What an ONNX file computes: functions and inner graphs written out in place, large tensors by name only. */
export interface ComputationGraph {
  readonly inputs: readonly GraphPort[];
  readonly outputs: readonly GraphPort[];
  /** In an order in which they can run. */
  readonly operations: readonly Operation[];
  /** Sizes that the file says of values in between. */
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly constants: ReadonlyMap<string, SmallConstant>;
  /** Names of values that are tensors of the file, with the name of the tensor in the index. */
  readonly tensors: ReadonlyMap<string, string>;
  /** Constant masks that keep tokens from attending to what comes later. */
  readonly causalMasks: ReadonlySet<string>;
  /** Versions of the operator sets by domain; the standard one has an empty name. */
  readonly operatorSets: ReadonlyMap<string, number>;
}

/** In front of names of values that are not in the file's main graph. */
const INNER = '\u0001';

/** The name that a value of an inner graph or function gets. */
export function innerName(scope: number, name: string): string {
  return name === '' ? '' : `${INNER}${String(scope)}:${name}`;
}

/** True for a value of an inner graph or function, which cannot be an output of the model. */
export function isInner(name: string): boolean {
  return name.startsWith(INNER);
}
