import type { Basis } from '../core/analysis/figures.js';
import type { CausalCheck } from '../core/analysis/keypoints/causal.js';
import type { KeyVariant } from '../core/analysis/image/patch-attention.js';
import type { PreprocessingChanges } from '../core/image/preprocess/preprocessing.js';
import type { Model } from '../core/model/model.js';
import type { TensorEntry } from '../core/tensors/tensor-index.js';
import type {
  AttentionRows,
  Change,
  ChangedRows,
  ChangedRun,
  HeadOnImage,
  ImageCard,
  ImageSource,
  KeypointFigures,
  LayerInterrelation,
  LayerPreference,
  Mask,
} from './image.js';
import type { MaskWish, OffObjectFigures, OffObjectWish } from './off-object.js';
import type { CheckpointFiles, WireError } from './worker.js';

/** The model whose pictures a worker is for, and how it is to run. */
export interface LabSubject {
  readonly checkpoint: CheckpointFiles;
  /** Of the whole checkpoint. */
  readonly tensors: readonly TensorEntry[];
  readonly model: Model;
  /** Bundle of the process that runs the model. */
  readonly processFile: string;
  /** The process ends when nothing was asked of it for this time. */
  readonly idleMs: number;
  /** Threads of the runtime; null: as many as the machine has cores. */
  readonly threads: number | null;
}

/** What a picture's model is doing until the picture is there. */
export type OpenStep = 'model' | 'image' | 'run';

/** Where a mask comes from. */
export type MaskSource =
  | { readonly kind: 'image'; readonly source: ImageSource }
  /** Painted over what the model sees: a label each pixel of the input. */
  | { readonly kind: 'painted'; readonly labels: Uint8Array };

/** Attention preference over the pictures of a folder. */
export interface MeasuredFolder {
  /** For reading: a row a layer. */
  readonly text: string;
  /** A row a figure. */
  readonly csv: string;
  /** What the JSON of the command line has. */
  readonly figures: Readonly<Record<string, unknown>>;
  /** What was assumed and left out. */
  readonly notes: readonly string[];
  readonly bytesRead: number;
}

/** Keypoint figures over the pictures of a folder. */
export interface MeasuredKeypoints extends MeasuredFolder {
  /** With masks those first whose keypoints off the object lift relevance the most. */
  readonly images: readonly {
    /** Relative to the folder, with `/`. */
    readonly name: string;
    readonly keypoints: number;
    readonly significantHeads: number;
    readonly offRatio: number | null;
    readonly log2Lift: number | null;
  }[];
}

/** Figures as the worker gives them: whoever asks knows of which picture. */
type WithoutImage<Figures> = Omit<Figures, 'image'>;

/** What the worker of a model's pictures is asked about a picture and its model, by name: parameters and result. */
export interface ImageTasks {
  /** Finds out whether the model can be run, and begins to load it. */
  warm: { params: null; result: null };
  /** Runs the model on a picture; `source` null is the one at hand. Tells its steps. */
  open: {
    params: { readonly source: ImageSource | null; readonly changes: PreprocessingChanges | null };
    result: Omit<ImageCard, 'id' | 'model'>;
  };
  /** `ahead`: nobody looks at it yet, so that it says nothing of what is looked at next. */
  head: {
    params: { readonly layer: number; readonly head: number; readonly basis: Basis; readonly ahead?: true };
    result: WithoutImage<HeadOnImage>;
  };
  attention: {
    params: { readonly layer: number; readonly token: number };
    result: WithoutImage<AttentionRows>;
  };
  /** (tokens, tokens), as `Rollout` says. Tells its progress. */
  rollout: { params: null; result: Float32Array };
  /** Takes a mask for the picture; null takes it away. */
  mask: { params: { readonly mask: MaskSource | null }; result: Mask | null };
  /** The mask as a PNG of the size of the picture. */
  'mask-picture': { params: null; result: Uint8Array };
  preference: {
    params: { readonly layer: number; readonly keys: KeyVariant };
    result: WithoutImage<LayerPreference>;
  };
  /** Runs the changed model; what concerns single layers is null. Null undoes the change. */
  change: { params: { readonly change: Change | null }; result: Omit<ChangedRun, 'image' | 'id'> | null };
  /** What the change does to the attention of a layer. */
  'attention-change': {
    params: { readonly layer: number };
    result: { readonly attentionChange: number; readonly massOutside: number | null };
  };
  /** Gets a model ready that can be prompted, where nothing is changed and both fit into memory. */
  'warm-prompt': { params: null; result: null };
  /** Relative change of the output by the prompt at another strength. */
  'prompt-point': { params: { readonly strength: number }; result: number | null };
  /** 5 and 95 % of the relative change of the output under shifts of the prompt at a strength. Tells its progress. */
  'prompt-band': {
    params: { readonly strength: number };
    result: readonly [low: number, high: number] | null;
  };
  keypoints: {
    params: { readonly by: KeypointFigures['concentrationBy'] };
    result: WithoutImage<KeypointFigures>;
  };
  interrelation: {
    params: { readonly layer: number };
    /** `p` of each head, null where it has none. */
    result: { readonly figures: WithoutImage<LayerInterrelation>; readonly p: readonly (number | null)[] };
  };
  /** What of the relevance lies off the object. Tells its progress where that takes more than a pass over the layers. */
  'off-object': { params: OffObjectWish; result: WithoutImage<OffObjectFigures> };
  /** Runs the model without each of the candidates that were found last. Tells its progress. */
  'check-candidates': { params: null; result: readonly CausalCheck[] };
  /** Writes chances of the patches to be masked to an .npz file, and JSON beside it. */
  'guided-mask': { params: { readonly file: string } & MaskWish; result: null };
  /** Attention preference over the pictures of a folder that have masks. Tells its progress. */
  'preference-folder': {
    params: { readonly folder: string; readonly keys: KeyVariant };
    result: MeasuredFolder;
  };
  /** Keypoint figures over the pictures of a folder; those that are done are kept beside `output` until all are. Tells its progress. */
  'keypoints-folder': {
    params: {
      readonly folder: string;
      /** A folder of masks by the names of the pictures; null: none. */
      readonly mask: string | null;
      /** Without masks: the object is what the final tokens set apart. */
      readonly objectFromTokens: boolean;
      readonly output: string;
      /** Of the program: another one does all anew. */
      readonly version: string;
    };
    result: MeasuredKeypoints;
  };
  /** Writes chances to be masked of the pictures of a folder to an .npz file, and JSON beside it. Tells its progress. */
  'guided-masks': {
    params: { readonly folder: string; readonly file: string; readonly version: string } & MaskWish;
    result: {
      readonly done: number;
      readonly skipped: readonly { readonly name: string; readonly problem: string }[];
    };
  };
  /** Writes the arrays of a head and its layer to a file of the form that its name ends in. */
  export: {
    params: { readonly file: string; readonly layer: number; readonly head: number; readonly basis: Basis };
    result: null;
  };
  /** Number of the process that runs the model; null while there is none. */
  process: { params: null; result: number | null };
}

/** What it is asked about the newest changed run, once that is there. */
export interface ChangedTasks {
  'changed-attention': {
    params: { readonly layer: number; readonly token: number };
    result: Omit<ChangedRows, 'image' | 'run'>;
  };
  /** Without bands. `patches` are the labels of the mask. */
  'changed-preference': {
    params: { readonly layer: number; readonly keys: KeyVariant; readonly patches: Int8Array };
    result: WithoutImage<LayerPreference>;
  };
}

/** All that the worker is asked to do. */
export type LabTasks = ImageTasks & ChangedTasks;

export type LabTaskName = keyof LabTasks;

/** What the worker is for, which comes first; a request; or that it stops working on one, `kill` with the process that runs the model for it. */
export type ImageRequest =
  | { readonly subject: LabSubject }
  | {
      [Name in LabTaskName]: {
        readonly id: number;
        readonly name: Name;
        readonly params: LabTasks[Name]['params'];
      };
    }[LabTaskName]
  | { readonly cancel: number; readonly kill: boolean };

/** How far a request is. */
export type ImageProgress = { readonly step: OpenStep } | { readonly done: number; readonly total: number };

/** The worker's answers: any number of progress messages, then exactly one result. */
export type ImageReply<Name extends LabTaskName = LabTaskName> =
  | { readonly id: number; readonly progress: ImageProgress }
  | { readonly id: number; readonly ok: true; readonly result: LabTasks[Name]['result'] }
  | { readonly id: number; readonly ok: false; readonly error: WireError };
