import type { TapName } from '../core/inference/build-graph.js';
import type { AttentionFigures, AttentionQuestions } from '../core/analysis/image/attention-figures.js';
import type { Concentration } from '../core/analysis/keypoints/concentration.js';
import type { HeadOnKeypoints } from '../core/analysis/keypoints/keypoint-analysis.js';
import type { ForwardEdits } from '../core/inference/edits.js';
import type { PatchGrid } from '../core/inference/forward.js';
import type { OutputName } from '../core/inference/outputs.js';
import type { RecomputedOutput } from '../core/inference/recompute-layer.js';
import type { Meeting } from '../core/model/onnx/attention.js';
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
  /** Whether it will run a single time, so that little work is put into its preparation. */
  readonly once?: boolean;
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
  /** Prefix tokens and patches; where patches are merged on the way (`layerShape`), those that enter the first layer. */
  readonly tokens: number;
  /** Of these tokens. */
  readonly width: number;
  readonly layers: number;
  readonly outputs: readonly OutputName[];
  /** True when pictures of other sizes can be run too. */
  readonly sizeIsFree: boolean;
  /** How queries and keys meet in each layer of a graph of the file's own that gives them (`own-query`, `own-key`); null where they follow from the weights. */
  readonly meetings: readonly Meeting[] | null;
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

/** What is added to the scores towards each token: one (heads, tokens) a layer. */
export type Prompted = readonly Float32Array[];

/** Which attention of the last run to compute, and what to tell of it. */
export interface AttendParams {
  readonly layer: number;
  /** Null: all heads. */
  readonly head: number | null;
  readonly questions: AttentionQuestions;
  /** Whether the attention itself is wanted. */
  readonly keep: boolean;
  /** The token whose row is wanted; null: none. */
  readonly token: number | null;
  /** Whether the mean over the heads is wanted. */
  readonly mean?: boolean;
}

/** A layer, and keypoints of the picture in its patches. */
export interface InterrelateParams {
  readonly layer: number;
  readonly concentration: Concentration;
}

/** The attention of a layer, computed in float64 from the tokens that entered it and the weights. */
export interface AttendResult {
  readonly figures: readonly AttentionFigures[];
  /** (tokens, tokens), or (windows, places, places) in the order of `WindowLayout`, of each head that was told of; empty where it is not wanted. */
  readonly attention: readonly Float32Array[];
  /** What the token attends to in each head that was told of, (tokens); empty where none was wanted. */
  readonly rows: readonly Float32Array[];
  /** (tokens, tokens), mean over the heads that were told of; null where it was not wanted. */
  readonly mean: Float32Array | null;
  /** How far the output of the layer that follows from it is from that of the graph, and the largest magnitude of that. */
  readonly recomputed: RecomputedOutput;
  readonly bytesRead: number;
}

/** What the process of a model is asked to do, by name: parameters and result. */
export interface InferenceTasks {
  load: { params: LoadParams; result: LoadedModel };
  /**
   * @param pixels (channels, height, width), ready for the model.
   * @param prompt what is added to the scores, for a model that was loaded as promptable; null: nothing.
   */
  run: { params: { readonly pixels: Float32Array; readonly prompt: Prompted | null }; result: RunResult };
  /** Attention of the last run, which had no prompt. */
  attend: { params: AttendParams; result: AttendResult };
  /** Keypoint figures of each head of a layer of the last run, which had no prompt. */
  interrelate: { params: InterrelateParams; result: readonly HeadOnKeypoints[] };
  /** A tap of the last run, (tokens, width) of the layer. */
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
