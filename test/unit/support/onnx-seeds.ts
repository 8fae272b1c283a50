import type { FuzzSeed } from './fuzz-files.js';
import { memoryFolder } from './memory-source.js';
import { bytesOf } from './pickle-writer.js';
import * as pb from './protobuf-writer.js';

const weight = (name: string, dims: readonly number[]): pb.Protobuf =>
  pb.tensor({ name, dims, raw: pb.floats(Array<number>(dims.reduce((all, size) => all * size, 1)).fill(0.5)) });
const sizes = (name: string, values: readonly number[]): pb.Protobuf =>
  pb.tensor({ name, dims: [values.length], type: 7, more: [pb.packed(7, values)] });

/** A small attention with a weight in each of the forms that there are. */
const ATTENTION = pb.model({
  inputs: { x: ['batch', 5, 4] },
  nodes: [
    pb.node('LayerNormalization', ['x', 'g'], ['n']),
    pb.node('DequantizeLinear', ['w', 'scale', 'zero'], ['wq']),
    pb.node('MatMul', ['n', 'wq'], ['q1']),
    pb.node('MatMul', ['n', 'wk'], ['k1']),
    pb.node('Reshape', ['q1', 'heads'], ['q2']),
    pb.node('Reshape', ['k1', 'heads'], ['k2']),
    pb.node('Transpose', ['q2'], ['q'], { perm: [0, 2, 1, 3] }),
    pb.node('Transpose', ['k2'], ['k'], { perm: [0, 2, 3, 1] }),
    pb.node('MatMul', ['q', 'k'], ['s']),
    pb.node('Softmax', ['s'], ['p']),
    pb.node('MatMul', ['p', 'q'], ['y']),
  ],
  tensors: [
    weight('g', [4]),
    pb.tensor({
      name: 'w',
      dims: [4, 4],
      type: 3,
      more: [
        pb.packed(
          5,
          Array.from({ length: 16 }, (_, i) => i - 8),
        ),
      ],
    }),
    pb.tensor({ name: 'wk', dims: [4, 4], more: Array.from({ length: 16 }, (_, i) => pb.float(4, i)) }),
    weight('scale', []),
    pb.tensor({ name: 'zero', dims: [], type: 3, raw: new Uint8Array(1) }),
    sizes('heads', [0, 0, 2, 2]),
  ],
});

/** The same with weights of four bits and an Einsum. */
const FEW_BITS = pb.model({
  inputs: { x: ['batch', 5, 4] },
  nodes: [
    pb.node('com.microsoft.MatMulNBits', ['x', 'w', 's', 'z'], ['q1'], { K: 4, N: 4, bits: 4, block_size: 2 }),
    pb.node('DequantizeLinear', ['u', 't'], ['wk'], { axis: 0, block_size: 2 }),
    pb.node('MatMul', ['x', 'wk'], ['k1']),
    pb.node('Reshape', ['q1', 'heads'], ['q']),
    pb.node('Reshape', ['k1', 'heads'], ['k']),
    pb.node('Einsum', ['q', 'k'], ['a'], { equation: pb.field(4, 'bihd,bjhd->bhij') }),
    pb.node('Softmax', ['a'], ['p']),
    pb.node('Einsum', ['p', 'k'], ['y'], { equation: pb.field(4, 'bhij,bjhd->bihd') }),
  ],
  tensors: [
    pb.tensor({ name: 'w', dims: [4, 2, 1], type: 2, raw: new Uint8Array(8).fill(0x9c) }),
    weight('s', [8]),
    pb.tensor({ name: 'z', dims: [4], type: 2, raw: new Uint8Array(4).fill(0x87) }),
    pb.tensor({ name: 'u', dims: [4, 4], type: 22, raw: new Uint8Array(8).fill(0x3a) }),
    weight('t', [2, 4]),
    sizes('heads', [0, 0, 2, 2]),
  ],
});

const external = { location: 'weights.data', offset: '0', length: '64' };
const inner = pb.graph({ nodes: [pb.node('Relu', ['x'], ['z'])], tensors: [weight('w', [2])] });
const body = bytesOf(pb.field(1, 'f'), pb.field(4, 'a'), pb.field(5, 'b'), pb.field(7, pb.node('Relu', ['a'], ['b'])));

/** Weights beside the model, an inner graph, a function. */
const PARTS = pb.model(
  {
    inputs: { x: [1, 2] },
    nodes: [pb.node('If', ['x'], ['y'], { then_branch: pb.field(6, inner) }), pb.node('my.f', ['y'], ['o'])],
    tensors: [pb.tensor({ name: 'e', dims: [4, 4], external }), weight('w', [2])],
  },
  [pb.field(25, bytesOf(body, pb.field(10, 'my')))],
);

/** Small ONNX files to mutate. */
export const ONNX_SEEDS: readonly FuzzSeed[] = [
  { name: 'model.onnx', bytes: ATTENTION },
  { name: 'few-bits.onnx', bytes: FEW_BITS },
  { name: 'parts.onnx', bytes: PARTS, folder: memoryFolder({ 'weights.data': new Uint8Array(64) }) },
];
