import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../../../src/core/formats/open-checkpoint.js';
import { readMatrixSteps, readMatrixView } from '../../../../../src/core/tensors/read.js';
import type { TensorEntry } from '../../../../../src/core/tensors/tensor-index.js';
import type { ByteSource } from '../../../../../src/core/bytes/byte-source.js';
import { memorySource, NO_FILES } from '../../../support/memory-source.js';
import * as pb from '../../../support/protobuf-writer.js';
import { readTensor } from '../../../support/read-all.js';

const SCALES = [0.5, 2, 0.25, 1, 4, 8];
/** Codes of three outputs of eight inputs, in blocks of four. */
const CODES = Array.from({ length: 24 }, (_, i) => (i * 7) % 16);

/** Numbers of a few bits, the lowest first. */
function pack(codes: readonly number[], bits: number): Uint8Array {
  const out = new Uint8Array(Math.ceil((codes.length * bits) / 8));
  for (const [i, code] of codes.entries()) {
    const at = i * bits;
    out[Math.floor(at / 8)] = (out[Math.floor(at / 8)] ?? 0) | (code << (at % 8));
  }
  return out;
}

interface Parts {
  readonly bits: number;
  readonly zeros?: pb.Protobuf;
  readonly inputs?: readonly string[];
  readonly block?: number;
}

async function open({ bits, zeros, inputs = [], block = 4 }: Parts): Promise<{ source: ByteSource; w: TensorEntry }> {
  const codes = CODES.map((code) => code % 2 ** bits);
  const tensors = [
    pb.tensor({ name: 'w', dims: [3, bits], type: 2, raw: pack(codes, bits) }),
    pb.tensor({ name: 's', dims: [6], raw: pb.floats(SCALES) }),
    ...(zeros === undefined ? [] : [zeros]),
  ];
  const attributes = { K: 8, N: 3, bits, block_size: block };
  const node = pb.node('com.microsoft.MatMulNBits', ['x', 'w', 's', ...inputs], ['y'], attributes);
  const source = memorySource('model.onnx', pb.model({ inputs: { x: [1, 5, 8] }, nodes: [node], tensors }));
  const index = await openCheckpoint(source, NO_FILES);
  const w = index.tensors.find(({ name }) => name === 'w');
  if (w === undefined) throw new Error('no w');
  return { source, w };
}

const scaled = (bits: number, zero: (block: number) => number): number[] =>
  CODES.map((code, i) => {
    const block = Math.floor(i / 4);
    return ((code % 2 ** bits) - zero(block)) * (SCALES[block] ?? NaN);
  });

describe('products with weights of few bits', () => {
  it.each([2, 4, 8])('reads %i bits around the middle where no zero points are given', async (bits) => {
    const { source, w } = await open({ bits });
    expect(w.shape).toEqual([3, 8]);
    expect(await readTensor(source, w)).toEqual(scaled(bits, () => 2 ** (bits - 1)));
    const steps = await readMatrixSteps(source, { tensor: w, rowStart: 1, rows: 1, columns: 8, transposed: false });
    expect([...(steps ?? [])]).toEqual([0.25, 0.25, 0.25, 0.25, 1, 1, 1, 1]);
  });

  it('takes packed zero points, each row from a byte of its own, and zero points that are floats', async () => {
    const points = [3, 9, 0, 15, 8, 1];
    const raw = Uint8Array.of(...[0, 1, 2].map((row) => (points[2 * row] ?? 0) | ((points[2 * row + 1] ?? 0) << 4)));
    const whole = await open({ bits: 4, zeros: pb.tensor({ name: 'z', dims: [3], type: 2, raw }), inputs: ['z'] });
    expect(await readTensor(whole.source, whole.w)).toEqual(scaled(4, (block) => points[block] ?? NaN));
    const floats = pb.tensor({ name: 'z', dims: [6], raw: pb.floats([0.5, 1, 2, 3, 4, 5]) });
    const parts = await open({ bits: 4, zeros: floats, inputs: ['z'] });
    expect(await readTensor(parts.source, parts.w)).toEqual(scaled(4, (block) => [0.5, 1, 2, 3, 4, 5][block] ?? NaN));
  });

  it.each([
    ['an order of the inputs', { bits: 4, inputs: ['', 'order'] }],
    ['zero points that are not in the file', { bits: 4, inputs: ['elsewhere'] }],
    ['blocks that do not fit', { bits: 4, block: 3 }],
    ['5 bits', { bits: 5 }],
  ])('leaves bytes as they are with %s', async (_name, parts) => {
    const { w } = await open(parts);
    expect(w).toMatchObject({ dtype: 'U8' });
    expect(w.quantisation).toBeUndefined();
  });
});

describe('numbers of less than a byte', () => {
  it.each([
    ['uint4', 21, [0, 1, 7, 8, 15]],
    ['int4', 22, [0, 1, 7, -8, -1]],
    ['float4 e2m1', 23, [0, 0.5, 6, 0, -6]],
  ])('%s, raw and one by one', async (_name, type, values) => {
    const raw = pack([0, 1, 7, 8, 15], 4);
    const stored = { dims: [5], type };
    const tensors = [
      pb.tensor({ ...stored, name: 'raw', raw }),
      pb.tensor({ ...stored, name: 'typed', more: [pb.packed(5, [...raw])] }),
    ];
    const source = memorySource('model.onnx', pb.model({ tensors }));
    const index = await openCheckpoint(source, NO_FILES);
    for (const tensor of index.tensors) {
      const read = await readMatrixView(source, { tensor, rowStart: 0, rows: 5, columns: 1, transposed: false });
      expect(
        [...read].map((value) => value + 0),
        tensor.name,
      ).toEqual(values);
    }
  });

  it('has scales and zero points of int4 along blocks of rows', async () => {
    const codes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    const tensors = [
      pb.tensor({ name: 'w', dims: [4, 3], type: 21, raw: pack(codes, 4) }),
      pb.tensor({ name: 's', dims: [2, 3], raw: pb.floats([1, 2, 4, 0.5, 8, 16]) }),
      pb.tensor({ name: 'z', dims: [2, 3], type: 21, raw: pack([0, 1, 2, 3, 4, 5], 4) }),
    ];
    const nodes = [pb.node('DequantizeLinear', ['w', 's', 'z'], ['y'], { axis: 0, block_size: 2 })];
    const source = memorySource('model.onnx', pb.model({ nodes, tensors }));
    const [tensor] = (await openCheckpoint(source, NO_FILES)).tensors;
    if (tensor === undefined) throw new Error('no tensor');
    expect(await readTensor(source, tensor)).toEqual([1, 2, 4, 4, 8, 16, 2, 32, 64, 3.5, 56, 112]);
    const view = { tensor, rowStart: 2, rows: 2, columns: 3, transposed: false };
    expect([...(await readMatrixView(source, view))]).toEqual([2, 32, 64, 3.5, 56, 112]);
  });

  it('has steps of scaled floats that grow with them', async () => {
    const tensors = [
      pb.tensor({ name: 'w', dims: [1, 2], type: 17, raw: Uint8Array.of(0x38, 0x40) }),
      pb.tensor({ name: 's', dims: [], raw: pb.floats([3]) }),
    ];
    const source = memorySource(
      'model.onnx',
      pb.model({ nodes: [pb.node('DequantizeLinear', ['w', 's'], ['y'])], tensors }),
    );
    const [tensor] = (await openCheckpoint(source, NO_FILES)).tensors;
    if (tensor === undefined) throw new Error('no tensor');
    const view = { tensor, rowStart: 0, rows: 1, columns: 2, transposed: false };
    expect([...(await readMatrixView(source, view))]).toEqual([3, 6]);
    expect([...((await readMatrixSteps(source, view)) ?? [])]).toEqual([3 / 8, 3 / 4]);
  });
});

describe('external data', () => {
  it('lie also beyond 4 GB', async () => {
    const offset = 2 ** 33 + 8;
    const data: ByteSource = {
      name: 'w.data',
      size: offset + 8,
      read: (at, length) => {
        expect([at, length]).toEqual([offset, 8]);
        return Promise.resolve(new Uint8Array(Float32Array.of(1.5, -2).buffer));
      },
    };
    const external = { location: 'w.data', offset: String(offset), length: '8' };
    const bytes = pb.model({ tensors: [pb.tensor({ name: 'w', dims: [2], external })] });
    const index = await openCheckpoint(memorySource('model.onnx', bytes), { open: () => Promise.resolve(data) });
    const [tensor] = index.tensors;
    if (tensor === undefined) throw new Error('no tensor');
    expect(await readTensor(data, tensor)).toEqual([1.5, -2]);
  });
});
