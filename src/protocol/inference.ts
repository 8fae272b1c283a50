import type { TapName } from '../core/inference/build-graph.js';
import type { ForwardEdits } from '../core/inference/edits.js';
import type { PatchGrid } from '../core/inference/forward.js';
import type { OutputName } from '../core/inference/outputs.js';
import type { Assumption, Model } from '../core/model/model.js';
import type { TensorEntry } from '../core/tensors/tensor-index.js';
import type { CheckpointFiles, WireError } from './worker.js';

/** Which model of an inspected checkpoint to run, and how. */
export interface LoadParams {
  readonly checkpoint: CheckpointFiles;
  /** Of the whole checkpoint. */
  readonly tensors: readonly TensorEntry[];
  readonly model: Model;
  /** [height, width] of pictures in pixels. */
  readonly imageSize: readonly [number, number];
  /** Whether each run gives what can be looked at in every layer. */
  readonly taps: boolean;
  readonly edits: ForwardEdits;
  /** Threads of the runtime; null: as many as the machine has cores. */
  readonly threads: number | null;
  /** Folder, not there yet, for weights that have to be copied. */
  readonly scratchFolder: string;
}

/** A model that is ready to run. */
export interface LoadedModel {
  readonly channels: number;
  readonly imageSize: readonly [number, number];
  readonly patch: number;
  readonly grid: PatchGrid;
  readonly prefixTokens: number;
  /** Prefix tokens and patches. */
  readonly tokens: number;
  readonly width: number;
  readonly layers: number;
  readonly outputs: readonly OutputName[];
  readonly assumptions: readonly Assumption[];
  /** Bytes of weights that could not be taken from the checkpoint as they lie, and were copied. */
  readonly copiedBytes: number;
  readonly loadMs: number;
}

/** The first place in order of computation that holds a number which is not finite. */
export type NonFinite = { readonly tap: TapName; readonly layer: number } | { readonly output: OutputName };

/** What a run gives at once. */
export interface RunResult {
  /** (tokens, width) for `tokens`, a single vector for the others. */
  readonly outputs: Readonly<Partial<Record<OutputName, Float32Array>>>;
  readonly nonFinite: NonFinite | null;
  readonly runMs: number;
  /** Largest resident memory of the process so far. */
  readonly peakBytes: number;
}

/** What the process of a model is asked to do, by name: parameters and result. */
export interface InferenceTasks {
  load: { params: LoadParams; result: LoadedModel };
  /** @param pixels (channels, height, width), ready for the model. */
  run: { params: { readonly pixels: Float32Array }; result: RunResult };
  /** A tap of the last run, (tokens, width). */
  tap: { params: { readonly tap: TapName; readonly layer: number }; result: Float32Array };
}

export type InferenceTaskName = keyof InferenceTasks;

/** A request to the process. */
export type InferenceRequest = {
  [Name in InferenceTaskName]: {
    readonly id: number;
    readonly name: Name;
    readonly params: InferenceTasks[Name]['params'];
  };
}[InferenceTaskName];

/** The process's answer; every request gets exactly one. */
export type InferenceReply<Name extends InferenceTaskName = InferenceTaskName> =
  | { readonly id: number; readonly ok: true; readonly result: InferenceTasks[Name]['result'] }
  | { readonly id: number; readonly ok: false; readonly error: WireError };
