import { CheckpointError } from '../../../../src/core/errors.js';
import { recognise } from '../../../../src/core/model/recognise.js';
import type { Model, Recognition, RecognitionOptions } from '../../../../src/core/model/model.js';
import type { DType } from '../../../../src/core/tensors/dtype.js';
import {
  elementCount,
  type Setting,
  type TensorEntry,
  type TensorIndex,
} from '../../../../src/core/tensors/tensor-index.js';

/** Names and shapes of tensors; later ones of the same name replace earlier ones. */
export type Shapes = readonly (readonly [name: string, shape: readonly number[]])[];

/** An index of tensors that lie nowhere: recognition reads names, shapes and settings only. */
export function indexOf(
  shapes: Shapes,
  settings: Readonly<Record<string, Setting>> = {},
  dtype: DType = 'F32',
): TensorIndex {
  const tensors = new Map<string, TensorEntry>();
  for (const [name, shape] of shapes) {
    const byteLength = 4 * elementCount(shape);
    tensors.set(name, { name, dtype, shape, strides: null, file: 0, offset: 0, byteLength });
  }
  return {
    format: 'torch-zip',
    files: ['model.pt'],
    tensors: [...tensors.values()],
    settings: new Map(Object.entries(settings)),
    warnings: [],
  };
}

/** What is recognised in such an index. */
export function recogniseShapes(
  shapes: Shapes,
  {
    config = null,
    settings = {},
    ...options
  }: RecognitionOptions & { readonly config?: unknown; readonly settings?: Readonly<Record<string, Setting>> } = {},
): Recognition {
  return recognise(indexOf(shapes, settings), config, options);
}

/** The only model of a recognition. */
export function onlyModel(recognition: Recognition): Model {
  const [model, ...others] = recognition.models;
  if (model === undefined || others.length > 0) {
    throw new Error(`one model was expected, not ${recognition.models.map(({ name }) => name).join(', ') || 'none'}`);
  }
  return model;
}

/** Geometry of a vision transformer in timm's names. */
export interface VitSize {
  readonly width?: number;
  readonly depth?: number;
  readonly patch?: number;
  readonly side?: number;
  readonly prefix?: string;
}

/** The tensors of a timm vision transformer; 384 wide, 2 layers, 224 pixels at 16 if nothing else is said. */
export function timmVit({ width = 384, depth = 2, patch = 16, side = 224, prefix = '' }: VitSize = {}): Shapes {
  const tokens = (side / patch) ** 2 + 1;
  const blocks = Array.from({ length: depth }, (_, layer): Shapes => timmBlock(`blocks.${String(layer)}`, width));
  const shapes: Shapes = [
    ['cls_token', [1, 1, width]],
    ['pos_embed', [1, tokens, width]],
    ['patch_embed.proj.weight', [width, 3, patch, patch]],
    ['patch_embed.proj.bias', [width]],
    ...blocks.flat(),
    ['norm.weight', [width]],
    ['norm.bias', [width]],
  ];
  return prefixed(prefix, shapes);
}

/** The tensors of one block in timm's names. */
export function timmBlock(path: string, width: number): Shapes {
  return prefixed(`${path}.`, [
    ['norm1.weight', [width]],
    ['norm1.bias', [width]],
    ['attn.qkv.weight', [3 * width, width]],
    ['attn.qkv.bias', [3 * width]],
    ['attn.proj.weight', [width, width]],
    ['attn.proj.bias', [width]],
    ['norm2.weight', [width]],
    ['norm2.bias', [width]],
    ['mlp.fc1.weight', [4 * width, width]],
    ['mlp.fc1.bias', [4 * width]],
    ['mlp.fc2.weight', [width, 4 * width]],
    ['mlp.fc2.bias', [width]],
  ]);
}

/** The same tensors below a module or key. */
export function prefixed(prefix: string, shapes: Shapes): Shapes {
  return shapes.map(([name, shape]) => [`${prefix}${name}`, shape]);
}

/** The CheckpointError that a call throws. */
export function mistakeOf(call: () => unknown): CheckpointError {
  try {
    call();
  } catch (error) {
    if (error instanceof CheckpointError) return error;
    throw error;
  }
  throw new Error('a CheckpointError was expected');
}
