import type { Warning } from '../errors.js';
import type { DType } from './dtype.js';

/** Container in which the tensors lie. */
export type FormatId = 'safetensors' | 'safetensors-sharded' | 'torch-zip' | 'torch-legacy' | 'torchscript';

/** Where one tensor lies; none of its elements has been read. */
export interface TensorEntry {
  /** Full path inside the file, nested dictionaries joined by dots. */
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Steps between neighbours along each axis in elements; null when the elements lie row by row without gaps. */
  readonly strides: readonly number[] | null;
  /** Position in `TensorIndex.files`. */
  readonly file: number;
  /** Byte at which the first element lies. */
  readonly offset: number;
  /** Bytes from the first element to behind the last. */
  readonly byteLength: number;
}

/** A value out of a checkpoint that is no tensor. */
export type Setting = string | number | boolean;

/** All that a reader found in a checkpoint. */
export interface TensorIndex {
  readonly format: FormatId;
  /** Names of the files, relative to the checkpoint's folder; the first is the one that was opened. */
  readonly files: readonly string[];
  readonly tensors: readonly TensorEntry[];
  /** Plain values beside the tensors by dotted path, such as `args.arch` or `hyper_parameters.num_heads`; at most `MAX_SETTINGS`. */
  readonly settings: ReadonlyMap<string, Setting>;
  readonly warnings: readonly Warning[];
}

/** More plain values than any configuration has; what comes after is left out. */
export const MAX_SETTINGS = 5_000;

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
