import * as l10n from '@vscode/l10n';
import type { Operation } from '../../onnx/graph.js';
import type { MatrixView, Projection } from '../model.js';
import { type DeclinedAttention, type FoundAttention, noInput } from './attention.js';
import { constantMatrix, constantVector } from './constants.js';
import type { GraphView } from './graph-view.js';
import { findNorm, sharedNorm } from './norm.js';
import { type Operand, operandOf, partedOperand } from './operand.js';
import { comesFromTriangle, mismatchOf, outputOf, product } from './scores.js';
import { originOf, trace } from './trace.js';

type Reading = FoundAttention | DeclinedAttention;

const READERS: ReadonlyMap<string, (view: GraphView, operation: Operation) => Reading> = new Map([
  ['Attention', attention23],
  ['com.microsoft.Attention', wholeAttention],
  ['com.microsoft.QAttention', wholeAttention],
  ['com.microsoft.MultiHeadAttention', multiHead],
  ['com.microsoft.GroupQueryAttention', groupQuery],
  ['com.microsoft.PackedAttention', unread],
  ['com.microsoft.PackedMultiHeadAttention', unread],
  ['com.microsoft.DecoderMaskedMultiHeadAttention', unread],
  ['com.microsoft.DecoderMaskedSelfAttention', unread],
  ['com.microsoft.LongformerAttention', unread],
  ['com.microsoft.SparseAttention', unread],
]);

/** The attention that one node computes; null for every other node. */
export function fusedAttention(view: GraphView, operation: Operation): Reading | null {
  return READERS.get(operation.operator)?.(view, operation) ?? null;
}

function unread(_view: GraphView, operation: Operation): DeclinedAttention {
  return { operation, problem: l10n.t('{0} is not read', operation.operator) };
}

/** com.microsoft.Attention: the norm's output, one weight and one bias for query, key and value. */
function wholeAttention(view: GraphView, operation: Operation): Reading {
  const [input = '', weightName = '', biasName = ''] = operation.inputs;
  const matrix = constantMatrix(view, weightName);
  const heads = view.number(operation, 'num_heads') ?? 0;
  if (matrix === null) return { operation, problem: l10n.t('its weight is not in the file') };
  const [queryRows = matrix.columns / 3, keyRows = matrix.columns / 3] =
    operation.attributes.get('qkv_hidden_sizes')?.numbers ?? [];
  const headSize = queryRows / heads;
  if (!Number.isInteger(headSize) || headSize < 1 || keyRows !== queryRows || 2 * queryRows > matrix.columns) {
    return {
      operation,
      problem: l10n.t('its {0} outputs are no query, key and value of {1} heads', matrix.columns, heads),
    };
  }
  const whole: MatrixView = {
    tensor: matrix.tensor,
    rowStart: 0,
    rows: matrix.columns,
    columns: matrix.rows,
    transposed: !matrix.swapped,
  };
  const bias = biasName === '' ? null : constantVector(view, biasName, matrix.columns);
  const part = (rowStart: number, rows: number): Projection => ({
    weight: { ...whole, rowStart, rows },
    bias: bias && { ...bias, start: rowStart, length: rows },
  });
  const { result, projection } = outputOf(view, operation.outputs[0] ?? '');
  return {
    operation,
    heads,
    keyValueHeads: heads,
    headSize,
    width: matrix.rows,
    query: part(0, queryRows),
    key: part(queryRows, queryRows),
    value: part(2 * queryRows, matrix.columns - 2 * queryRows),
    scale: scaleOf(view, operation) ?? headSize ** -0.5,
    norm: findNorm(view, input, matrix.rows),
    normalised: false,
    rotated: view.number(operation, 'do_rotary') === 1,
    causal: view.number(operation, 'unidirectional') === 1,
    biased: (operation.inputs[5] ?? '') !== '',
    queryInput: originOf(view, input),
    keyInput: originOf(view, input),
    meeting: null,
    result,
    projection: operation,
    outputProjection: projection,
  };
}

/** A scale of zero stands for the usual one. */
function scaleOf(view: GraphView, operation: Operation): number | null {
  const scale = view.number(operation, 'scale');
  return scale === null || scale === 0 ? null : scale;
}

/** Sides that the node itself may part into heads. */
interface Sides {
  readonly query: Operand | string;
  readonly key: Operand | string;
  readonly value: Operand | string;
}

/** ai.onnx.Attention: projected queries, keys and values, with an axis of heads or side by side. */
function attention23(view: GraphView, operation: Operation): Reading {
  const heads = view.number(operation, 'q_num_heads');
  const shared = view.number(operation, 'kv_num_heads') ?? heads;
  const [query = '', key = '', value = ''] = operation.inputs;
  const sides = {
    query: sideOf(view, query, heads),
    key: sideOf(view, key, shared),
    value: sideOf(view, value, shared),
  };
  const mask = operation.inputs[3] ?? '';
  const causal = view.number(operation, 'is_causal') === 1 || (mask !== '' && comesFromTriangle(view, mask));
  const biased = (view.facts.shape(mask)?.at(-3) ?? 1) > 1;
  return assemble(view, operation, sides, {
    causal,
    rotated: false,
    biased,
  });
}

/** com.microsoft.MultiHeadAttention: projected queries, keys and values without their biases, which are one input. */
function multiHead(view: GraphView, operation: Operation): Reading {
  const heads = view.number(operation, 'num_heads') ?? 0;
  const [query = '', key = '', value = '', bias = ''] = operation.inputs;
  if (key === '' || value === '')
    return { operation, problem: l10n.t('its query, key and value come packed head by head') };
  const sides = { query: sideOf(view, query, heads), key: sideOf(view, key, heads), value: sideOf(view, value, heads) };
  const biased = (operation.inputs[5] ?? '') !== '';
  const causal = view.number(operation, 'unidirectional') === 1;
  return assemble(view, operation, biasedSides(view, sides, bias), { causal, rotated: false, biased });
}

/** Gives the sides their parts of a bias for all three. */
function biasedSides(view: GraphView, sides: Sides, bias: string): Sides {
  let start = 0;
  const next = (side: Operand | string): Operand | string => {
    if (typeof side === 'string' || bias === '') return side;
    const { rows } = side.projection.weight;
    const total = view.facts.shape(bias)?.[0] ?? 0;
    const whole = constantVector(view, bias, total);
    const own = whole && { ...whole, start, length: rows };
    start += rows;
    return { ...side, projection: { ...side.projection, bias: own } };
  };
  return { query: next(sides.query), key: next(sides.key), value: next(sides.value) };
}

/** com.microsoft.GroupQueryAttention: heads that share keys, often rotated inside the node. */
function groupQuery(view: GraphView, operation: Operation): Reading {
  const heads = view.number(operation, 'num_heads') ?? 0;
  const shared = view.number(operation, 'kv_num_heads') ?? heads;
  const [query = '', key = '', value = ''] = operation.inputs;
  if (key === '' || value === '')
    return { operation, problem: l10n.t('its query, key and value come packed in one input') };
  const sides = {
    query: sideOf(view, query, heads),
    key: sideOf(view, key, shared),
    value: sideOf(view, value, shared),
  };
  const rotated = view.number(operation, 'do_rotary') === 1;
  return assemble(view, operation, sides, { causal: true, rotated, biased: false });
}

function sideOf(view: GraphView, value: string, heads: number | null): Operand | string {
  if (value === '' || view.isConstant(value)) return noInput();
  const traced = trace(view, value);
  if (typeof traced === 'string') return traced;
  if (view.isConstant(traced.map.input)) return noInput();
  const rank = traced.arrangement.axes.length;
  if (rank === 4) return operandOf(traced, 3, 2);
  return heads === null || heads < 1 ? l10n.t('its number of heads is not said') : partedOperand(traced, heads);
}

function assemble(
  view: GraphView,
  operation: Operation,
  { query, key, value }: Sides,
  said: Pick<FoundAttention, 'causal' | 'rotated' | 'biased'>,
): Reading {
  if (typeof query === 'string') return { operation, problem: l10n.t('the query: {0}', query) };
  if (typeof key === 'string') return { operation, problem: l10n.t('the key: {0}', key) };
  const mismatch = mismatchOf(query, key);
  if (mismatch !== null) return { operation, problem: mismatch };
  const width = query.projection.weight.columns;
  const projection = query.traced.map.operation;
  const [queryInput, keyInput] = [originOf(view, query.traced.map.input), originOf(view, key.traced.map.input)];
  const output = outputOf(view, operation.outputs[0] ?? '');
  return {
    ...said,
    operation,
    heads: query.heads,
    keyValueHeads: key.heads,
    headSize: query.headSize,
    width,
    query: query.projection,
    key: key.projection,
    value: typeof value === 'string' ? null : value.projection,
    scale: product(scaleOf(view, operation) ?? query.headSize ** -0.5, query.traced.factor, key.traced.factor),
    norm: sharedNorm(view, queryInput, keyInput, width),
    normalised: query.traced.normalised || key.traced.normalised,
    rotated: said.rotated || query.traced.rotated || key.traced.rotated,
    queryInput,
    keyInput,
    meeting: null,
    result: output.result,
    projection,
    outputProjection: output.projection,
  };
}
