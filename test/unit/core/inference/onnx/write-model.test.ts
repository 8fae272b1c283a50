import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ElementType, Initializer, OnnxGraph } from '../../../../../src/core/inference/onnx/graph.js';
import { loadRuntime, sessionOptions } from '../../../../../src/host/inference/runtime.js';
import { writeModel } from '../../../../../src/core/inference/onnx/write-model.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'onnx-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const bytesOf = (values: ArrayBufferView): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** y = x + constant for x of two numbers. */
function addition(constant: Omit<Initializer, 'name'>): OnnxGraph {
  return {
    nodes: [
      { operator: 'Cast', inputs: ['constant'], outputs: ['wide'], attributes: { to: { int: 1 } } },
      { operator: 'Add', inputs: ['x', 'wide'], outputs: ['y'], attributes: {} },
    ],
    initializers: [{ name: 'constant', ...constant }],
    inputs: [{ name: 'x', type: 'float32', dims: [2] }],
    outputs: [{ name: 'y', type: 'float32', dims: [2] }],
  };
}

async function run(graph: OnnxGraph, x: Float32Array): Promise<number[]> {
  const { InferenceSession, Tensor } = await loadRuntime();
  const session = await InferenceSession.create(writeModel(graph), sessionOptions(folder, 1));
  expect(session.inputMetadata[0]).toMatchObject({ name: 'x', type: 'float32', shape: graph.inputs[0]?.dims });
  const { y } = await session.run({
    x: new Tensor(
      'float32',
      x,
      (graph.inputs[0]?.dims ?? []).map((size) => size ?? 1),
    ),
  });
  return y?.data instanceof Float32Array ? [...y.data] : [];
}

describe('an ONNX model of our own', () => {
  it('has constants out of the middle of a buffer', async () => {
    const values = new Float32Array([9, 1.5, -2, 9]).subarray(1, 3);
    const graph = addition({ type: 'float32', dims: [2], data: bytesOf(values) });
    expect(await run(graph, Float32Array.of(1, 1))).toEqual([2.5, -1]);
  });

  const stored: [ElementType, Uint8Array][] = [
    ['float32', bytesOf(Float32Array.of(1, -2))],
    ['float64', bytesOf(Float64Array.of(1, -2))],
    ['float16', Uint8Array.of(0x00, 0x3c, 0x00, 0xc0)],
    ['bfloat16', Uint8Array.of(0x80, 0x3f, 0x00, 0xc0)],
    ['float8e4m3fn', Uint8Array.of(0x38, 0xc0)],
    ['float8e4m3fnuz', Uint8Array.of(0x40, 0xc8)],
    ['float8e5m2', Uint8Array.of(0x3c, 0xc0)],
    ['float8e5m2fnuz', Uint8Array.of(0x40, 0xc4)],
    ['int64', bytesOf(BigInt64Array.of(1n, -2n))],
    ['int32', bytesOf(Int32Array.of(1, -2))],
  ];
  it.each(stored)('takes %s out of a file, at any byte', async (type, bytes) => {
    const file = `${type} ü.bin`;
    await writeFile(path.join(folder, file), Buffer.concat([Buffer.alloc(13, 0xff), bytes, Buffer.alloc(5, 0xff)]));
    const graph = addition({ type, dims: [2], data: { location: file, offset: 13, length: bytes.length } });
    expect(await run(graph, Float32Array.of(0, 0))).toEqual([1, -2]);
  });

  it('has attributes of every kind', async () => {
    const graph: OnnxGraph = {
      nodes: [
        {
          operator: 'Transpose',
          inputs: ['x'],
          outputs: ['turned'],
          attributes: { perm: { ints: [1, 0] } },
        },
        { operator: 'LeakyRelu', inputs: ['turned'], outputs: ['relu'], attributes: { alpha: { float: 0.25 } } },
        { operator: 'Gelu', inputs: ['relu'], outputs: ['gelu'], attributes: { approximate: { text: 'tanh' } } },
        { operator: 'Softmax', inputs: ['gelu'], outputs: ['y'], attributes: { axis: { int: -2 } } },
      ],
      initializers: [],
      inputs: [{ name: 'x', type: 'float32', dims: [2, 2] }],
      outputs: [{ name: 'y', type: 'float32', dims: [2, 2] }],
    };
    const x = [1, -2, 0.5, 3];
    const gelu = (v: number): number => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)));
    const relu = [x[0], x[2], x[1], x[3]].map((v = 0) => gelu(v < 0 ? 0.25 * v : v));
    const share = (a = 0, b = 0): number => Math.exp(a) / (Math.exp(a) + Math.exp(b));
    const expected = [
      share(relu[0], relu[2]),
      share(relu[1], relu[3]),
      share(relu[2], relu[0]),
      share(relu[3], relu[1]),
    ];
    const found = await run(graph, Float32Array.from(x));
    for (const [index, value] of expected.entries()) expect(found[index]).toBeCloseTo(value, 6);
  });

  it('counts sizes beyond 2^32 right', () => {
    const data = { location: 'x', offset: 5_000_000_000, length: 8 };
    const bytes = writeModel(addition({ type: 'float32', dims: [3_000_000_000], data }));
    expect(Buffer.from(bytes).toString('latin1')).toContain('5000000000');
    // 3 000 000 000 in groups of seven bits, the lowest first.
    expect(Buffer.from(bytes).includes(Buffer.from([0x80, 0xbc, 0xc1, 0x96, 0x0b]))).toBe(true);
  });
});
