import { Facts, type KnownOperation } from '../../onnx/facts.js';
import type { ComputationGraph, Operation } from '../../onnx/graph.js';
import type { TensorEntry } from '../../tensors/tensor-index.js';

/** Inputs of a graph that are told apart; later ones count as the last. */
const MAX_INPUTS = 30;

const NONE: readonly Operation[] = [];

/** A graph with what recognition asks of it: who makes and who uses a value, and what it depends on. */
export class GraphView {
  readonly facts: Facts;
  readonly #tensors: ReadonlyMap<string, TensorEntry>;
  readonly #producers = new Map<string, Operation>();
  readonly #consumers = new Map<string, Operation[]>();
  readonly #sources = new Map<string, number>();

  constructor(
    readonly graph: ComputationGraph,
    tensors: readonly TensorEntry[],
  ) {
    const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    this.#tensors = new Map(
      [...graph.tensors].flatMap(([value, name]) => {
        const tensor = byName.get(name);
        return tensor === undefined ? [] : [[value, tensor] as const];
      }),
    );
    this.facts = new Facts(graph, new Map([...this.#tensors].map(([value, { shape }]) => [value, shape])));
    // Before IR version 4 initializers are listed among the inputs.
    const inputs = graph.inputs.filter(({ name }) => !graph.tensors.has(name));
    for (const [index, { name }] of inputs.entries()) this.#sources.set(name, 1 << Math.min(index, MAX_INPUTS));
    for (const operation of graph.operations) this.#link(operation);
  }

  /** The node that makes a value; null for inputs and tensors of the file. */
  producer(value: string): Operation | null {
    return this.#producers.get(value) ?? null;
  }

  consumers(value: string): readonly Operation[] {
    return this.#consumers.get(value) ?? NONE;
  }

  /** The tensor of the file that a value is. */
  tensor(value: string): TensorEntry | null {
    return this.#tensors.get(value) ?? null;
  }

  /** The graph's inputs that a value depends on, one bit each; 0 for constants. */
  sources(value: string): number {
    return this.#sources.get(value) ?? 0;
  }

  isConstant(value: string): boolean {
    return this.sources(value) === 0;
  }

  known(operation: Operation): KnownOperation {
    return {
      operation,
      inputs: operation.inputs.map((name) => this.facts.of(name)),
      attribute: (name) => operation.attributes.get(name)?.numbers ?? null,
    };
  }

  /** The first number of an attribute. */
  number(operation: Operation, name: string): number | null {
    return operation.attributes.get(name)?.numbers?.[0] ?? null;
  }

  #link(operation: Operation): void {
    let sources = 0;
    for (const input of new Set(operation.inputs)) {
      if (input === '') continue;
      sources |= this.#sources.get(input) ?? 0;
      const list = this.#consumers.get(input) ?? [];
      this.#consumers.set(input, list);
      list.push(operation);
    }
    // The shape of a value is known without the value: what only depends on it is taken for a constant.
    const effective = operation.operator === 'Shape' || operation.operator === 'Size' ? 0 : sources;
    for (const output of operation.outputs) {
      if (output === '') continue;
      this.#producers.set(output, operation);
      this.#sources.set(output, effective);
    }
  }
}
