import {
  ELEMENT_TYPES,
  type Attribute,
  type GraphNode,
  type Initializer,
  type OnnxGraph,
  type ValueInfo,
} from './graph.js';
import { MessageWriter } from './wire.js';

/** Version of the file format that goes with the operator set. */
const IR_VERSION = 9;

/** The first operator set with Gelu. */
const OPERATOR_SET = 20;

/** Fields of ModelProto and GraphProto. */
const MODEL_GRAPH = 7;
const GRAPH = { node: 1, output: 12 } as const;

/** TensorProto.DataLocation. */
const EXTERNAL = 1;

/** AttributeProto.AttributeType. */
const ATTRIBUTE_TYPES = { float: 1, int: 2, text: 3, ints: 7 } as const;

/** A graph as the bytes of an ONNX model (ModelProto of onnx.proto3). */
export function writeModel(graph: OnnxGraph): Uint8Array<ArrayBuffer> {
  const operators = new MessageWriter().text(1, '').int(2, OPERATOR_SET);
  return new MessageWriter()
    .int(1, IR_VERSION)
    .text(2, 'QK Lens')
    .message(MODEL_GRAPH, writeGraph(graph))
    .message(8, operators)
    .finish();
}

/** Nodes and outputs as bytes that join the graph of a model when they are written behind it. */
export function writeAddition({ nodes, outputs }: Pick<OnnxGraph, 'nodes' | 'outputs'>): Uint8Array<ArrayBuffer> {
  const graph = new MessageWriter();
  for (const node of nodes) graph.message(GRAPH.node, writeNode(node));
  for (const output of outputs) graph.message(GRAPH.output, writeValueInfo(output));
  return new MessageWriter().message(MODEL_GRAPH, graph).finish();
}

function writeGraph({ nodes, initializers, inputs, outputs }: OnnxGraph): MessageWriter {
  const out = new MessageWriter();
  for (const node of nodes) out.message(GRAPH.node, writeNode(node));
  out.text(2, 'model');
  for (const initializer of initializers) out.message(5, writeInitializer(initializer));
  for (const input of inputs) out.message(11, writeValueInfo(input));
  for (const output of outputs) out.message(GRAPH.output, writeValueInfo(output));
  return out;
}

function writeNode({ operator, inputs, outputs, attributes }: GraphNode): MessageWriter {
  const out = new MessageWriter();
  for (const input of inputs) out.text(1, input);
  for (const output of outputs) out.text(2, output);
  out.text(3, outputs[0] ?? '').text(4, operator);
  for (const [name, attribute] of Object.entries(attributes)) out.message(5, writeAttribute(name, attribute));
  return out;
}

function writeAttribute(name: string, attribute: Attribute): MessageWriter {
  const out = new MessageWriter().text(1, name);
  if ('float' in attribute) return out.float(2, attribute.float).int(20, ATTRIBUTE_TYPES.float);
  if ('int' in attribute) return out.int(3, attribute.int).int(20, ATTRIBUTE_TYPES.int);
  if ('text' in attribute) return out.text(4, attribute.text).int(20, ATTRIBUTE_TYPES.text);
  return out.ints(8, attribute.ints).int(20, ATTRIBUTE_TYPES.ints);
}

function writeInitializer({ name, type, dims, data }: Initializer): MessageWriter {
  const out = new MessageWriter().ints(1, dims).int(2, ELEMENT_TYPES[type]).text(8, name);
  if (data instanceof Uint8Array) return out.bytes(9, data);
  const entry = (key: string, value: string): MessageWriter => new MessageWriter().text(1, key).text(2, value);
  return out
    .message(13, entry('location', data.location))
    .message(13, entry('offset', String(data.offset)))
    .message(13, entry('length', String(data.length)))
    .int(14, EXTERNAL);
}

function writeValueInfo({ name, type, dims }: ValueInfo): MessageWriter {
  const tensor = new MessageWriter().int(1, ELEMENT_TYPES[type]);
  const shape = new MessageWriter();
  for (const dim of dims ?? []) shape.message(1, dim === null ? new MessageWriter() : new MessageWriter().int(1, dim));
  if (dims !== null) tensor.message(2, shape);
  return new MessageWriter().text(1, name).message(2, new MessageWriter().message(1, tensor));
}
