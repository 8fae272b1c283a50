import type { CausalCheck } from '../core/analysis/keypoints/causal.js';
import type { ConcentrationKind } from '../core/analysis/keypoints/concentration.js';
import type { MaskGuide } from '../core/analysis/keypoints/guided-mask.js';
import type { Asker, RelevanceKind } from '../core/analysis/keypoints/relevance.js';
import type { Candidate } from '../core/analysis/keypoints/spurious.js';

// What of the relevance of a picture lies off its object, and how keypoints guide masking: parts of the image row.

/** By which relevance, and off which object: that of the mask, or what the final tokens set apart. */
export interface OffObjectWish {
  readonly relevance: RelevanceKind;
  readonly object: 'mask' | 'tokens';
}

/** How much of the relevance lies off the object, and what does. */
export interface OffObjectFigures {
  readonly image: number;
  /** Null where no patch is relevant. */
  readonly relevance: {
    readonly kind: RelevanceKind;
    /** Null where nothing is asked: deletion looks at the output itself. */
    readonly asker: Asker | null;
    /** One a patch, summing to 1. */
    readonly values: Float32Array;
  } | null;
  /** 1 for patches of the object. */
  readonly object: Uint8Array;
  /** Null where the object is all patches or none. */
  readonly offRatio: number | null;
  readonly log2Lift: number | null;
  /** The first of them, the largest first. */
  readonly candidates: readonly Candidate[];
  /** Whether the model can be run without them; there are none told where it cannot. */
  readonly checkable: boolean;
  /** How many there are in all. */
  readonly pieces: number;
  readonly notes: readonly string[];
}

/** Where the work on what lies off the object stands. */
export interface OffObject {
  readonly wish: OffObjectWish;
  /** Null while they are not known. */
  readonly figures: OffObjectFigures | null;
  /** One a candidate; null while they are not checked. */
  readonly checks: readonly CausalCheck[] | null;
  /** What is being found; null: nothing is under way. */
  readonly working: 'figures' | 'checks' | null;
}

/** How masking is guided, and by which concentration of keypoints. */
export interface MaskWish extends MaskGuide {
  readonly concentration: ConcentrationKind;
}

/** Tables of the image row that are saved as CSV. */
export const SAVED_TABLES = ['interrelation', 'off-object', 'prompt-curve'] as const;
export type SavedTable = (typeof SAVED_TABLES)[number];

/** Intents of the panel about these. */
export type OffObjectFromPanel =
  | { readonly type: 'want-off-object'; readonly image: number; readonly wish: OffObjectWish }
  /** Runs the model without each candidate, and without its shape elsewhere. */
  | { readonly type: 'check-off-object'; readonly image: number }
  | { readonly type: 'stop-off-object'; readonly image: number }
  /** As JSON, in full precision. */
  | { readonly type: 'save-off-object'; readonly image: number }
  | { readonly type: 'save-table'; readonly image: number; readonly table: SavedTable; readonly text: string }
  /** Chances to be masked, of the picture or of those of a folder. */
  | {
      readonly type: 'export-masks';
      readonly image: number;
      readonly wish: MaskWish;
      readonly of: 'picture' | 'folder';
    };
