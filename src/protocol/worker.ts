import type { DistancePoint } from '../core/analysis/distance/over-distance.js';
import type { Turning } from '../core/analysis/distance/turning.js';
import type { Basis, LayerFigures } from '../core/analysis/figures.js';
import type { TensorAnswer, TensorQuestion } from '../core/analysis/tensor/questions.js';
import type { ProblemCode, Remains, Warning } from '../core/errors.js';
import type { SingularVectors } from '../core/linalg/head-solver.js';
import type { LayerSpec, Recognition, RecognitionOptions } from '../core/model/model.js';
import type { AdapterFacts, FormatId, TensorEntry } from '../core/tensors/tensor-index.js';
import type { FiguresToWrite } from './figures-file.js';

/** State of a file when it was inspected; a task fails with `changed` when the file is another by then. */
export interface FileState {
  readonly name: string;
  /** Where it lies, when not in the checkpoint's own folder: an adapter over a base model elsewhere. */
  readonly folder?: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** A checkpoint's files as workers open them. */
export interface CheckpointFiles {
  readonly folder: string;
  /** In the order of `TensorIndex.files`. */
  readonly files: readonly FileState[];
}

/** An adapter that a person lays over a checkpoint, and what they say of it. */
export interface AdapterChoice {
  /** Its file, or the folder that holds it; null for the one that the checkpoint holds itself. */
  readonly path: string | null;
  /** `lora_alpha`, where no adapter_config.json says it; null without. */
  readonly alpha: number | null;
}

/** What a worker is asked to do, by name: parameters and result. */
export interface WorkerTasks {
  inspect: {
    params: {
      readonly path: string;
      readonly options: RecognitionOptions;
      readonly partial: boolean;
      readonly adapter?: AdapterChoice;
    };
    result: {
      readonly format: FormatId;
      readonly checkpoint: CheckpointFiles;
      readonly tensors: readonly TensorEntry[];
      readonly recognition: Recognition;
      readonly warnings: readonly Warning[];
      readonly adapter?: AdapterFacts;
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
  distances: {
    params: {
      readonly checkpoint: CheckpointFiles;
      readonly spec: LayerSpec;
      readonly basis: Basis;
      readonly turning: Turning;
      /** Null for all heads of the layer. */
      readonly head: number | null;
      readonly distances: readonly number[];
    };
    result: { readonly heads: readonly (readonly DistancePoint[])[]; readonly bytesRead: number };
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
  'figures-text': { params: FiguresToWrite; result: { readonly text: string } };
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
