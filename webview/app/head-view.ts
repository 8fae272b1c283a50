import type { HeadFigures } from '../../src/core/analysis/figures.js';
import type { Entry } from '../../src/core/charts/head-entries.js';
import type { HeadOnImage } from '../../src/protocol/image.js';
import type { Ticks } from '../state/panel-state.js';

/** What all charts of the head view are drawn from. */
export interface HeadView {
  readonly layer: number;
  readonly head: HeadFigures;
  readonly entries: readonly Entry[];
  /** Half-width of the chance band of one mode. */
  readonly modeBand: number;
  /** Null while the key bias is selected. */
  readonly chosen: Entry | null;
}

/** What the table of modes has beside them when there is a picture. */
export interface TableOnImage {
  readonly figures: HeadOnImage;
  readonly keyBiasChosen: boolean;
  /** What is ticked to be taken out; null while that is not on show. */
  readonly ticks: Ticks | null;
}

/** An entry's share of the score on the picture; null where the score does not vary. */
export function shareOf({ entries }: HeadOnImage, entry: Entry): number | null {
  return entries.find(({ first }) => first === entry.first)?.shareOfScore ?? null;
}

/** What the mouse points at in one of the linked charts. */
export interface EntryHover {
  readonly hovered: Entry | null;
  readonly onHover: (entry: Entry | null) => void;
}
