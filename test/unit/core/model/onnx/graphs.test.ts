import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../../../src/core/formats/open-checkpoint.js';
import { GraphView } from '../../../../../src/core/model/onnx/graph-view.js';
import type { Recognition } from '../../../../../src/core/model/model.js';
import { recognise } from '../../../../../src/core/model/recognise.js';
import { memorySource, NO_FILES } from '../../../support/memory-source.js';
import { bytesOf } from '../../../support/pickle-writer.js';
import * as pb from '../../../support/protobuf-writer.js';
import { onlyModel } from '../support.js';

/** Tokens are 12 wide, heads 3. */
const WIDTH = 12;

const weight = (name: string, rows: number, columns: number): pb.Protobuf =>
  pb.tensor({
    name,
    dims: [rows, columns],
    raw: pb.floats(Array.from({ length: rows * columns }, (_, i) => Math.sin(i))),
  });
const shape = (name: string, sizes: readonly number[]): pb.Protobuf =>
  pb.tensor({ name, dims: [sizes.length], type: 7, more: [pb.packed(7, sizes)] });
const scalar = (name: string, value: number): pb.Protobuf => pb.tensor({ name, dims: [], raw: pb.floats([value]) });

/** An attention of four heads, written out: projections to heads, scores, softmax, values. */
interface Written {
  /** Nodes that make `q` (1, 4, 5, 3), `k` (1, 4, 3, 5) and `v` (1, 4, 5, 3) of `x` (1, 5, 12). */
  readonly nodes: readonly pb.Protobuf[];
  readonly tensors: readonly pb.Protobuf[];
  /** Nodes between the product of q and k, `s`, and the softmax of `m`; nothing if `m` is `s`. */
  readonly between?: readonly pb.Protobuf[];
}

async function recogniseWritten({
  nodes,
  tensors,
  between = [pb.node('Identity', ['s'], ['m'])],
}: Written): Promise<Recognition> {
  const bytes = pb.model({
    inputs: { x: [1, 5, WIDTH] },
    nodes: [
      ...nodes,
      pb.node('MatMul', ['q', 'k'], ['s']),
      ...between,
      pb.node('Softmax', ['m'], ['p'], { axis: -1 }),
      pb.node('MatMul', ['p', 'v'], ['o']),
    ],
    tensors,
  });
  return recognise(await openCheckpoint(memorySource('model.onnx', bytes), NO_FILES), null, {});
}

/** Query, key and value from weights of their own. @param operator `MatMul`, or `Gemm` with weights as (outputs, inputs). */
function apart(names: readonly [string, string, string] = ['wq', 'wk', 'wv']): Written {
  const head = (name: string, perm: readonly number[], out: string): pb.Protobuf[] => [
    pb.node('MatMul', ['x', name], [`${name}_all`]),
    pb.node('Reshape', [`${name}_all`, 'heads'], [`${name}_heads`]),
    pb.node('Transpose', [`${name}_heads`], [out], { perm }),
  ];
  return {
    nodes: [
      ...head(names[0], [0, 2, 1, 3], 'q'),
      ...head(names[1], [0, 2, 3, 1], 'k'),
      ...head(names[2], [0, 2, 1, 3], 'v'),
    ],
    tensors: [...names.map((name) => weight(name, WIDTH, WIDTH)), shape('heads', [0, 0, 4, 3])],
  };
}

/** One weight for all three, (12, 36), parted by `part`. */
function fused(sizes: readonly number[], perm: readonly number[], part: readonly pb.Protobuf[]): Written {
  return {
    nodes: [
      pb.node('MatMul', ['x', 'w'], ['all']),
      pb.node('Reshape', ['all', 'sizes'], ['parts']),
      pb.node('Transpose', ['parts'], ['turned'], { perm }),
      ...part,
      pb.node('Transpose', ['kt'], ['k'], { perm: [0, 1, 3, 2] }),
    ],
    tensors: [weight('w', WIDTH, 36), shape('sizes', sizes), shape('zero', [0]), shape('one', [1]), shape('two', [2])],
  };
}

const GATHERED = ['zero', 'one', 'two'].map((index, place) => {
  const out = ['q', 'kt', 'v'][place] ?? '';
  return [
    pb.node('Gather', ['turned', index], [`${out}1`], { axis: 0 }),
    pb.node('Squeeze', [`${out}1`, 'zero'], [out]),
  ];
});

describe('attention in graphs without names', () => {
  it('tells query from key by their places, whatever the order of the nodes', async () => {
    const model = onlyModel(await recogniseWritten(apart(['b', 'a', 'c'])));
    const [layer] = model.layers;
    expect([layer?.query, layer?.key, layer?.value].map((each) => each?.weight.tensor.name)).toEqual(['b', 'a', 'c']);
    expect(layer).toMatchObject({ heads: 4, keyValueHeads: 4, headSize: 3, width: WIDTH, norm: null, qkNorm: false });
    expect(layer?.query.weight).toMatchObject({ rowStart: 0, rows: WIDTH, columns: WIDTH, transposed: true });
  });

  it('gathers query, key and value from one weight', async () => {
    const [layer] = onlyModel(await recogniseWritten(fused([1, 5, 3, 4, 3], [2, 0, 3, 1, 4], GATHERED.flat()))).layers;
    const starts = [layer?.query, layer?.key, layer?.value].map((each) => each?.weight.rowStart);
    expect(starts).toEqual([0, 12, 24]);
    expect(layer).toMatchObject({ heads: 4, headSize: 3 });
  });

  it('declines heads that lie mixed in one weight', async () => {
    const { models, warnings } = await recogniseWritten(fused([1, 5, 4, 3, 3], [3, 0, 2, 1, 4], GATHERED.flat()));
    expect(models).toEqual([]);
    expect(warnings[0]?.message).toMatch(/^Not analysed: m?p?: the query: it mixes query, key and value head by head/);
  });

  it('sees a rotation by place, also of patches beside a class token', async () => {
    const { nodes, tensors } = apart();
    const turned = [
      pb.node('Slice', ['q0', 'zero', 'one', 'axis'], ['class']),
      pb.node('Slice', ['q0', 'one', 'five', 'axis'], ['patches']),
      pb.node('Mul', ['patches', 'cosines'], ['straight']),
      pb.node('Neg', ['patches'], ['other']),
      pb.node('Mul', ['other', 'cosines'], ['across']),
      pb.node('Add', ['straight', 'across'], ['both']),
      pb.node('Concat', ['class', 'both'], ['q'], { axis: 2 }),
    ];
    const query = [...nodes.slice(0, 2), pb.node('Transpose', ['wq_heads'], ['q0'], { perm: [0, 2, 1, 3] }), ...turned];
    const more = [
      ...[shape('zero', [0]), shape('one', [1]), shape('five', [5]), shape('axis', [2])],
      weight('cosines', 4, 3),
    ];
    const written = { nodes: [...query, ...nodes.slice(3)], tensors: [...tensors, ...more] };
    const model = onlyModel(await recogniseWritten(written));
    expect(model.position).toBe('rope');
    expect(model.layers[0]).toMatchObject({ heads: 4, headSize: 3 });
    expect(onlyModel(await recogniseWritten(apart())).position).toBe('unknown');
  });

  it.each([
    ['heads beside tokens', [0, 1, 2, 3], ['qb', 'kb'], 'bihd,bjhd->bhij', 'bhij,bjhd->bihd'],
    ['heads before tokens', [0, 2, 1, 3], ['qb', 'kb'], 'b h i d, b h j d -> b h i j', 'bhij,bhjd->bhid'],
    ['the key first', [0, 2, 1, 3], ['kb', 'qb'], '...jd,...id->...ij', '...ij,...jd->...id'],
  ])('reads scores that are an Einsum: %s', async (_name, perm, operands, equation, behind) => {
    const names = ['wq', 'wk', 'wv'];
    const outs = ['qb', 'kb', 'vb'];
    const text = (value: string): { equation: Uint8Array } => ({ equation: pb.field(4, value) });
    const nodes = [
      ...names.flatMap((name, place) => [
        pb.node('MatMul', ['x', name], [`${name}_all`]),
        pb.node('Reshape', [`${name}_all`, 'heads'], [`${name}_heads`]),
        pb.node('Transpose', [`${name}_heads`], [outs[place] ?? ''], { perm }),
      ]),
      pb.node('Einsum', operands, ['s'], text(equation)),
      pb.node('Softmax', ['s'], ['p'], { axis: -1 }),
      pb.node('Einsum', ['p', 'vb'], ['o'], text(behind)),
    ];
    const tensors = [...names.map((name) => weight(name, WIDTH, WIDTH)), shape('heads', [0, 0, 4, 3])];
    const bytes = pb.model({ inputs: { x: [1, 5, WIDTH] }, nodes, tensors });
    const index = await openCheckpoint(memorySource('model.onnx', bytes), NO_FILES);
    const [layer] = onlyModel(recognise(index, null, {})).layers;
    expect([layer?.query, layer?.key, layer?.value].map((each) => each?.weight.tensor.name)).toEqual(names);
    expect(layer).toMatchObject({ heads: 4, keyValueHeads: 4, headSize: 3, width: WIDTH });
  });

  it('declines an Einsum that multiplies no queries with keys', async () => {
    const { nodes, tensors } = apart();
    const product = pb.node('Einsum', ['q', 'v'], ['s'], { equation: pb.field(4, 'bhid,bhjd->bhi') });
    const all = [...nodes, product, pb.node('Softmax', ['s'], ['p']), pb.node('MatMul', ['p', 'v'], ['o'])];
    const bytes = pb.model({ inputs: { x: [1, 5, WIDTH] }, nodes: all, tensors });
    const index = await openCheckpoint(memorySource('model.onnx', bytes), NO_FILES);
    expect(recognise(index, null, {}).warnings[0]?.message).toMatch(/an Einsum that is no product of queries and keys/);
  });

  it('multiplies the factors on query, key and scores', async () => {
    const { nodes, tensors } = apart();
    const between = [pb.node('Mul', ['s', 'half'], ['h']), pb.node('Div', ['h', 'four'], ['m'])];
    const model = onlyModel(
      await recogniseWritten({ nodes, tensors: [...tensors, scalar('half', 0.5), scalar('four', 4)], between }),
    );
    expect(model.layers[0]?.scale).toBe(0.125);
    expect(model.assumptions).toEqual([]);
  });

  it('lists a factor that it cannot follow', async () => {
    const { nodes, tensors } = apart();
    const between = [pb.node('ReduceMax', ['x'], ['t'], { keepdims: 0 }), pb.node('Mul', ['s', 't'], ['m'])];
    const [layer] = onlyModel(await recogniseWritten({ nodes, tensors, between })).layers;
    expect(layer).toMatchObject({ scale: 3 ** -0.5, qkNorm: true });
  });

  it('declines heads that are mixed before the softmax', async () => {
    const { nodes, tensors } = apart();
    const between = [
      pb.node('Transpose', ['s'], ['s1'], { perm: [0, 2, 3, 1] }),
      pb.node('MatMul', ['s1', 'talk'], ['s2']),
      pb.node('Transpose', ['s2'], ['m'], { perm: [0, 3, 1, 2] }),
    ];
    const { models, warnings } = await recogniseWritten({
      nodes,
      tensors: [...tensors, weight('talk', 4, 4)],
      between,
    });
    expect(models).toEqual([]);
    expect(warnings[0]?.message).toContain('talking heads');
  });

  it('takes the softmax of a classifier for no attention', async () => {
    const nodes = [pb.node('MatMul', ['x', 'w'], ['l']), pb.node('Softmax', ['l'], ['y'])];
    const bytes = pb.model({ inputs: { x: [1, WIDTH] }, nodes, tensors: [weight('w', WIDTH, 5)] });
    const recognition = recognise(await openCheckpoint(memorySource('m.onnx', bytes), NO_FILES), null, {});
    expect(recognition).toMatchObject({ models: [], warnings: [] });
  });

  it('finds the norm before the attention, in one node or in pieces, and its kind', async () => {
    const gain = pb.tensor({ name: 'g', dims: [WIDTH], raw: pb.floats(Array<number>(WIDTH).fill(2)) });
    const pieces = [
      pb.node('ReduceMean', ['in'], ['mean'], { axes: [-1] }),
      pb.node('Sub', ['in', 'mean'], ['c']),
      pb.node('Pow', ['c', 'two'], ['sq']),
      pb.node('ReduceMean', ['sq'], ['var'], { axes: [-1] }),
      pb.node('Add', ['var', 'eps'], ['ve']),
      pb.node('Sqrt', ['ve'], ['sd']),
      pb.node('Div', ['c', 'sd'], ['z']),
      pb.node('Mul', ['g', 'z'], ['x']),
    ];
    const rms = [
      pb.node('Pow', ['in', 'two'], ['sq']),
      pb.node('ReduceMean', ['sq'], ['ms'], { axes: [-1] }),
      pb.node('Add', ['ms', 'eps'], ['ve']),
      pb.node('Sqrt', ['ve'], ['root']),
      pb.node('Reciprocal', ['root'], ['inverse']),
      pb.node('Mul', ['in', 'inverse'], ['z']),
      pb.node('Mul', ['z', 'g'], ['x']),
    ];
    const kinds: (string | undefined)[] = [];
    for (const norm of [[pb.node('LayerNormalization', ['in', 'g'], ['x'])], pieces, rms]) {
      const { nodes, tensors } = apart();
      const all = [...tensors, gain, scalar('two', 2), scalar('eps', 1e-6)];
      const parts = { inputs: { in: [1, 5, WIDTH] }, nodes: [...norm, ...nodes, ...tail()], tensors: all };
      const index = await openCheckpoint(memorySource('m.onnx', pb.model(parts)), NO_FILES);
      const [layer] = onlyModel(recognise(index, null, {})).layers;
      expect(layer?.norm?.gain?.tensor.name).toBe('g');
      kinds.push(layer?.norm?.kind);
    }
    expect(kinds).toEqual(['layer', 'layer', 'rms']);
  });

  it('reads attention inside a function of the model', async () => {
    const { nodes, tensors } = apart();
    const inside = [...nodes, ...tail()].map((each) => pb.field(7, each));
    const inputs = ['x', 'wq', 'wk', 'wv', 'heads'];
    const called = bytesOf(
      pb.field(1, 'attend'),
      ...inputs.map((name) => pb.field(4, name)),
      pb.field(5, 'o'),
      ...inside,
      pb.field(10, 'my'),
    );
    const parts = { inputs: { x: [1, 5, WIDTH] }, nodes: [pb.node('my.attend', inputs, ['y'])], tensors };
    const index = await openCheckpoint(memorySource('m.onnx', pb.model(parts, [pb.field(25, called)])), NO_FILES);
    const [layer] = onlyModel(recognise(index, null, {})).layers;
    expect(layer?.query.weight.tensor.name).toBe('wq');
  });

  it('gives shared keys to groups of queries', async () => {
    const { nodes, tensors } = apart();
    const grouped = [
      pb.node('MatMul', ['x', 'shared'], ['k_all']),
      pb.node('Reshape', ['k_all', 'two_heads'], ['k_heads']),
      pb.node('Transpose', ['k_heads'], ['k_turned'], { perm: [0, 2, 1, 3] }),
      pb.node('Unsqueeze', ['k_turned', 'axis'], ['k_one']),
      pb.node('Expand', ['k_one', 'copies'], ['k_copies']),
      pb.node('Reshape', ['k_copies', 'four_heads'], ['k_four']),
      pb.node('Transpose', ['k_four'], ['k'], { perm: [0, 1, 3, 2] }),
    ];
    const more = [
      weight('shared', WIDTH, 6),
      shape('two_heads', [1, 5, 2, 3]),
      shape('axis', [2]),
      shape('copies', [1, 2, 2, 5, 3]),
      shape('four_heads', [1, 4, 5, 3]),
    ];
    const kept = [...nodes.slice(0, 3), ...nodes.slice(6), ...grouped];
    const [layer] = onlyModel(await recogniseWritten({ nodes: kept, tensors: [...tensors, ...more] })).layers;
    expect(layer).toMatchObject({ heads: 4, keyValueHeads: 2, headSize: 3 });
    expect(layer?.key.weight.tensor.name).toBe('shared');
  });
});

function tail(): pb.Protobuf[] {
  return [
    pb.node('MatMul', ['q', 'k'], ['s']),
    pb.node('Softmax', ['s'], ['p'], { axis: -1 }),
    pb.node('MatMul', ['p', 'v'], ['o']),
  ];
}

describe('shapes and values of a graph', () => {
  it('follow from sizes and constants', async () => {
    const nodes = [
      pb.node('Shape', ['x'], ['sizes']),
      pb.node('Gather', ['sizes', 'one'], ['tokens'], { axis: 0 }),
      pb.node('Unsqueeze', ['tokens', 'zero'], ['t']),
      pb.node('Concat', ['t', 'minus', 'three'], ['target'], { axis: 0 }),
      pb.node('Reshape', ['x', 'target'], ['y']),
      pb.node('Transpose', ['y'], ['z'], { perm: [1, 0, 2] }),
    ];
    const tensors = [
      pb.tensor({ name: 'one', dims: [], type: 7, more: [pb.packed(7, [1])] }),
      ...[shape('zero', [0]), shape('minus', [-1]), shape('three', [3])],
    ];
    const bytes = pb.model({ inputs: { x: ['batch', 5, WIDTH] }, nodes, tensors });
    const index = await openCheckpoint(memorySource('m.onnx', bytes), NO_FILES);
    if (index.graph === undefined) throw new Error('no graph');
    const { facts } = new GraphView(index.graph, index.tensors);
    expect(facts.of('target').values).toEqual([5, -1, 3]);
    expect(facts.shape('y')).toEqual([5, null, 3]);
    expect(facts.shape('z')).toEqual([null, 5, 3]);
  });
});
