import type { GraphPort, Shape } from '../../onnx/graph.js';
import type { DeclaredTensor, UnreadTensor } from './tensor.js';

/** An attribute as the file has it. */
export interface ParsedAttribute {
  readonly numbers?: readonly number[];
  readonly text?: string;
  readonly tensor?: DeclaredTensor | UnreadTensor;
  readonly graphs?: readonly ParsedGraph[];
  /** Name of the attribute of the calling node whose value it takes, inside a function. */
  readonly reference?: string;
}

/** A node as the file has it. */
export interface ParsedNode {
  readonly domain: string;
  readonly operator: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, ParsedAttribute>;
}

/** A graph as the file has it. */
export interface ParsedGraph {
  readonly nodes: readonly ParsedNode[];
  readonly initializers: readonly (DeclaredTensor | UnreadTensor)[];
  readonly inputs: readonly GraphPort[];
  readonly outputs: readonly GraphPort[];
  readonly shapes: ReadonlyMap<string, Shape>;
}

/** A function of the model, which nodes call by domain and name. */
export interface ParsedFunction {
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly defaults: ReadonlyMap<string, ParsedAttribute>;
  readonly nodes: readonly ParsedNode[];
}

/** What an ONNX file says. */
export interface ParsedModel {
  readonly graph: ParsedGraph;
  readonly functions: readonly ParsedFunction[];
  readonly operatorSets: ReadonlyMap<string, number>;
  /** Producer, versions and what the exporter noted, by name. */
  readonly notes: ReadonlyMap<string, string | number>;
}
