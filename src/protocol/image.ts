import type { Basis } from '../core/analysis/figures.js';
import type { KeyVariant } from '../core/analysis/image/patch-attention.js';
import type { Size } from '../core/image/preprocess/picture.js';
import type { Preprocessing, PreprocessingChanges } from '../core/image/preprocess/preprocessing.js';
import type { PreprocessingPlan } from '../core/image/preprocess/config/plan.js';
import type { OffObject, OffObjectFromPanel } from './off-object.js';

// The image row of the panel. The extension host passes these on between a panel and the worker thread that runs its model; each is typed
// arrays of at most a few hundred kilobytes. Tokens are numbered from 0, prefix tokens first, then patches row by row.

/** A picture that the panel can be given without asking where it is. */
export type ImageSource =
  | { readonly kind: 'file'; readonly path: string }
  /** Dropped or pasted; `name` is only shown. */
  | { readonly kind: 'bytes'; readonly name: string; readonly bytes: Uint8Array };

/** Words for something that cannot be done: bold first line, what is wrong and where, what helps. */
export interface Trouble {
  readonly title: string;
  readonly detail: string;
  readonly advice: string;
}

/** What was fed to the model and what came out. */
export interface ImageCard {
  /** Raised with every run of another picture, model, or preprocessing; all figures name the one that they are about. */
  readonly id: number;
  readonly model: string;
  readonly name: string;
  /** Of the picture as it was. */
  readonly originalSize: Size;
  readonly inputSize: Size;
  /** Rows and columns of patches. */
  readonly grid: readonly [rows: number, columns: number];
  /** One a layer where tokens attend within windows: rows and columns of its tokens, and of a window. Its figures are in that grid; tokens that are asked about are patches of the picture all the same. */
  readonly windowed?: readonly {
    readonly grid: readonly [rows: number, columns: number];
    readonly window: readonly [rows: number, columns: number];
  }[];
  /** What the model sees, before normalisation: height x width x 3 bytes, red, green, blue. */
  readonly picture: Uint8Array;
  /** Names of the tokens before the patches: `class`, `distillation`, `register 0`, ... */
  readonly prefix: readonly string[];
  readonly preprocessing: Preprocessing;
  /** Where the preprocessing is from, or `changed` by the person. */
  readonly preprocessingFrom: PreprocessingPlan['from'] | 'changed';
  /** True when other sizes can be chosen: positions can be interpolated, or the file's own graph takes any size. */
  readonly sizeIsFree: boolean;
  readonly output: OutputCard;
  /** Sentences on the picture and on what was assumed. */
  readonly notes: readonly string[];
  readonly runMs: number;
}

/** The most likely classes, where the model tells classes. */
export interface OutputCard {
  readonly top: readonly { readonly index: number; readonly label: string | null; readonly value: number }[];
}

/** Where the image row stands. */
export type ImageState =
  | { readonly kind: 'none' }
  /** The model cannot be run at all; `untrusted` offers to manage the trust of the workspace. */
  | { readonly kind: 'cannot-run'; readonly trouble: Trouble; readonly untrusted: boolean }
  | { readonly kind: 'working'; readonly name: string; readonly step: 'image' | 'model' | 'run' }
  /** This picture or this run failed; `retry` when trying again may help. */
  | { readonly kind: 'failed'; readonly name: string; readonly trouble: Trouble; readonly retry: boolean }
  | { readonly kind: 'ready'; readonly card: ImageCard };

/** A mode, or a block of modes that cannot be told apart, on the picture. */
export interface EntryOnImage {
  readonly first: number;
  readonly last: number;
  readonly contribution: number;
  /** Null where the score does not vary. */
  readonly shareOfScore: number | null;
  readonly shareOfModes: number | null;
}

/** Query and key maps of all modes of a head. */
export interface HeadOnImage {
  readonly image: number;
  readonly basis: Basis;
  readonly layer: number;
  readonly head: number;
  /** (modes, patches), or tokens of the layer where they are others. Maps of a block are the lengths over its modes, which the panel computes. */
  readonly queryMaps: Float32Array;
  readonly keyMaps: Float32Array;
  /** The largest contribution first. */
  readonly entries: readonly EntryOnImage[];
  /** `map`: the term's value for each patch that answers, its mean taken off. */
  readonly keyBias: { readonly contribution: number; readonly shareOfScore: number | null; readonly map: Float32Array };
  readonly scoreVariance: number;
  /** What the figures leave out: rotary positions, query-key norm, position bias, unreadable channels. */
  readonly notes: readonly string[];
}

/** What one token attends to in every head of a layer. */
export interface AttentionRows {
  readonly image: number;
  readonly layer: number;
  readonly token: number;
  /** (heads, tokens of the layer). */
  readonly rows: Float32Array;
  /** How far the attention's output recomputed is from the model's own, and its largest magnitude: of the whole layer, or of this token where the layer's attention does not fit into memory. */
  readonly recomputed: { readonly maxAbsError: number; readonly largest: number };
}

/** Attention rolled out over all layers (arXiv 2005.00928): what each token takes from the input tokens. */
export interface Rollout {
  readonly image: number;
  /** (tokens, tokens). */
  readonly shares: Float32Array;
}

/** Labels of the pixels that the model sees: 0 background, 1 object, 2 other objects, 255 none. */
export interface Mask {
  readonly name: string;
  /** Input height x width. */
  readonly labels: Uint8Array;
  /** Label of each patch: the one of more than half of its pixels, else -1 (mixed). */
  readonly patches: Int8Array;
  readonly notes: readonly string[];
}

/** A region's ratio to even attention with its band under shifts of the labels around the grid; null where there is none. */
export interface RegionRatio {
  readonly share: number | null;
  readonly ratio: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** What the object's patches, and those of other objects, attend to. */
export interface PreferenceFigures {
  readonly target: Readonly<Record<'target' | 'other' | 'background' | 'mixed' | 'prefix', RegionRatio>> | null;
  readonly other: Readonly<Record<'target' | 'other' | 'background' | 'mixed' | 'prefix', RegionRatio>> | null;
}

/** Attention preference of one layer. */
export interface LayerPreference {
  readonly image: number;
  readonly keys: KeyVariant;
  readonly layer: number;
  readonly mean: PreferenceFigures;
  readonly heads: readonly PreferenceFigures[];
}

/** What is changed in the model for a second run. */
export type Change =
  | {
      readonly kind: 'ablation';
      readonly layer: number;
      readonly head: number;
      readonly basis: Basis;
      readonly modes: readonly number[];
      readonly keyBias: boolean;
      /** All modes and the key bias: the head attends evenly. */
      readonly wholeHead: boolean;
    }
  | { readonly kind: 'nearest-keys'; readonly keys: number }
  | {
      readonly kind: 'prompt';
      readonly by: 'concentration' | 'object' | 'region';
      /** `bias` adds strength x g to the scores, `mask` and `drop` take the patches of any group of g away, `reweight` multiplies by 1 + strength x g. */
      readonly how: 'bias' | 'mask' | 'reweight' | 'drop';
      readonly strength: number;
      /** Null: all. */
      readonly layers: readonly number[] | null;
      readonly heads: readonly number[] | null;
      /** g of each patch in [0, 1] for `region`, else null. */
      readonly region: Float32Array | null;
    };

/** What a change does to the model's output. */
export interface ChangedRun {
  readonly image: number;
  /** Raised with every change; figures of the changed model name the one that they are about. */
  readonly id: number;
  readonly change: Change;
  /** Null where the output is zero. */
  readonly outputChange: { readonly relativeL2: number | null; readonly cosine: number | null };
  readonly topBefore: OutputCard['top'];
  readonly topAfter: OutputCard['top'];
  /** Mean over heads and patches of the total variation between the layer's attention before and after; one a layer, null where not computed yet: the run is told again as they come. */
  readonly attentionChange: readonly (number | null)[];
  /** With `nearest-keys`: mean attention that lay outside the nearest keys, one a layer, null where not computed yet. */
  readonly massOutside: readonly (number | null)[] | null;
  /** With `prompt`: 5 and 95 % of the output's relative change under shifts of g. */
  readonly band: readonly [low: number, high: number] | null;
  readonly notes: readonly string[];
}

/** What a prompt does to the output at one strength. */
export interface PromptPoint {
  readonly strength: number;
  /** Relative change of the output; null where the output is zero. */
  readonly relativeL2: number | null;
  /** 5 and 95 % of it under shifts of g; null while not computed. */
  readonly band: readonly [low: number, high: number] | null;
}

/** What one token attends to in every head of a layer of the changed model. */
export interface ChangedRows {
  readonly image: number;
  /** `id` of the changed run. */
  readonly run: number;
  readonly layer: number;
  readonly token: number;
  /** (heads, tokens). */
  readonly rows: Float32Array;
}

/** Keypoints of the picture and how attention follows them. */
export interface KeypointFigures {
  readonly image: number;
  /** Empty: no keypoints in this picture. Five numbers each: x, y, size, angle in degrees, response. */
  readonly keypoints: Float32Array;
  readonly concentrationBy: 'scale' | 'count' | 'response';
  /** One a patch. */
  readonly concentration: Float32Array;
  /** 0 none, 1 low, 2 middle, 3 high; one a patch. */
  readonly groups: Int8Array;
}

/** Weighted patch interrelation of the heads of one layer. */
export interface LayerInterrelation {
  readonly image: number;
  readonly layer: number;
  readonly heads: readonly {
    readonly w: number;
    readonly nullMean: number;
    readonly nullDeviation: number;
    readonly p: number;
    readonly keySide: number;
    readonly querySide: number;
    /** 4 x 4, row by row: from group to group; NaN where a group is empty. */
    readonly groupShare: Float32Array;
    readonly groupRatio: Float32Array;
  }[];
}

/** Messages about the image from the extension host to the panel. */
export type ImageToPanel =
  | { readonly type: 'image'; readonly state: ImageState }
  | { readonly type: 'head-on-image'; readonly figures: HeadOnImage }
  | { readonly type: 'attention-rows'; readonly figures: AttentionRows }
  /** What may be looked at next, which nobody asked for. */
  | {
      readonly type: 'ahead';
      readonly image: number;
      readonly heads: readonly HeadOnImage[];
      readonly rows: readonly AttentionRows[];
    }
  | { readonly type: 'rollout'; readonly figures: Rollout }
  | { readonly type: 'mask'; readonly image: number; readonly mask: Mask | null }
  | { readonly type: 'preference'; readonly figures: LayerPreference }
  | { readonly type: 'changed-run'; readonly image: number; readonly run: ChangedRun | null }
  /** Of the prompt of the changed run at other strengths too, from the least; told again as they come. */
  | { readonly type: 'prompt-curve'; readonly image: number; readonly points: readonly PromptPoint[] }
  | { readonly type: 'changed-attention'; readonly figures: ChangedRows }
  /** Attention preference of one layer of the changed model, without bands. */
  | { readonly type: 'changed-preference'; readonly run: number; readonly figures: LayerPreference }
  | { readonly type: 'keypoints'; readonly figures: KeypointFigures }
  | { readonly type: 'interrelation'; readonly figures: LayerInterrelation }
  /** All layers are there: [layer, head] of the heads that Benjamini and Hochberg keep at 0.05. */
  | {
      readonly type: 'significant-heads';
      readonly image: number;
      readonly heads: readonly (readonly [layer: number, head: number])[];
    }
  /** Null: nothing is known of it any more. */
  | { readonly type: 'off-object'; readonly image: number; readonly found: OffObject | null }
  | { readonly type: 'image-progress'; readonly task: ImageTask; readonly done: number; readonly total: number }
  | { readonly type: 'image-trouble'; readonly task: ImageTask; readonly trouble: Trouble };

/** Work on an image that can take longer than a moment, for progress and for what failed. */
export type ImageTask =
  | 'preprocess'
  | 'head'
  | 'attention'
  | 'rollout'
  | 'mask'
  | 'preference'
  | 'change'
  | 'keypoints'
  | 'off-object'
  | 'export';

/** Tabs under the image row. */
export type ImageTab = 'heads' | 'preference' | 'keypoints' | 'change';

/** Intents of the panel about the image. */
export type ImageFromPanel =
  /** Asks with the editor's own list: recent, the sample's, the workspace's, browse. */
  | { readonly type: 'pick-image' }
  | { readonly type: 'use-sample-image' }
  | { readonly type: 'drop-image'; readonly name: string; readonly bytes: Uint8Array }
  /** A file dropped out of the explorer, as `text/uri-list` gave it. */
  | { readonly type: 'drop-image-uri'; readonly uri: string }
  | { readonly type: 'close-image' }
  | { readonly type: 'retry-image' }
  | { readonly type: 'cancel-image' }
  | { readonly type: 'manage-trust' }
  | { readonly type: 'preprocess'; readonly change: PreprocessingChanges | null }
  | { readonly type: 'want-head'; readonly image: number; readonly layer: number; readonly head: number }
  | { readonly type: 'want-attention'; readonly image: number; readonly layer: number; readonly token: number }
  /** What is looked at, so that what is next to it can be sent before it is asked for. */
  | {
      readonly type: 'look';
      readonly image: number;
      readonly layer: number;
      readonly head: number;
      readonly token: number;
    }
  /** The tab that is open, with a picture or without. */
  | { readonly type: 'tab'; readonly tab: ImageTab }
  | { readonly type: 'want-rollout'; readonly image: number }
  | { readonly type: 'pick-mask' }
  /** Painted over the model's picture; `save` writes it as a PNG beside the image, at the image's own size. */
  | { readonly type: 'paint-mask'; readonly image: number; readonly labels: Uint8Array; readonly save: boolean }
  | { readonly type: 'clear-mask' }
  | { readonly type: 'want-preference'; readonly image: number; readonly keys: KeyVariant }
  | { readonly type: 'change'; readonly image: number; readonly change: Change }
  | { readonly type: 'undo-change' }
  /** Of the changed model, while there is one. */
  | { readonly type: 'want-changed-attention'; readonly image: number; readonly layer: number; readonly token: number }
  | { readonly type: 'want-changed-preference'; readonly image: number; readonly keys: KeyVariant }
  | {
      readonly type: 'want-keypoints';
      readonly image: number;
      readonly by: KeypointFigures['concentrationBy'];
    }
  | OffObjectFromPanel
  | { readonly type: 'export-image'; readonly image: number; readonly layer: number; readonly head: number };
