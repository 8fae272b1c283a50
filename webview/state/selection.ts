import type { Basis, HeadFigures } from '../../src/core/analysis/figures.js';
import { headEntries } from '../../src/core/charts/head-entries.js';
import { heads, type LayerRow } from '../../src/core/charts/layers-layout.js';

/** What is looked at: every view reads it, any may change it. */
export interface Selection {
  readonly model: string;
  readonly basis: Basis;
  /** Null until there is something to select. */
  readonly layer: number | null;
  readonly head: number | null;
  /** First mode of the selected entry. */
  readonly entry: number;
  /** The table shows all entries. */
  readonly more: boolean;
}

/** A selection with the ones before it. */
export interface SelectionHistory {
  readonly now: Selection;
  readonly past: readonly Selection[];
}

/** How far back Escape goes. */
const DEEPEST_UNDO = 10;

/** Selects something else and remembers what was selected, unless nothing changes or nothing was selected yet. */
export function select(history: SelectionHistory, change: Partial<Selection>): SelectionHistory {
  const now = { ...history.now, ...change };
  if (sameSelection(now, history.now)) return history;
  if (history.now.layer === null) return { now, past: history.past };
  return { now, past: [...history.past, history.now].slice(-DEEPEST_UNDO) };
}

/** Goes back to what was selected before. */
export function undo(history: SelectionHistory): SelectionHistory {
  const before = history.past[history.past.length - 1];
  return before === undefined ? history : { now: before, past: history.past.slice(0, -1) };
}

function sameSelection(one: Selection, other: Selection): boolean {
  return (
    one.model === other.model &&
    one.basis === other.basis &&
    one.layer === other.layer &&
    one.head === other.head &&
    one.entry === other.entry &&
    one.more === other.more
  );
}

/** The change that selects a head: the entry stays if the head has it too, else it is the first. */
export function headChange(layers: LayerRow, now: Selection, layer: number, head: number): Partial<Selection> {
  const figures = layers[layer];
  const target = figures?.heads[head];
  if (figures === null || figures === undefined || target === undefined) return { layer, head };
  const stays = headEntries(target, figures.modeBand).some(({ first }) => first === now.entry);
  return { layer, head, entry: stays ? now.entry : 0 };
}

/** What is selected first: the head furthest below its chance band, otherwise the one with the largest weighted figure. */
export function firstHead(layers: LayerRow): { layer: number; head: number } | null {
  const known = heads(layers).filter(({ head }) => head.weighted !== null);
  const best = extreme(known, ({ head }) => -depth(head)) ?? extreme(known, ({ head }) => head.weighted ?? 0);
  const any = best ?? heads(layers)[0];
  return any === undefined ? null : { layer: any.layer, head: any.head.index };
}

/** How far below its chance band a head lies: negative, or NaN when it does not. */
function depth(head: HeadFigures): number {
  const below = (head.weighted ?? 0) + (head.weightedBand ?? 0);
  return below < 0 ? below : NaN;
}

function extreme<Item>(items: readonly Item[], value: (item: Item) => number): Item | undefined {
  let best: Item | undefined;
  let most = -Infinity;
  for (const item of items) {
    if (value(item) > most) {
      most = value(item);
      best = item;
    }
  }
  return best;
}

/** The head after or before one, on through the layers. */
export function steppedHead(layers: LayerRow, now: Selection, step: 1 | -1): { layer: number; head: number } | null {
  const all = heads(layers);
  const at = all.findIndex(({ layer, head }) => layer === now.layer && head.index === now.head);
  const next = all[at + step];
  return at < 0 || next === undefined ? null : { layer: next.layer, head: next.head.index };
}
