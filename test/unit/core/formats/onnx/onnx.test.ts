import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../../../src/core/formats/open-checkpoint.js';
import { readMatrixView } from '../../../../../src/core/tensors/read.js';
import { elementCount, type TensorEntry, type TensorIndex } from '../../../../../src/core/tensors/tensor-index.js';
import { join } from 'node:path';
import { FIXTURES, withCheckpoint } from '../../../support/fixtures.js';
import { memoryFolder, memorySource, NO_FILES } from '../../../support/memory-source.js';
import { bytesOf } from '../../../support/pickle-writer.js';
import { problemOf } from '../../../support/problem-of.js';
import * as pb from '../../../support/protobuf-writer.js';

const NAME = 'model.onnx';

function open(bytes: Uint8Array, folder = NO_FILES): Promise<TensorIndex> {
  return openCheckpoint(memorySource(NAME, bytes), folder);
}

/** All numbers of a tensor in the model's own file, row by row. */
async function valuesOf(bytes: Uint8Array, name: string): Promise<number[]> {
  const index = await open(bytes);
  const tensor = tensorNamed(index, name);
  const view = { tensor, rowStart: 0, rows: elementCount(tensor.shape), columns: 1, transposed: false };
  return [...(await readMatrixView(memorySource(NAME, bytes, 3), view))];
}

function tensorNamed(index: TensorIndex, name: string): TensorEntry {
  const tensor = index.tensors.find((each) => each.name === name);
  if (tensor === undefined) throw new Error(`no ${name} among ${index.tensors.map((each) => each.name).join()}`);
  return tensor;
}

const HALVES = [0x3c00, 0xc000, 0x0001, 0x7bff];
const HALF_VALUES = [1, -2, 2 ** -24, 65504];

describe('elements of ONNX tensors', () => {
  const typed = (type: number, more: readonly pb.Protobuf[], dims = [4]): Uint8Array =>
    pb.model({ tensors: [pb.tensor({ name: 'w', dims, type, more })] });

  it.each<[string, Uint8Array, readonly number[]]>([
    [
      'float32 raw',
      pb.model({ tensors: [pb.tensor({ name: 'w', dims: [3], raw: pb.floats([1, -2, 0.5]) })] }),
      [1, -2, 0.5],
    ],
    ['float32 packed', typed(1, [pb.field(4, pb.floats([1, 2, 3, -4]))]), [1, 2, 3, -4]],
    [
      'float32 one by one',
      typed(
        1,
        [1, 2, 3, -4].map((value) => pb.float(4, value)),
      ),
      [1, 2, 3, -4],
    ],
    ['float32 in two runs', typed(1, [pb.field(4, pb.floats([1, 2])), pb.field(4, pb.floats([3, 4]))]), [1, 2, 3, 4]],
    ['float64 packed', typed(11, [pb.field(10, new Uint8Array(Float64Array.of(0.1, 2, 3, 4).buffer))]), [0.1, 2, 3, 4]],
    ['float16 as whole numbers', typed(10, [pb.packed(5, HALVES)]), HALF_VALUES],
    [
      'bfloat16 one by one',
      typed(
        16,
        [0x3f80, 0xc000, 0, 0x4049].map((bits) => pb.field(5, bits)),
      ),
      [1, -2, 0, 3.140625],
    ],
    ['int8 with signs', typed(3, [pb.packed(5, [1, -1, 127, -128])]), [1, -1, 127, -128]],
    ['uint8', typed(2, [pb.packed(5, [0, 1, 128, 255])]), [0, 1, 128, 255]],
    ['int64', typed(7, [pb.packed(7, [1, -1, 2 ** 40, -(2 ** 40)])]), [1, -1, 2 ** 40, -(2 ** 40)]],
    ['uint32', typed(12, [pb.packed(11, [0, 1, 2 ** 31, 2 ** 32 - 1])]), [0, 1, 2 ** 31, 2 ** 32 - 1]],
    ['nothing', pb.model({ tensors: [pb.tensor({ name: 'w', dims: [0, 3] })] }), []],
  ])('%s', async (_name, bytes, values) => {
    expect(await valuesOf(bytes, 'w')).toEqual(values);
  });

  it('lists large tensors of constants, and keeps small ones for shapes', async () => {
    const constant = (name: string, count: number): pb.Protobuf => {
      const value = pb.tensor({ name: '', dims: [count], raw: pb.floats(Array<number>(count).fill(1)) });
      return pb.node('Constant', [], [name], { value: pb.field(5, value) });
    };
    const index = await open(pb.model({ nodes: [constant('big', 100), constant('small', 3)] }));
    expect(index.tensors.map(({ name, shape }) => [name, shape])).toEqual([['big', [100]]]);
    expect(index.graph?.constants.get('small')).toEqual({ shape: [3], values: [1, 1, 1] });
  });

  it('finds those of inner graphs and gives every tensor a name of its own', async () => {
    const inner = pb.graph({ tensors: [pb.tensor({ name: 'w', dims: [1], raw: pb.floats([7]) })] });
    const nodes = [pb.node('If', ['c'], ['y'], { then_branch: pb.field(6, inner), else_branch: pb.field(6, inner) })];
    const bytes = pb.model({ nodes, tensors: [pb.tensor({ name: 'w', dims: [1], raw: pb.floats([5]) })] });
    const names = (await open(bytes)).tensors.map(({ name }) => name);
    expect(names).toEqual(['w', '.then_branch0.w', '.else_branch0.w']);
    expect(await valuesOf(bytes, '.else_branch0.w')).toEqual([7]);
  });
});

describe('quantised ONNX tensors', () => {
  const int8 = (values: readonly number[]): Uint8Array => new Uint8Array(Int8Array.from(values).buffer);
  const stored = [10, -20, 30, 127, -128, 0];
  const model = (
    scale: pb.TensorParts,
    zero: pb.TensorParts,
    attributes: pb.Attributes = {},
    dims = [2, 3],
  ): Uint8Array =>
    pb.model({
      nodes: [pb.node('DequantizeLinear', ['w', 's', 'z'], ['y'], attributes)],
      tensors: [pb.tensor({ name: 'w', dims, type: 3, raw: int8(stored) }), pb.tensor(scale), pb.tensor(zero)],
    });
  const scales = (values: readonly number[], dims: readonly number[] = [values.length]): pb.TensorParts => ({
    name: 's',
    dims,
    raw: pb.floats(values),
  });
  const zeros = (values: readonly number[], dims: readonly number[] = [values.length]): pb.TensorParts => ({
    name: 'z',
    dims,
    type: 3,
    raw: int8(values),
  });
  /** As numpy does: (stored - zero).astype(float32) * scale, in float32. */
  const expected = (scaleAt: (i: number) => number, zeroAt: (i: number) => number): number[] =>
    stored.map((value, i) => Math.fround((value - zeroAt(i)) * Math.fround(scaleAt(i))));

  it('with one scale', async () => {
    const bytes = model(scales([0.1], []), zeros([3], []));
    expect(await valuesOf(bytes, 'w')).toEqual(
      expected(
        () => 0.1,
        () => 3,
      ),
    );
  });

  it.each([
    ['rows', 0, [0.1, 0.3], [1, -2], (i: number) => Math.floor(i / 3)],
    ['columns', 1, [0.1, 0.3, 0.7], [1, -2, 0], (i: number) => i % 3],
    ['columns, counted from the end', -1, [0.1, 0.3, 0.7], [1, -2, 0], (i: number) => i % 3],
  ] as const)('with a scale for each of the %s', async (_name, axis, scale, zero, place) => {
    const bytes = model(scales(scale), zeros(zero), { axis });
    expect(await valuesOf(bytes, 'w')).toEqual(
      expected(
        (i) => scale[place(i)] ?? NaN,
        (i) => zero[place(i)] ?? NaN,
      ),
    );
  });

  it('in blocks along an axis', async () => {
    // 2 x 3 in blocks of two rows' columns: scales (2, 2), the last block of a row has one column.
    const scale = [0.1, 0.2, 0.3, 0.4];
    const zero = [1, 2, 3, 4];
    const bytes = model(scales(scale, [2, 2]), zeros(zero, [2, 2]), { axis: 1, block_size: 2 });
    const place = (i: number): number => 2 * Math.floor(i / 3) + Math.floor((i % 3) / 2);
    expect(await valuesOf(bytes, 'w')).toEqual(
      expected(
        (i) => scale[place(i)] ?? NaN,
        (i) => zero[place(i)] ?? NaN,
      ),
    );
  });

  it('leaves whole numbers alone whose scales do not fit', async () => {
    const bytes = model(scales([0.1, 0.2]), zeros([1, 2]), { axis: 1 });
    expect(await valuesOf(bytes, 'w')).toEqual(stored);
  });
});

describe('what an ONNX file says besides', () => {
  it('keeps producer, operator sets and notes', async () => {
    const note = pb.field(14, bytesOf(pb.field(1, 'task'), pb.field(2, 'classify')));
    const set = pb.field(8, bytesOf(pb.field(1, 'com.microsoft'), pb.field(2, 1)));
    const index = await open(
      pb.model({ tensors: [pb.tensor({ name: 'w', dims: [1], raw: pb.floats([1]) })] }, [note, set]),
    );
    expect(index.format).toBe('onnx');
    expect(Object.fromEntries(index.settings)).toEqual({
      'onnx.ir_version': 8,
      'onnx.producer_name': 'tests',
      'onnx.metadata.task': 'classify',
      'onnx.opset.ai.onnx': 17,
      'onnx.opset.com.microsoft': 1,
    });
  });

  it('writes functions out where they are called, with the attributes of the call', async () => {
    const reference = bytesOf(pb.field(1, 'perm'), pb.field(21, 'order'), pb.field(20, 7));
    const inside = bytesOf(pb.node('Transpose', ['a'], ['b']), pb.field(5, reference));
    const called = bytesOf(
      pb.field(1, 'turn'),
      pb.field(4, 'a'),
      pb.field(5, 'b'),
      pb.field(7, inside),
      pb.field(10, 'my'),
    );
    const nodes = [pb.node('my.turn', ['x'], ['y'], { order: [1, 0] }), pb.node('Relu', ['y'], ['z'])];
    const { graph } = await open(pb.model({ nodes, inputs: { x: [2, 3] } }, [pb.field(25, called)]));
    expect(graph?.operations.map(({ operator }) => operator)).toEqual(['Transpose', 'Identity', 'Relu']);
    expect(graph?.operations[0]?.inputs).toEqual(['x']);
    expect(graph?.operations[0]?.attributes.get('perm')?.numbers).toEqual([1, 0]);
    expect(graph?.operations[1]?.outputs).toEqual(['y']);
  });

  it('puts nodes in an order in which they can run', async () => {
    const nodes = [
      pb.node('Relu', ['b'], ['c']),
      pb.node('Neg', ['a'], ['b']),
      pb.node('Cast', ['x'], ['a'], { to: 1 }),
    ];
    const { graph } = await open(pb.model({ nodes, inputs: { x: ['batch'] } }));
    expect(graph?.operations.map(({ operator }) => operator)).toEqual(['Cast', 'Neg', 'Relu']);
  });
});

describe('weights in files beside an ONNX model', () => {
  const outside = (location: string, more: Readonly<Record<string, string>> = {}): Uint8Array =>
    pb.model({ tensors: [pb.tensor({ name: 'w', dims: [2], external: { location, ...more } })] });

  it('are read from there', async () => {
    const data = pb.floats([9, 1, 2]);
    const folder = memoryFolder({ 'weights.data': data });
    const index = await open(outside('./weights.data', { offset: '4', length: '8' }), folder);
    expect(index.files).toEqual([NAME, 'weights.data']);
    expect(index.tensors[0]).toMatchObject({ file: 1, offset: 4, byteLength: 8 });
  });

  it.each([
    ['short', outside('d', { length: '4' }), 'malformed', /4 bytes in place of 8/],
    ['beyond the end', outside('d', { offset: '2' }), 'truncated', /its end is beyond the end of the data file/],
    ['nameless', outside(''), 'malformed', /which is not named/],
    ['at no number', outside('d', { offset: '-8' }), 'malformed', /"?-8"? for the offset/],
    ['missing', outside('other'), 'missing-file', /external data other of tensor w is missing/],
  ] as const)('are refused when %s', async (_name, bytes, code, words) => {
    const problem = await problemOf(open(bytes, memoryFolder({ d: pb.floats([1, 2]) })));
    expect(problem).toMatchObject({ code, file: NAME });
    expect(problem.problem).toMatch(words);
  });
});

describe('ONNX files that are refused', () => {
  const deep = (levels: number): pb.Protobuf => {
    let inner = pb.graph({});
    for (let level = 0; level < levels; level++) {
      inner = pb.graph({ nodes: [pb.node('If', [], [`y${String(level)}`], { then_branch: pb.field(6, inner) })] });
    }
    return inner;
  };
  const values = pb.tensor({ name: 'pruned', dims: [1], raw: pb.floats([1]) });
  const twice = (): pb.Protobuf => pb.tensor({ name: 'w', dims: [1], raw: pb.floats([1]) });

  it.each([
    [
      'a sparse initializer',
      pb.model({ more: [pb.field(15, pb.field(1, values))] }),
      'unsupported',
      /tensor pruned is sparse/,
    ],
    [
      'an unknown type',
      pb.model({ tensors: [pb.tensor({ name: 'w', dims: [1], type: 99 })] }),
      'malformed',
      /unknown type 99/,
    ],
    ['one name twice', pb.model({ tensors: [twice(), twice()] }), 'malformed', /two tensors are called w/],
    ['graphs without end', bytesOf(pb.field(1, 8), pb.field(7, deep(20))), 'limit', /nested more than 16 deep/],
    ['an empty graph', pb.model({}), 'malformed', /neither nodes nor tensors/],
    [
      'fewer numbers than its shape says',
      pb.model({ tensors: [pb.tensor({ name: 'w', dims: [100], more: [pb.float(4, 1)] })] }),
      'malformed',
      /100 elements of float32 are declared, and 4 bytes present/,
    ],
    [
      'a segment',
      pb.model({
        tensors: [pb.tensor({ name: 'w', dims: [1], raw: pb.floats([1]), more: [pb.field(3, pb.field(1, 0))] })],
      }),
      'unsupported',
      /is a segment/,
    ],
  ] as const)('%s', async (_name, bytes, code, words) => {
    const problem = await problemOf(open(bytes));
    expect(problem.code).toBe(code);
    expect(problem.problem).toMatch(words);
    expect(problem.advice).not.toBe('');
  });

  it('names tensors of types that are not read', async () => {
    const parts = { dims: [2], raw: new Uint8Array(1) };
    const index = await open(pb.model({ tensors: [pb.tensor({ ...parts, name: 'packed', type: 27 }), twice()] }));
    expect(index.tensors.map(({ name }) => name)).toEqual(['w']);
    expect(index.warnings.map(({ code }) => code)).toEqual(['unread-types']);
    expect(index.warnings[0]?.message).toMatch(/^packed \(float6 e2m3\)/);
  });
});

describe('reading an ONNX file', () => {
  it('jumps over weights', async () => {
    const large = Array.from({ length: 40 }, (_, i) =>
      pb.tensor({ name: `w${String(i)}`, dims: [256, 256], raw: new Uint8Array(256 * 256 * 4) }),
    );
    const source = memorySource(NAME, pb.model({ tensors: large }));
    const index = await openCheckpoint(source, NO_FILES);
    expect(index.tensors).toHaveLength(40);
    expect(source.bytesRead).toBeLessThan(source.size / 50);
  });

  it('reads a file of nodes hardly more than once', async () => {
    await withCheckpoint(join(FIXTURES, 'checkpoints/onnx_external'), ({ bytesRead, index }) => {
      expect(index.files).toEqual([NAME, 'model.onnx.data']);
      expect(bytesRead).toBeLessThan(200_000);
    });
  });
});
