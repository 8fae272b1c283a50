import * as l10n from '@vscode/l10n';
import { quoteName } from '../../bytes/quote.js';
import { type AttributeValue, innerName, type Operation, type Shape } from '../../onnx/graph.js';
import { beyondLimit, malformed } from '../problem.js';
import type { ParsedAttribute, ParsedFunction, ParsedGraph, ParsedModel, ParsedNode } from './parsed.js';
import type { DeclaredTensor, UnreadTensor } from './tensor.js';

/** Nodes after functions are written out; the largest published graphs have some 50,000. */
const MAX_OPERATIONS = 200_000;
/** Functions that call functions; exporters nest three deep. */
const MAX_CALLS = 16;

/** A tensor of the file under the name of its value in the graph. */
export interface PlacedTensor {
  readonly value: string;
  readonly tensor: DeclaredTensor | UnreadTensor;
  /** False for a tensor in an attribute of a node. */
  readonly isInitializer: boolean;
}

/** A model with its functions and inner graphs written out in place. */
export interface ExpandedModel {
  readonly operations: readonly Operation[];
  readonly tensors: readonly PlacedTensor[];
  readonly shapes: ReadonlyMap<string, Shape>;
}

/** Names as the nodes of one graph or function use them; those that are not its own are looked up outside. */
class Scope {
  readonly #names = new Map<string, string>();

  constructor(
    readonly id: number,
    readonly outer: Scope | null,
    /** Attributes of the node that calls the function. */
    readonly call: ReadonlyMap<string, ParsedAttribute>,
    /** In front of the names of tensors, for people. */
    readonly prefix: string,
  ) {}

  /** Name in the whole graph of a value that is made here. */
  define(name: string): string {
    const full = this.id === 0 ? name : innerName(this.id, name);
    this.#names.set(name, full);
    return full;
  }

  alias(name: string, full: string): void {
    this.#names.set(name, full);
  }

  find(name: string): string {
    if (name === '') return '';
    return this.#names.get(name) ?? this.outer?.find(name) ?? (this.id === 0 ? name : innerName(this.id, name));
  }
}

class Expander {
  readonly operations: Operation[] = [];
  readonly tensors: PlacedTensor[] = [];
  readonly shapes = new Map<string, Shape>();
  readonly #functions: ReadonlyMap<string, ParsedFunction>;
  #scopes = 0;

  constructor(
    functions: readonly ParsedFunction[],
    readonly file: string,
  ) {
    this.#functions = new Map(functions.map((each) => [`${each.domain}:${each.name}`, each]));
  }

  graph(graph: ParsedGraph, scope: Scope, depth: number): void {
    for (const { name } of graph.inputs) scope.define(name);
    for (const tensor of graph.initializers) {
      const value = scope.define(tensor.name);
      const named = scope.prefix === '' ? tensor : { ...tensor, name: `${scope.prefix}${tensor.name}` };
      this.tensors.push({ value, tensor: named, isInitializer: true });
    }
    for (const [name, shape] of graph.shapes) if (scope.id === 0) this.shapes.set(name, shape);
    for (const node of graph.nodes) this.node(node, scope, depth);
  }

  node(node: ParsedNode, scope: Scope, depth: number): void {
    const called = this.#functions.get(`${node.domain}:${node.operator}`);
    if (called !== undefined && depth < MAX_CALLS) {
      this.call(called, node, scope, depth);
      return;
    }
    if (this.operations.length >= MAX_OPERATIONS) {
      throw beyondLimit(this.file, l10n.t('its graph has more than {0} nodes', MAX_OPERATIONS));
    }
    const inputs = node.inputs.map((name) => scope.find(name));
    const attributes = new Map<string, AttributeValue>();
    const outputs = node.outputs.map((name) => (name === '' ? '' : scope.define(name)));
    for (const [name, attribute] of node.attributes) {
      const resolved = attribute.reference === undefined ? attribute : scope.call.get(attribute.reference);
      if (resolved === undefined) continue;
      for (const [index, graph] of (resolved.graphs ?? []).entries()) {
        this.graph(graph, this.inner(scope, scope.call, `${node.name}.${name}${String(index)}.`), depth + 1);
      }
      attributes.set(name, this.attribute(resolved, outputs[0] ?? '', scope));
    }
    const operator = node.domain === '' ? node.operator : `${node.domain}.${node.operator}`;
    this.operations.push({ operator, name: node.name, inputs, outputs, attributes });
  }

  inner(outer: Scope, call: Scope['call'], prefix: string): Scope {
    this.#scopes++;
    return new Scope(this.#scopes, outer, call, `${outer.prefix}${prefix}`.slice(0, 500));
  }

  /** Writes the nodes of a function out in place of the node that calls it. */
  call(called: ParsedFunction, node: ParsedNode, scope: Scope, depth: number): void {
    const given = [...node.attributes].map(([name, attribute]): [string, ParsedAttribute | undefined] => [
      name,
      attribute.reference === undefined ? attribute : scope.call.get(attribute.reference),
    ]);
    const attributes = new Map(called.defaults);
    for (const [name, attribute] of given) if (attribute !== undefined) attributes.set(name, attribute);
    const body = this.inner(scope, attributes, `${node.name}.`);
    for (const [index, name] of called.inputs.entries()) body.alias(name, scope.find(node.inputs[index] ?? ''));
    for (const each of called.nodes) this.node(each, body, depth + 1);
    for (const [index, name] of called.outputs.entries()) {
      const output = node.outputs[index] ?? '';
      if (output === '') continue;
      // The function's result under the name that the caller gives it.
      const inputs = [body.find(name)];
      this.operations.push({
        operator: 'Identity',
        name: node.name,
        inputs,
        outputs: [scope.define(output)],
        attributes: new Map(),
      });
    }
  }

  attribute(attribute: ParsedAttribute, output: string, scope: Scope): AttributeValue {
    const { numbers, text, tensor } = attribute;
    if (tensor === undefined) return { ...(numbers && { numbers }), ...(text !== undefined && { text }) };
    const name = tensor.name === '' ? `${scope.prefix}${output.replace(/^\u0001\d+:/u, '')}` : tensor.name;
    this.tensors.push({ value: output, tensor: { ...tensor, name }, isInitializer: false });
    return { tensor: output };
  }
}

/** Writes functions and inner graphs out in place. @throws CheckpointError `limit` or `malformed`. */
export function expandModel({ graph, functions }: ParsedModel, file: string): ExpandedModel {
  const expander = new Expander(functions, file);
  expander.graph(graph, new Scope(0, null, new Map(), ''), 0);
  const names = new Set<string>();
  for (const { value, isInitializer } of expander.tensors) {
    if (!isInitializer) continue;
    if (names.has(value)) throw malformed(file, l10n.t('two tensors are called {0}', quoteName(value)));
    names.add(value);
  }
  return expander;
}
