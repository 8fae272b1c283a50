import type { DistancePoint } from '../../core/analysis/distance/over-distance.js';
import type { Basis, LayerFigures, ModelFigures } from '../../core/analysis/figures.js';
import type { TensorAnswer, TensorQuestion } from '../../core/analysis/tensor/questions.js';
import type { VerdictPart } from '../../core/analysis/verdict.js';
import type { Warning } from '../../core/errors.js';
import type { SingularVectors } from '../../core/linalg/head-solver.js';
import type { Recognition, RecognitionOptions } from '../../core/model/model.js';
import type { AdapterFacts, FormatId, TensorEntry } from '../../core/tensors/tensor-index.js';
import type { FiguresToWrite } from '../../protocol/figures-file.js';
import type { AdapterChoice, CheckpointFiles } from '../../protocol/worker.js';

/** What tells one state of a checkpoint from another: size, time and a hash of its header. */
export interface FileIdentity {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly headerHash: string;
}

/** Where a checkpoint was found and what was read of it. */
export interface SourceFacts {
  /** As it was given. */
  readonly path: string;
  readonly format: FormatId;
  /** Of all its files together. */
  readonly sizeBytes: number;
  /** Bytes read from disk so far for this request. */
  readonly bytesRead: number;
  readonly identity: FileIdentity;
}

/** A checkpoint, opened and recognised. */
export interface Inspection {
  readonly source: SourceFacts;
  readonly checkpoint: CheckpointFiles;
  readonly tensors: readonly TensorEntry[];
  readonly recognition: Recognition;
  /** Of the reader, of the files beside, and of recognition. */
  readonly warnings: readonly Warning[];
  /** The adapter that lies over its weights, or that it is. */
  readonly adapter?: AdapterFacts;
}

/** How to open a checkpoint. */
export interface InspectRequest {
  /** Path of a file, of an index, or of a folder that holds one checkpoint. */
  readonly path: string;
  readonly options: RecognitionOptions;
  /** Take what lies before the break of a file that is cut short. */
  readonly partial: boolean;
  /** An adapter to lay over it. */
  readonly adapter?: AdapterChoice;
}

/** Which model of an inspected checkpoint to analyse, in which basis. */
export interface AnalyzeRequest {
  readonly inspection: Inspection;
  readonly model: string;
  readonly basis: Basis;
  /** Layers already at hand, which are not computed again. */
  readonly have: readonly LayerFigures[];
}

/** The finished analysis of one model. */
export interface Analysis {
  readonly figures: ModelFigures;
  readonly verdict: readonly VerdictPart[];
  /** Bytes read from disk for it; 0 when it came from the cache. */
  readonly bytesRead: number;
  readonly fromCache: boolean;
}

/** What a running analysis tells, layer by layer, in order of the layers. */
export interface AnalyzeListener {
  onLayer(layer: LayerFigures): void;
  /** Layers after the first wait until this settles, so that showing that one comes before them. */
  readonly mayGoOn?: Promise<unknown>;
}

/** A tensor of an inspected checkpoint, and what is asked of it. */
export interface TensorRequest {
  readonly inspection: Inspection;
  readonly tensor: TensorEntry;
  readonly question: TensorQuestion;
}

/** Singular vectors of the heads of one layer. */
export interface LayerVectors {
  /** In order of the heads; null for heads without figures. */
  readonly heads: readonly (SingularVectors | null)[];
  readonly bytesRead: number;
}

/** Heads of a layer of a rotary model, and the distances at which their figures are asked for. */
export interface DistanceRequest extends Omit<AnalyzeRequest, 'have'> {
  readonly layer: number;
  /** Null for all heads of the layer. */
  readonly head: number | null;
  readonly distances: readonly number[];
}

/** Figures of heads over distance. */
export interface OverDistance {
  /** In order of the heads, or those of the one that was asked for. */
  readonly heads: readonly (readonly DistancePoint[])[];
  readonly bytesRead: number;
}

/** Opens checkpoints and computes their figures in worker threads; shared by the command line and the editor. */
export interface Engine {
  /** Starts the workers that an analysis will want, while the file is still being read. */
  warm(): void;
  /** @throws CheckpointError; `AbortError` when the signal fires. */
  inspect(request: InspectRequest, signal: AbortSignal): Promise<Inspection>;
  /** @throws CheckpointError, with code `worker-stopped` when a worker died; `AbortError` when the signal fires. */
  analyze(request: AnalyzeRequest, listener: AnalyzeListener, signal: AbortSignal): Promise<Analysis>;
  /** The finished analysis where it is kept on disk; null where it is not. Computes nothing, and fails as `analyze` does. */
  recall(request: Omit<AnalyzeRequest, 'have'>, signal: AbortSignal): Promise<Analysis | null>;
  /** u and v of all heads of one layer. Fails as `analyze` does. */
  vectors(request: Omit<AnalyzeRequest, 'have'>, layer: number, signal: AbortSignal): Promise<LayerVectors>;
  /** Figures over distance of a model whose rotation is known. Fails as `analyze` does. */
  overDistance(request: DistanceRequest, signal: AbortSignal): Promise<OverDistance>;
  /** Reads what a question about the elements of one tensor needs. Fails as `analyze` does. */
  tensor(request: TensorRequest, signal: AbortSignal): Promise<TensorAnswer>;
  /** The text of a file of figures. Fails as `analyze` does. */
  figuresText(request: FiguresToWrite, signal: AbortSignal): Promise<string>;
  /** Ends the workers at once, as a crash would: what runs is rejected with `worker-stopped`, what comes later starts new ones. */
  stopWorkers(): Promise<void>;
  /** Ends the workers for good. */
  dispose(): Promise<void>;
}
