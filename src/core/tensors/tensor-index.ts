import type { Warning } from '../errors.js';
import type { ComputationGraph } from '../onnx/graph.js';
import { isFloat, type DType } from './dtype.js';

/** Container in which the tensors lie. */
export type FormatId =
  | 'safetensors'
  | 'safetensors-sharded'
  | 'torch-zip'
  | 'torch-legacy'
  | 'torchscript'
  | 'torch-distributed'
  | 'npz'
  | 'npy'
  | 'hdf5'
  | 'keras-zip'
  | 'flax-msgpack'
  | 'gguf'
  | 'onnx';

/** Where one tensor lies; none of its elements has been read. */
export interface TensorEntry {
  /** Full path inside the file: nested dictionaries joined by dots, or as the file itself writes it. */
  readonly name: string;
  /** The name as recognition reads it where it differs: modules joined by dots, `weight` and `bias` at the end. */
  readonly path?: string;
  /** Its module by the names that the layers on the way were given, joined by dots, where a Keras file has others for them. */
  readonly given?: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Steps between neighbours along each axis in elements; null when the elements lie row by row without gaps. */
  readonly strides: readonly number[] | null;
  /** Position in `TensorIndex.files`. */
  readonly file: number;
  /** Byte at which the first element lies; 0 where `packing` says where the bytes are. */
  readonly offset: number;
  /** Bytes from the first element to behind the last, unpacked. */
  readonly byteLength: number;
  /** How the bytes lie where they are no plain run. */
  readonly packing?: Packing;
  /** True where the most significant byte of each element comes first. */
  readonly bigEndian?: true;
  /** True for a weight stored as (inputs, outputs), as JAX and TensorFlow do; the outputs may have an axis of heads. */
  readonly inputsFirst?: true;
  /** Whole numbers that stand for scaled ones. */
  readonly quantisation?: Quantisation;
  /** What an adapter adds to the stored elements. */
  readonly change?: LowRankChange;
}

/** scale x B A, added to a weight of shape (outputs, inputs) when its elements are read (LoRA, arXiv 2106.09685). */
export interface LowRankChange {
  /** A, (rank, inputs), and B, (outputs, rank). */
  readonly down: TensorEntry;
  readonly up: TensorEntry;
  readonly rank: number;
  readonly outputs: number;
  readonly inputs: number;
  readonly scale: number;
  /** True where the weight is stored as (inputs, outputs). */
  readonly transposed: boolean;
  /** Length (outputs) to which each row of the sum is brought (DoRA, arXiv 2402.09353). */
  readonly magnitude?: TensorEntry;
  /**
   * Where equal parts of the outputs have factors of their own (loralib's MergedLinear): for each part its place among those in A,
   * (parts that change x rank, inputs), and in B, (outputs of the parts that change, rank); null for a part that stays as it is.
   */
  readonly parts?: readonly (number | null)[];
}

/** Elements that stand for (stored - zero point) x scale; one scale for all, or one for each position along an axis. */
export interface Quantisation {
  readonly axis: number;
  /** Neighbours along the axis that share a scale; scales then lie as the tensor does, with fewer positions along the axis. */
  readonly block?: number;
  /** True where the product is rounded to float32, as ONNX does. */
  readonly single?: true;
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
}

/** Bytes of a tensor that are compressed or lie in several places. */
type Packing = DeflatedBytes | Chunks | TypedNumbers;

/** A deflate stream that holds the elements behind `skip` other bytes. */
interface DeflatedBytes {
  readonly kind: 'deflate';
  readonly offset: number;
  readonly length: number;
  readonly skip: number;
}

/** Elements as numbers in a field of a TensorProto of ONNX. */
export interface TypedNumbers {
  readonly kind: 'numbers';
  readonly field: number;
  /** Where the whole TensorProto lies. */
  readonly offset: number;
  readonly length: number;
}

/** Boxes of a tensor, each row by row in a place of its own; elements in none are zero. */
export interface Chunks {
  readonly kind: 'chunks';
  /** What the boxes tile: the shape of the tensor, or its elements as one row. */
  readonly shape: readonly number[];
  readonly chunks: readonly Chunk[];
}

/** One box of a tensor. */
export interface Chunk {
  /** Position of its first element, and its sizes, along each axis; it may reach beyond the end. */
  readonly start: readonly number[];
  readonly shape: readonly number[];
  /** Position in `TensorIndex.files` where it is another than that of the tensor. */
  readonly file?: number;
  readonly offset: number;
  readonly length: number;
  /** What was done to its bytes, in the order in which it is undone. */
  readonly filters: readonly ChunkFilter[];
}

/** `checksum` is Fletcher's, in the last four bytes. */
export type ChunkFilter = 'zlib' | 'lzf' | 'shuffle' | 'checksum';

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
  /** What the file computes, where it says so; stays in the thread that opened it. */
  readonly graph?: ComputationGraph;
  /** The adapter that lies over these tensors, or that they are. */
  readonly adapter?: AdapterFacts;
}

/** What is told of a LoRA adapter. */
export interface AdapterFacts {
  /** File that holds it. */
  readonly file: string;
  /** False where it lies alone, without the weights that it changes. */
  readonly applied: boolean;
  /** Weights that it changes, and the last parts of their names, such as `query`. */
  readonly matrices: number;
  readonly targets: readonly string[];
  /** Least and largest over the weights. */
  readonly rank: readonly [number, number];
  readonly scale: readonly [number, number];
  /** True where it sets the length of each row too (DoRA). */
  readonly magnitudes: boolean;
  /** Whole tensors that it brings, such as a classifier. */
  readonly replaced: number;
  /** Name of the base model as the configuration says. */
  readonly base: string | null;
}

/** More plain values than any configuration has; what comes after is left out. */
export const MAX_SETTINGS = 5_000;

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** True for a tensor of real numbers with fractions, however they are stored. */
export function holdsWeights({ dtype, quantisation }: TensorEntry): boolean {
  return isFloat(dtype) || quantisation !== undefined;
}

/** True where the stored bytes are the elements themselves, little-endian, in one run: what another program could be pointed at. */
export function isPlain({ packing, bigEndian, quantisation, change }: TensorEntry): boolean {
  return packing === undefined && bigEndian !== true && quantisation === undefined && change === undefined;
}
