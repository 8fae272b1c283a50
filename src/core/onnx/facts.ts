import type { ComputationGraph, Operation, Shape } from './graph.js';
import { valuesOf } from './value-rules.js';
import { shapesOf } from './shape-rules.js';

/** What is known of a value without running the graph. */
export interface Fact {
  readonly shape: Shape | null;
  /** Elements of a short list of numbers, row by row; null for those that are not known. */
  readonly values: Shape | null;
}

/** A node with what is known of its inputs. */
export interface KnownOperation {
  readonly operation: Operation;
  readonly inputs: readonly Fact[];
  readonly attribute: (name: string) => readonly number[] | null;
}

const UNKNOWN: Fact = { shape: null, values: null };

/** Shapes and small values of everything in a graph, as far as they follow from sizes and constants in the file. */
export class Facts {
  readonly #facts = new Map<string, Fact>();

  /** @param tensorShapes shapes of the tensors of the file by the names of their values. */
  constructor(graph: ComputationGraph, tensorShapes: ReadonlyMap<string, readonly number[]>) {
    for (const { name, shape } of graph.inputs) this.#facts.set(name, { shape, values: null });
    for (const [name, shape] of tensorShapes) this.#facts.set(name, { shape, values: null });
    for (const [name, { shape, values }] of graph.constants) this.#facts.set(name, { shape, values });
    for (const operation of graph.operations) this.#run(operation, graph);
  }

  of(value: string): Fact {
    return this.#facts.get(value) ?? UNKNOWN;
  }

  shape(value: string): Shape | null {
    return this.of(value).shape;
  }

  /** The only number of a value; null where it is not known or there are several. */
  scalar(value: string): number | null {
    const { values } = this.of(value);
    return values?.length === 1 ? (values[0] ?? null) : null;
  }

  #run(operation: Operation, graph: ComputationGraph): void {
    const known: KnownOperation = {
      operation,
      inputs: operation.inputs.map((name) => this.of(name)),
      attribute: (name) => {
        const { numbers = null, tensor } = operation.attributes.get(name) ?? {};
        return tensor === undefined ? numbers : (graph.constants.get(tensor)?.values ?? null);
      },
    };
    const values = valuesOf(known);
    const shapes = shapesOf(known);
    for (const [index, name] of operation.outputs.entries()) {
      if (name === '' || (operation.operator === 'Constant' && this.#facts.has(name))) continue;
      const said = graph.shapes.get(name) ?? null;
      const found = shapes[index] ?? null;
      const shape = found === null || (said !== null && said.length === found.length) ? merge(found, said) : found;
      this.#facts.set(name, { shape, values: index === 0 ? values : null });
    }
  }
}

/** Sizes that either of two sources says. */
function merge(one: Shape | null, other: Shape | null): Shape | null {
  if (one === null || other === null) return one ?? other;
  return one.map((size, axis) => size ?? other[axis] ?? null);
}
