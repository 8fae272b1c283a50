import type { HeadFigures } from '../../src/core/analysis/figures.js';
import type { Entry } from '../../src/core/charts/head-entries.js';

/** What all charts of the head view are drawn from. */
export interface HeadView {
  readonly layer: number;
  readonly head: HeadFigures;
  readonly entries: readonly Entry[];
  /** Half-width of the chance band of one mode. */
  readonly modeBand: number;
  readonly chosen: Entry | null;
}

/** What the mouse points at in one of the linked charts. */
export interface EntryHover {
  readonly hovered: Entry | null;
  readonly onHover: (entry: Entry | null) => void;
}
