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
  /** First mode of the selected entry, or KEY_BIAS. */
  readonly entry: number;
  /** The table shows all entries. */
  readonly more: boolean;
  /** The token that asks; null until one is picked. */
  readonly patch: number | null;
  readonly tab: Tab;
  /** Query and key maps each on a picture of its own. */
  readonly apart: boolean;
  /** Maps are drawn as flat patches. */
  readonly patches: boolean;
}

/** Tabs under the image row. */
export const TABS = ['heads', 'preference', 'keypoints', 'change'] as const;
export type Tab = (typeof TABS)[number];

/** In place of an entry's first mode: the key bias, which is no part of any mode. */
export const KEY_BIAS = -1;

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
    one.more === other.more &&
    one.patch === other.patch &&
    one.tab === other.tab &&
    one.apart === other.apart &&
    one.patches === other.patches
  );
}

/**
 * The change that selects a head: the entry stays if the head has it too, else it is another.
 * @param otherwise first mode of that other entry.
 */
export function headChange(
  layers: LayerRow,
  now: Selection,
  layer: number,
  head: number,
  otherwise = 0,
): Partial<Selection> {
  const figures = layers[layer];
  const target = figures?.heads[head];
  if (figures === null || figures === undefined || target === undefined) return { layer, head };
  const stays =
    now.entry === KEY_BIAS || headEntries(target, figures.modeBand).some(({ first }) => first === now.entry);
  return { layer, head, entry: stays ? now.entry : otherwise };
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
