import type { MatrixView, VectorView } from '../model/model.js';
import { DTYPES, type DType } from '../tensors/dtype.js';
import { elementCount, isPlain } from '../tensors/tensor-index.js';
import type { Attribute, ElementType, GraphNode, Initializer, OnnxGraph, ValueInfo } from './onnx/graph.js';

/** Types whose elements ONNX Runtime takes as they are stored; all but float32 go through Cast. */
const STORED_TYPES: Partial<Record<DType, ElementType>> = {
  F32: 'float32',
  F64: 'float64',
  F16: 'float16',
  BF16: 'bfloat16',
  F8_E4M3: 'float8e4m3fn',
  F8_E4M3FNUZ: 'float8e4m3fnuz',
  F8_E5M2: 'float8e5m2',
  F8_E5M2FNUZ: 'float8e5m2fnuz',
};

const FLOAT32_BYTES = 4;

/** Where a session finds weights, relative to the folder that it is given. */
export interface WeightPlaces {
  /** Place of a file of the checkpoint; null when the session cannot reach it, so that its weights are copied. */
  readonly locationOf: (file: number) => string | null;
  /** Place of the file that `copies` are written to. */
  readonly copyLocation: string;
}

/** Weights that do not lie in the checkpoint as a session could take them: written as float32 to a file of their own. */
export interface WeightCopy {
  readonly view: MatrixView;
  /** Byte in that file at which they start. */
  readonly offset: number;
}

/** A weight as a value of the graph; `transposed` when it is (inputs, outputs). */
export interface WeightValue {
  readonly name: string;
  readonly transposed: boolean;
}

/** Collects the nodes and constants of a graph; values are known by their names. */
export class GraphBuilder {
  readonly #nodes: GraphNode[] = [];
  readonly #initializers: Initializer[] = [];
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #weights = new Map<string, WeightValue>();
  readonly #copies: WeightCopy[] = [];
  #copyBytes = 0;

  constructor(private readonly places: WeightPlaces) {}

  /** Result of an operator with one output. */
  node(operator: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    const [output = ''] = this.split(operator, inputs, 1, attributes);
    return output;
  }

  /** Results of an operator with several outputs. */
  split(
    operator: string,
    inputs: readonly string[],
    count: number,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string[] {
    const number = this.#nodes.length;
    const outputs = Array.from({ length: count }, (_, index) => `${operator}_${number}_${index}`);
    this.#nodes.push({ operator, inputs, outputs, attributes });
    return outputs;
  }

  /** A constant of the graph's own. */
  floats(values: Float32Array, dims: readonly number[]): string {
    return this.#constant('float32', dims, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  integers(values: readonly number[]): string {
    const stored = BigInt64Array.from(values, BigInt);
    return this.#constant('int64', [values.length], new Uint8Array(stored.buffer));
  }

  input(name: string, type: ElementType, dims: readonly number[]): string {
    this.#inputs.push({ name, type, dims });
    return name;
  }

  /** Gives a value to whoever runs the graph. */
  output(name: string, value: string, dims: readonly number[]): void {
    this.#nodes.push({ operator: 'Identity', inputs: [value], outputs: [name], attributes: {} });
    this.#outputs.push({ name, type: 'float32', dims });
  }

  /** A matrix of the checkpoint as float32, (rows, columns) or `dims`; transposed where it is stored so and taken whole. */
  matrix(view: MatrixView, dims: readonly number[] = [view.rows, view.columns]): WeightValue {
    const key = [view.tensor.file, view.tensor.name, view.rowStart, view.transposed, ...dims].join(' ');
    const known = this.#weights.get(key);
    if (known !== undefined) return known;
    const made = this.#stored(view, dims) ?? this.#copied(view, dims);
    this.#weights.set(key, made);
    return made;
  }

  vector({ tensor, start, length }: VectorView): string {
    return this.matrix({ tensor, rowStart: start, rows: length, columns: 1, transposed: false }, [length]).name;
  }

  finish(): { graph: OnnxGraph; copies: readonly WeightCopy[]; copyBytes: number } {
    const graph = {
      nodes: this.#nodes,
      initializers: this.#initializers,
      inputs: this.#inputs,
      outputs: this.#outputs,
    };
    return { graph, copies: this.#copies, copyBytes: this.#copyBytes };
  }

  /** The elements where they lie; null when they do not lie together or are of no type that ONNX has. */
  #stored({ tensor, rowStart, rows, columns, transposed }: MatrixView, dims: readonly number[]): WeightValue | null {
    const type = STORED_TYPES[tensor.dtype];
    const location = this.places.locationOf(tensor.file);
    const whole = rowStart === 0 && rows * columns === elementCount(tensor.shape);
    if (type === undefined || location === null || tensor.strides !== null || !isPlain(tensor)) return null;
    if (transposed && !whole) return null;
    const size = DTYPES[tensor.dtype].bytes;
    const place = {
      location,
      offset: tensor.offset + rowStart * columns * size,
      length: rows * columns * size,
    };
    const stored = this.#constant(type, transposed ? [columns, rows] : dims, place);
    const name = type === 'float32' ? stored : this.node('Cast', [stored], { to: { int: 1 } });
    return { name, transposed };
  }

  #copied(view: MatrixView, dims: readonly number[]): WeightValue {
    const length = view.rows * view.columns * FLOAT32_BYTES;
    const offset = this.#copyBytes;
    this.#copies.push({ view, offset });
    this.#copyBytes += length;
    const place = { location: this.places.copyLocation, offset, length };
    return { name: this.#constant('float32', dims, place), transposed: false };
  }

  #constant(type: ElementType, dims: readonly number[], data: Initializer['data']): string {
    const name = `constant_${this.#initializers.length}`;
    this.#initializers.push({ name, type, dims, data });
    return name;
  }
}
