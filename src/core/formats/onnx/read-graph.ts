import * as l10n from '@vscode/l10n';
import { quoteName } from '../../bytes/quote.js';
import { CheckpointError } from '../../errors.js';
import { elementType } from '../../onnx/element-types.js';
import type { GraphPort, Shape } from '../../onnx/graph.js';
import { WIRE, type WireField } from '../../onnx/wire.js';
import { beyondLimit, malformed } from '../problem.js';
import { MAX_NUMBERS, Message } from './messages.js';
import type { Pages } from './pages.js';
import type { ParsedAttribute, ParsedFunction, ParsedGraph, ParsedNode } from './parsed.js';
import { readTensor } from './tensor.js';

/** Fields of GraphProto, NodeProto, AttributeProto, FunctionProto and TensorProto (onnx.proto3). */
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, shapes: 13, sparse: 15 } as const;
const GRAPH_FIELDS = new Set<number>(Object.values(GRAPH));
const NODE = { input: 1, output: 2, name: 3, operator: 4, attribute: 5, domain: 7 } as const;
const ATTRIBUTE = {
  name: 1,
  float: 2,
  int: 3,
  text: 4,
  tensor: 5,
  graph: 6,
  floats: 7,
  ints: 8,
  graphs: 11,
  type: 20,
  reference: 21,
  sparse: 22,
} as const;
const FUNCTION = { name: 1, input: 4, output: 5, node: 7, domain: 10, defaults: 11 } as const;
const TENSOR_NAME = 8;
/** AttributeProto.AttributeType of one whole number and of one text. */
const INT = 2;
/** Graphs in graphs in graphs; real ones are two deep. */
const MAX_DEPTH = 16;
/** Bytes of a text attribute that are kept; what is longer is a program for another machine. */
const MAX_TEXT = 256;

/** Reads the GraphProto in a field and the graphs inside it. */
export async function readGraph(pages: Pages, { start, end }: WireField, depth = 0): Promise<ParsedGraph> {
  const file = pages.source.name;
  if (depth > MAX_DEPTH) throw beyondLimit(file, l10n.t('its graphs are nested more than {0} deep', MAX_DEPTH));
  const nodes: ParsedNode[] = [];
  const initializers: ParsedGraph['initializers'][number][] = [];
  const inputs: GraphPort[] = [];
  const outputs: GraphPort[] = [];
  const shapes = new Map<string, Shape>();
  for await (const field of pages.walk(start, end)) {
    if (field.wire !== WIRE.bytes || !GRAPH_FIELDS.has(field.number)) continue;
    const message = await Message.read(pages, field);
    if (field.number === GRAPH.node) nodes.push(await readNode(message, depth));
    else if (field.number === GRAPH.initializer) {
      initializers.push(await readTensor(message, await message.text(TENSOR_NAME)));
    } else if (field.number === GRAPH.input) inputs.push(await readPort(message));
    else if (field.number === GRAPH.output) outputs.push(await readPort(message));
    else if (field.number === GRAPH.sparse) throw await sparse(message);
    else {
      const { name, shape } = await readPort(message);
      if (shape !== null) shapes.set(name, shape);
    }
  }
  return { nodes, initializers, inputs, outputs, shapes };
}

/** Reads a FunctionProto. */
export async function readFunction(message: Message): Promise<ParsedFunction> {
  const nodes: ParsedNode[] = [];
  for (const field of message.all(FUNCTION.node)) nodes.push(await readNode(await message.inner(field), 0));
  return {
    domain: await message.text(FUNCTION.domain),
    name: await message.text(FUNCTION.name),
    inputs: await message.texts(FUNCTION.input),
    outputs: await message.texts(FUNCTION.output),
    defaults: await readAttributes(message, message.all(FUNCTION.defaults), 0),
    nodes,
  };
}

async function readNode(message: Message, depth: number): Promise<ParsedNode> {
  const domain = await message.text(NODE.domain);
  const [inputs, outputs] = [await message.texts(NODE.input), await message.texts(NODE.output)];
  return {
    domain: domain === 'ai.onnx' ? '' : domain,
    operator: await message.text(NODE.operator),
    name: await message.text(NODE.name),
    inputs,
    outputs,
    attributes: await readAttributes(message, message.all(NODE.attribute), depth),
  };
}

async function readAttributes(
  message: Message,
  fields: readonly WireField[],
  depth: number,
): Promise<Map<string, ParsedAttribute>> {
  const attributes = new Map<string, ParsedAttribute>();
  for (const field of fields) {
    const inner = await message.inner(field);
    attributes.set(await inner.text(ATTRIBUTE.name), await readAttribute(inner, depth));
  }
  return attributes;
}

async function readAttribute(message: Message, depth: number): Promise<ParsedAttribute> {
  const reference = await message.text(ATTRIBUTE.reference);
  if (reference !== '') return { reference };
  const tensor = message.last(ATTRIBUTE.tensor);
  if (tensor !== null) {
    const inner = await message.inner(tensor);
    return { tensor: await readTensor(inner, await inner.text(TENSOR_NAME)) };
  }
  if (message.last(ATTRIBUTE.sparse) !== null) throw await sparse(message);
  const graphs: ParsedGraph[] = [];
  for (const field of [...message.all(ATTRIBUTE.graph), ...message.all(ATTRIBUTE.graphs)]) {
    if (field.wire === WIRE.bytes) graphs.push(await readGraph(message.pages, field, depth + 1));
  }
  if (graphs.length > 0) return { graphs };
  const text = message.last(ATTRIBUTE.text);
  if (text !== null) return text.end - text.start > MAX_TEXT ? {} : { text: await message.textOf(text) };
  return { numbers: await readNumbers(message) };
}

/** The number or numbers of an attribute; a zero may be left out of the file. */
async function readNumbers(message: Message): Promise<readonly number[]> {
  const float = await message.float(ATTRIBUTE.float);
  if (float !== null) return [float];
  const int = message.int(ATTRIBUTE.int);
  if (int !== null) return [int];
  const ints = await message.ints(ATTRIBUTE.ints, MAX_NUMBERS);
  if (ints.length > 0) return ints;
  const floats = await message.floats(ATTRIBUTE.floats, MAX_NUMBERS);
  const isSingle = (message.int(ATTRIBUTE.type) ?? 0) <= INT;
  return floats.length === 0 && isSingle ? [0] : floats;
}

/** Reads a ValueInfoProto: name, element type, sizes. */
async function readPort(message: Message): Promise<GraphPort> {
  const name = await message.text(1);
  const type = message.last(2);
  const tensor = type === null ? null : (await message.inner(type)).last(1);
  if (type === null || tensor === null) return { name, dtype: null, shape: null };
  const inner = await message.inner(tensor);
  const element = elementType(inner.int(1) ?? 0);
  const dtype = element !== null && 'dtype' in element ? element.dtype : null;
  const sizes = inner.last(2);
  if (sizes === null) return { name, dtype, shape: null };
  const shape: (number | null)[] = [];
  const listed = await inner.inner(sizes);
  for (const dimension of listed.all(1)) shape.push((await listed.inner(dimension)).int(1));
  return { name, dtype, shape: shape.map((size) => (size === null || size < 0 ? null : size)) };
}

/** The error for a sparse tensor; its values are a tensor that has the name. */
async function sparse(message: Message): Promise<CheckpointError> {
  const values = message.last(1);
  const name = values === null ? '' : await (await message.inner(values)).text(TENSOR_NAME).catch(() => '');
  const file = message.pages.source.name;
  if (name.length > 1_000) return malformed(file, l10n.t('a sparse tensor has no name'));
  const problem =
    name === ''
      ? l10n.t('a tensor is sparse, which is not read')
      : l10n.t('tensor {0} is sparse, which is not read', quoteName(name));
  return new CheckpointError('unsupported', file, problem, l10n.t('export the model with dense initializers'));
}
