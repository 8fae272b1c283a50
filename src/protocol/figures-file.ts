import type { ModelFigures } from '../core/analysis/figures.js';
import type { VerdictPart } from '../core/analysis/verdict.js';
import type { Provenance } from '../core/export/analysis-json.js';
import type { Model } from '../core/model/model.js';
import type { FileCard } from './panel.js';

/** Forms in which figures are written. */
export type FiguresForm = 'csv' | 'json' | 'html';

/** A finished analysis in one basis. */
export interface FinishedAnalysis {
  readonly figures: ModelFigures;
  readonly verdict: readonly VerdictPart[];
}

/** Figures of a model, and what a file of them says beside. */
export interface FiguresToWrite {
  readonly form: FiguresForm;
  readonly provenance: Provenance;
  readonly file: FileCard;
  readonly model: Model;
  /** In the basis on show, and for a page, which can switch, in the other one if there is one. */
  readonly analyses: readonly [FinishedAnalysis, ...FinishedAnalysis[]];
  /** Folder of the built bundles. */
  readonly bundles: string;
}
