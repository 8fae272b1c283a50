import type { ByteSource, CheckpointFolder } from '../bytes/byte-source.js';
import type { FormatId, TensorIndex } from '../tensors/tensor-index.js';

/** Choices for opening a checkpoint. */
export interface OpenOptions {
  /** Give what lies whole before the break of a file that is cut short, instead of failing. */
  readonly partial?: boolean;
}

/** One container format: recognised by its bytes, read by ranges. */
export interface CheckpointFormat {
  readonly ids: readonly FormatId[];
  /** Name for people. */
  readonly label: string;
  /** True when the first bytes (up to `PROBE_BYTES`) are of this format; the file's name alone decides nothing. */
  probe(head: Uint8Array, source: ByteSource): boolean;
  /**
   * Reads the directory of tensors, none of their elements.
   * @throws CheckpointError naming the file, the place and what to do.
   */
  open(source: ByteSource, folder: CheckpointFolder, options: OpenOptions): Promise<TensorIndex>;
}

/** What `probe` gets to see. */
export const PROBE_BYTES = 512;
