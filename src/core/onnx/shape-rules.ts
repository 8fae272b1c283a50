import type { Fact, KnownOperation } from './facts.js';
import { einsumAxes } from './einsum.js';
import type { Shape } from './graph.js';
import { NBITS_PRODUCT } from './quantised.js';

/** Axes of a tensor that are believed. */
const MAX_AXES = 16;

type Rule = (known: KnownOperation) => Shape | null;

const same: Rule = ({ inputs }) => inputs[0]?.shape ?? null;

/** Sizes of what tensors give element by element. */
function broadcast({ inputs }: KnownOperation): Shape | null {
  let result: Shape = [];
  for (const { shape } of inputs) {
    if (shape === null) return null;
    result = broadcastTwo(result, shape);
  }
  return result;
}

function broadcastTwo(one: Shape, other: Shape): Shape {
  const [short, long] = other.length < one.length ? [other, one] : [one, other];
  const offset = long.length - short.length;
  return long.map((size, axis) => {
    const facing = axis < offset ? 1 : (short[axis - offset] ?? null);
    if (size === 1) return facing;
    return facing === 1 || facing === null ? size : (size ?? facing);
  });
}

/** Position of an axis that may count from the end. */
function place(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

const matmul: Rule = ({ inputs: [one, other] }) => {
  const [a, b] = [one?.shape, other?.shape];
  if (a == null || b == null || a.length < 2 || b.length < 2) return null;
  const batch = a.length >= b.length ? a.slice(0, -2) : b.slice(0, -2);
  return [...batch, a.at(-2) ?? null, b.at(-1) ?? null];
};

const gemm: Rule = ({ inputs: [one, other], attribute }) => {
  const [a, b] = [one?.shape, other?.shape];
  if (a?.length !== 2 || b?.length !== 2) return null;
  const [rows, columns] = [attribute('transA')?.[0] === 1 ? 1 : 0, attribute('transB')?.[0] === 1 ? 0 : 1];
  return [a[rows] ?? null, b[columns] ?? null];
};

/** The product of sizes; null where one is not known. */
export function productOf(sizes: Shape): number | null {
  return sizes.reduce<number | null>((all, size) => (all === null || size === null ? null : all * size), 1);
}

/** Sizes after a Reshape, with what can be told of the one that is left open. */
function reshaped(input: Shape | null, target: Shape | null, allowZero: boolean): Shape | null {
  if (target === null) return null;
  const sizes = target.map((size, axis) => (size === 0 && !allowZero ? (input?.[axis] ?? null) : size));
  const open = sizes.findIndex((size) => size === -1);
  if (open < 0) return sizes;
  const others = sizes.filter((_, axis) => axis !== open);
  const [all, known] = [input === null ? null : productOf(input), productOf(others)];
  const rest = all === null || known === null ? null : all / known;
  return sizes.map((size, axis) => (axis === open ? (rest !== null && Number.isInteger(rest) ? rest : null) : size));
}

const reshape: Rule = ({ inputs: [value, target], attribute }) =>
  reshaped(value?.shape ?? null, target?.values ?? attribute('shape'), attribute('allowzero')?.[0] === 1);

const transpose: Rule = ({ inputs: [value], attribute }) => {
  const shape = value?.shape ?? null;
  if (shape === null) return null;
  const order = attribute('perm') ?? shape.map((_, axis) => shape.length - 1 - axis);
  return order.length === shape.length ? order.map((axis) => shape[axis] ?? null) : null;
};

/** Axes that a node is told by an input or, before opset 13, by an attribute. */
export function axesOf({ inputs, attribute }: KnownOperation): readonly number[] | null {
  const said = inputs[1]?.values ?? attribute('axes');
  return said?.every((axis) => axis !== null) === true ? said : null;
}

const squeeze: Rule = (known) => {
  const shape = known.inputs[0]?.shape ?? null;
  const axes = axesOf(known);
  if (shape === null) return null;
  if (axes === null) return known.inputs.length > 1 ? null : shape.filter((size) => size !== 1);
  const gone = new Set(axes.map((axis) => place(axis, shape.length)));
  return shape.filter((_, axis) => !gone.has(axis));
};

const unsqueeze: Rule = (known) => {
  const shape = known.inputs[0]?.shape ?? null;
  const axes = axesOf(known);
  if (shape === null || axes === null) return null;
  const rank = shape.length + axes.length;
  const added = new Set(axes.map((axis) => place(axis, rank)));
  const rest = shape.values();
  return Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.next().value ?? null)));
};

const concat: Rule = ({ inputs, attribute }) => {
  const shape = inputs.find((input) => input.shape !== null)?.shape ?? null;
  if (shape === null) return null;
  const along = place(attribute('axis')?.[0] ?? 0, shape.length);
  const sizes = inputs.map((input) => input.shape?.[along] ?? null);
  const sum = sizes.includes(null) ? null : sizes.reduce<number>((all, size) => all + (size ?? 0), 0);
  return shape.map((size, axis) => (axis === along ? sum : size));
};

const gather: Rule = ({ inputs: [data, indices], attribute }) => {
  const [shape, chosen] = [data?.shape, indices?.shape];
  if (shape == null || chosen == null) return null;
  const axis = place(attribute('axis')?.[0] ?? 0, shape.length);
  return [...shape.slice(0, axis), ...chosen, ...shape.slice(axis + 1)];
};

/** Range of a Slice along an axis of known size. */
export function sliceRange(start: number, end: number, size: number): readonly [first: number, last: number] {
  const inside = (at: number): number => Math.max(0, Math.min(size, at < 0 ? at + size : at));
  return [inside(start), inside(end)];
}

/** What a Slice cuts of an axis; null for a bound that is not known. */
export interface Cut {
  readonly start: number | null;
  readonly end: number | null;
  readonly step: number;
}

/** The cuts of a Slice by their axes; null where not even the axes are known. */
export function sliceOf({ inputs, attribute }: KnownOperation, rank: number): Map<number, Cut> | null {
  const starts = inputs[1]?.values ?? attribute('starts');
  const ends = inputs[2]?.values ?? attribute('ends');
  const count = starts?.length ?? ends?.length ?? inputs[1]?.shape?.[0] ?? inputs[2]?.shape?.[0] ?? 1;
  const axes = inputs[3]?.values ?? attribute('axes') ?? Array.from({ length: count }, (_, index) => index);
  const cuts = new Map<number, Cut>();
  for (const [index, axis] of axes.entries()) {
    if (axis === null) return null;
    const step = inputs[4]?.values?.[index] ?? 1;
    cuts.set(place(axis, rank), { start: starts?.[index] ?? null, end: ends?.[index] ?? null, step });
  }
  return cuts;
}

const slice: Rule = (known) => {
  const shape = known.inputs[0]?.shape ?? null;
  if (shape === null) return null;
  const cuts = sliceOf(known, shape.length);
  if (cuts === null) return shape.map(() => null);
  return shape.map((size, axis) => {
    const cut = cuts.get(axis);
    if (cut === undefined) return size;
    if (size === null || cut.start === null || cut.end === null || cut.step < 1) return null;
    const [first, last] = sliceRange(cut.start, cut.end, size);
    return Math.max(0, Math.ceil((last - first) / cut.step));
  });
};

/** Sizes of the parts of a Split; null where they are not told. */
export function splitSizes({ inputs, attribute, operation }: KnownOperation, size: number | null): Shape | null {
  const said = inputs[1]?.values ?? attribute('split');
  if (said != null) return said;
  const parts = operation.outputs.length;
  return size === null ? null : operation.outputs.map(() => Math.ceil(size / parts));
}

/** Spatial sizes after a convolution or pooling, and the channels of its weight. */
const conv: Rule = ({ inputs: [value, weight], attribute }) => {
  const [shape, kernel] = [value?.shape, weight?.shape];
  if (shape == null || kernel == null) return null;
  const spatial = shape.slice(2).map((size, axis) => {
    const [length, step] = [kernel[axis + 2], attribute('strides')?.[axis] ?? 1];
    const pads = attribute('pads') ?? [];
    const padding = (pads[axis] ?? 0) + (pads[axis + shape.length - 2] ?? 0);
    const reach = ((length ?? 1) - 1) * (attribute('dilations')?.[axis] ?? 1) + 1;
    return size === null || length == null ? null : Math.floor((size + padding - reach) / step) + 1;
  });
  return [shape[0] ?? null, kernel[0] ?? null, ...spatial];
};

const expand: Rule = (known) => {
  const target = known.inputs[1]?.values ?? null;
  if (target === null) return null;
  return broadcast({ ...known, inputs: [known.inputs[0] ?? { shape: null, values: null }, asShape(target)] });
};

function asShape(values: Shape): Fact {
  return { shape: values, values: null };
}

const reduce: Rule = (known) => {
  const shape = known.inputs[0]?.shape ?? null;
  const axes = axesOf(known);
  if (shape === null || axes === null) return null;
  const gone = new Set(axes.map((axis) => place(axis, shape.length)));
  if (known.attribute('keepdims')?.[0] === 0) return shape.filter((_, axis) => !gone.has(axis));
  return shape.map((size, axis) => (gone.has(axis) ? 1 : size));
};

const flatten: Rule = ({ inputs: [value], attribute }) => {
  const shape = value?.shape ?? null;
  if (shape === null) return null;
  const axis = place(attribute('axis')?.[0] ?? 1, shape.length);
  return [productOf(shape.slice(0, axis)), productOf(shape.slice(axis))];
};

const fusedAttention: Rule = ({ inputs: [value, weight] }) => {
  const width = weight?.shape?.[1] ?? null;
  return value?.shape == null ? null : [...value.shape.slice(0, -1), width === null ? null : width / 3];
};

const nbitsProduct: Rule = ({ inputs: [value], attribute }) =>
  value?.shape == null ? null : [...value.shape.slice(0, -1), attribute('N')?.[0] ?? null];

const einsum: Rule = ({ inputs, operation }) => {
  const ranks = inputs.map(({ shape }) => shape?.length ?? null);
  const axes = einsumAxes(operation.attributes.get('equation')?.text ?? '', ranks);
  if (axes === null) return null;
  return axes.output.map((letter) => {
    const sizes = axes.inputs.flatMap((letters, place) => inputs[place]?.shape?.[letters.indexOf(letter)] ?? []);
    return sizes.find((size) => size !== 1) ?? sizes[0] ?? null;
  });
};

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Equal', 'Max', 'Min', 'And', 'Or', 'Less', 'Greater'].map(
    (name): [string, Rule] => [name, broadcast],
  ),
  ['Where', broadcast],
  ['MatMul', matmul],
  ['MatMulInteger', matmul],
  ['com.microsoft.FusedMatMul', matmul],
  ['com.microsoft.DynamicQuantizeMatMul', matmul],
  [NBITS_PRODUCT, nbitsProduct],
  ['Einsum', einsum],
  ['Gemm', gemm],
  ['Reshape', reshape],
  ['Transpose', transpose],
  ['Squeeze', squeeze],
  ['Unsqueeze', unsqueeze],
  ['Concat', concat],
  ['Gather', gather],
  ['Slice', slice],
  ['Conv', conv],
  ['ConvInteger', conv],
  ['Expand', expand],
  ['Flatten', flatten],
  ['ReduceMean', reduce],
  ['ReduceSum', reduce],
  ['Pad', ({ inputs: [value] }) => value?.shape?.map(() => null) ?? null],
  ['Shape', ({ inputs: [value] }) => (value?.shape == null ? [null] : [value.shape.length])],
  ['Attention', same],
  ['com.microsoft.Attention', fusedAttention],
  ['com.microsoft.QAttention', fusedAttention],
  ['com.microsoft.MultiHeadAttention', same],
  ['com.microsoft.GroupQueryAttention', same],
]);

/** Nodes whose output has the shape of the first input. */
const SAME = new Set(
  (
    'Cast Identity LayerNormalization RMSNormalization Softmax Relu Gelu Erf Tanh Sigmoid Sqrt Neg Exp Reciprocal Dropout ' +
    'QuantizeLinear DequantizeLinear DynamicQuantizeLinear IsNaN Clip Not HardSwish Elu LeakyRelu ' +
    'com.microsoft.SkipLayerNormalization com.microsoft.SkipSimplifiedLayerNormalization SimplifiedLayerNormalization ' +
    'com.microsoft.SimplifiedLayerNormalization com.microsoft.BiasGelu com.microsoft.FastGelu com.microsoft.Gelu ' +
    'com.microsoft.QuickGelu com.microsoft.RotaryEmbedding RotaryEmbedding Trilu InstanceNormalization ' +
    'com.microsoft.QuantizeLinear com.microsoft.DequantizeLinear ScatterND ScatterElements CumSum'
  ).split(' '),
);

/** Shapes of the outputs of a node, in their order. */
export function shapesOf(known: KnownOperation): readonly (Shape | null)[] {
  const { operation } = known;
  if (operation.operator === 'Split') return splitShapes(known);
  if (operation.operator === 'com.microsoft.SkipLayerNormalization') {
    return operation.outputs.map(() => same(known));
  }
  const rule = SAME.has(operation.operator) ? same : RULES.get(operation.operator);
  const values = operation.operator === 'Constant' ? null : (rule?.(known) ?? null);
  return [values !== null && values.length > MAX_AXES ? null : values];
}

function splitShapes(known: KnownOperation): (Shape | null)[] {
  const shape = known.inputs[0]?.shape ?? null;
  if (shape === null) return [];
  const along = place(known.attribute('axis')?.[0] ?? 0, shape.length);
  const sizes = splitSizes(known, shape[along] ?? null);
  return known.operation.outputs.map((_, part) =>
    shape.map((size, axis) => (axis === along ? (sizes?.[part] ?? null) : size)),
  );
}
