import type { DistancePoint } from '../core/analysis/distance/over-distance.js';
import type { Basis, ChanceBands, LayerFigures } from '../core/analysis/figures.js';
import type { VerdictPart } from '../core/analysis/verdict.js';
import type { ProblemCode, Remains, Warning } from '../core/errors.js';
import type { Assumption } from '../core/model/model.js';
import type { ImageFromPanel, ImageToPanel } from './image.js';

/** Raised when a message changes its meaning; both sides say it in their first message. */
export const PANEL_PROTOCOL = 1;

/** A model of the file as the header shows it. */
export interface ModelCard {
  readonly name: string;
  readonly title: string;
  readonly remark: string;
  readonly family: string;
  readonly depth: number;
  /** Heads of each layer. */
  readonly heads: readonly number[];
  readonly width: number;
  readonly headSize: number;
  readonly dtypeLabel: string;
  readonly parameterCount: number;
  readonly tensorCount: number;
  readonly confirmedBy: readonly string[];
  readonly assumptions: readonly Assumption[];
  /** True when a norm feeds the attention, so that there is a folded basis. */
  readonly hasNorm: boolean;
  /** Sentences that hold for this model's figures: rotary positions, query-key norm, windows, grouped queries. */
  readonly notes: readonly string[];
  /** Set where the figures of a head over distance can be asked for: what distances count, and what was assumed. */
  readonly overDistance?: { readonly unit: 'patches' | 'places'; readonly assumed: readonly string[] };
}

/** Where the figures of a head over distance stand. */
export type DistanceAnswer =
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly points: readonly DistancePoint[] }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'trouble'; readonly text: string };

/** What the panel shows of the file before any figure. */
export interface FileCard {
  readonly fileName: string;
  readonly format: string;
  readonly sizeBytes: number;
  readonly models: readonly ModelCard[];
  /** Parts that hold no model, listed in the model's quick pick but not to be chosen. */
  readonly others: readonly { readonly name: string; readonly tensorCount: number }[];
  readonly warnings: readonly Warning[];
}

/** Which figures the panel is about. */
export interface Focus {
  readonly model: string;
  readonly basis: Basis;
}

/** A page in place of the figures, and what it offers. */
export interface ProblemPage {
  readonly code: ProblemCode | 'no-attention' | 'ambiguous' | 'adapter-alone';
  /** Bold first line, such as `model.safetensors is cut short.` */
  readonly title: string;
  /** What is wrong and where. */
  readonly detail: string;
  /** What most likely happened or what helps. */
  readonly advice: string;
  readonly actions: readonly ProblemAction[];
  readonly remains: Remains | null;
}

/** A button of a problem page or of a note. */
export interface ProblemAction {
  readonly action:
    | 'retry'
    | 'show-log'
    | 'show-partial'
    | 'copy-details'
    | 'list-tensors'
    | 'name-tensors'
    | 'pick-model'
    | 'choose-base';
  readonly label: string;
  readonly primary: boolean;
}

/** Messages from the extension host to the panel. */
export type ToPanel =
  | ImageToPanel
  | { readonly type: 'file'; readonly protocol: number; readonly file: FileCard; readonly focus: Focus }
  | { readonly type: 'start'; readonly focus: Focus; readonly depth: number }
  | { readonly type: 'layer'; readonly focus: Focus; readonly layer: LayerFigures }
  | { readonly type: 'progress'; readonly focus: Focus; readonly done: number; readonly elapsedMs: number }
  | {
      readonly type: 'done';
      readonly focus: Focus;
      readonly bands: ChanceBands;
      readonly verdict: readonly VerdictPart[];
      readonly warnings: readonly Warning[];
    }
  | {
      readonly type: 'stopped';
      readonly focus: Focus;
      /** `cancelled` by the person, or `crashed`: the computation stopped unexpectedly. */
      readonly reason: 'cancelled' | 'crashed';
      /** Layers that are complete. */
      readonly done: number;
    }
  | {
      readonly type: 'distances';
      readonly focus: Focus;
      readonly layer: number;
      readonly head: number;
      readonly answer: DistanceAnswer;
    }
  | { readonly type: 'problem'; readonly problem: ProblemPage }
  | { readonly type: 'note'; readonly note: FileNote | null }
  | { readonly type: 'select'; readonly layer: number; readonly head: number }
  /** Shows a tab under the image row. */
  | { readonly type: 'show-tab'; readonly tab: 'keypoints' }
  | { readonly type: 'request-picture'; readonly id: number; readonly picture: Picture; readonly as: 'svg' | 'png' }
  /** To the clipboard, which only the page can give pictures to. */
  | { readonly type: 'copy-picture'; readonly picture: Picture };

/** What became of the file since its figures were computed. */
export interface FileNote {
  readonly kind: 'changed' | 'gone';
  readonly text: string;
}

/** Pictures that the panel can give. */
export const PICTURES = ['layers', 'head', 'modes', 'attention', 'preference', 'prompting', 'off-object'] as const;
export type Picture = (typeof PICTURES)[number];

/** Messages from the panel to the extension host: intents, never commands. */
export type FromPanel =
  | ImageFromPanel
  | { readonly type: 'ready'; readonly protocol: number }
  | { readonly type: 'basis'; readonly basis: Basis }
  | { readonly type: 'model'; readonly model: string }
  | { readonly type: 'pick-model' }
  | { readonly type: 'heads'; readonly heads: number | null }
  | { readonly type: 'keep-assumption'; readonly code: Assumption['code'] }
  | { readonly type: 'cancel' }
  | { readonly type: 'resume' }
  | { readonly type: 'want-distances'; readonly layer: number; readonly head: number }
  | { readonly type: 'cancel-distances' }
  | { readonly type: 'reload' }
  | { readonly type: 'export' }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'problem-action'; readonly action: ProblemAction['action'] }
  | { readonly type: 'selected'; readonly layer: number; readonly head: number; readonly label: string }
  | { readonly type: 'picture'; readonly id: number; readonly svg: string | null; readonly png: Uint8Array | null }
  /** `problem`: why the clipboard has no picture; null when it has it. */
  | { readonly type: 'picture-copied'; readonly picture: Picture; readonly problem: string | null }
  | { readonly type: 'error'; readonly message: string };
