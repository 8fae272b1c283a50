import type { Basis, LayerFigures } from '../core/analysis/figures.js';
import type { TensorAnswer, TensorQuestion } from '../core/analysis/tensor/questions.js';
import type { ProblemCode, Remains, Warning } from '../core/errors.js';
import type { SingularVectors } from '../core/linalg/head-solver.js';
import type { LayerSpec, Recognition, RecognitionOptions } from '../core/model/model.js';
import type { FormatId, TensorEntry } from '../core/tensors/tensor-index.js';

/** State of a file when it was inspected; a task fails with `changed` when the file is another by then. */
export interface FileState {
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** A checkpoint's files as workers open them. */
export interface CheckpointFiles {
  readonly folder: string;
  /** In the order of `TensorIndex.files`. */
  readonly files: readonly FileState[];
}

/** What a worker is asked to do, by name: parameters and result. */
export interface WorkerTasks {
  inspect: {
    params: { readonly path: string; readonly options: RecognitionOptions; readonly partial: boolean };
    result: {
      readonly format: FormatId;
      readonly checkpoint: CheckpointFiles;
      readonly tensors: readonly TensorEntry[];
      readonly recognition: Recognition;
      readonly warnings: readonly Warning[];
      readonly headerHash: string;
      readonly bytesRead: number;
    };
  };
  layer: {
    params: { readonly checkpoint: CheckpointFiles; readonly spec: LayerSpec; readonly basis: Basis };
    result: { readonly figures: LayerFigures; readonly bytesRead: number };
  };
  vectors: {
    params: { readonly checkpoint: CheckpointFiles; readonly spec: LayerSpec; readonly basis: Basis };
    result: { readonly heads: readonly (SingularVectors | null)[]; readonly bytesRead: number };
  };
  tensor: {
    params: {
      readonly checkpoint: CheckpointFiles;
      readonly tensor: TensorEntry;
      readonly question: TensorQuestion;
    };
    result: { readonly answer: TensorAnswer; readonly bytesRead: number };
  };
  recall: {
    params: { readonly file: string };
    result: readonly LayerFigures[] | null;
  };
  store: {
    params: { readonly file: string; readonly layers: readonly LayerFigures[] };
    result: null;
  };
}

export type TaskName = keyof WorkerTasks;

/** A request to a worker. */
export type WorkerRequest = {
  [Name in TaskName]: { readonly id: number; readonly name: Name; readonly params: WorkerTasks[Name]['params'] };
}[TaskName];

/** A failure as it crosses the boundary. */
export interface WireError {
  readonly message: string;
  readonly stack: string | null;
  /** Set for failures that a person can act on. */
  readonly checkpoint: {
    readonly code: ProblemCode;
    readonly file: string;
    readonly problem: string;
    readonly advice: string;
    readonly remains: Remains | null;
  } | null;
}

/** A worker's answer; every request gets exactly one. */
export type WorkerReply<Name extends TaskName = TaskName> =
  | { readonly id: number; readonly ok: true; readonly result: WorkerTasks[Name]['result'] }
  | { readonly id: number; readonly ok: false; readonly error: WireError };
