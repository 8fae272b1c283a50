/** Random access to the bytes of one file; the only way in which core sees a file. */
export interface ByteSource {
  /** The file's name relative to the checkpoint's folder, as shown to people. */
  readonly name: string;
  /** Length in bytes when it was opened. */
  readonly size: number;
  /**
   * Reads exactly `length` bytes from `offset`.
   * @throws CheckpointError `truncated` when the range leaves the file, `changed` when the file is not the one that was opened.
   */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** The files beside a checkpoint: shards, configuration. */
export interface CheckpointFolder {
  /**
   * Opens a file by a name that came out of another file.
   * @throws CheckpointError `outside-folder` when the name or a symbolic link leaves the folder, `missing-file` when there is none.
   */
  open(name: string): Promise<ByteSource>;
  /**
   * Opens a file by a name of our own in the folder above, there where it belongs to the checkpoint: transformers.js keeps `onnx/model.onnx`
   * below the configuration. Throws as `open` does.
   */
  openAbove?(name: string): Promise<ByteSource>;
}
