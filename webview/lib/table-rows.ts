import type { Entry } from '../../src/core/charts/head-entries.js';

/** Columns by which the table of modes can be ordered. */
export type SortColumn = 'mode' | 'sigma' | 'cos' | 'part';

/** The order of the table of modes. */
export interface TableOrder {
  readonly column: SortColumn;
  readonly descending: boolean;
}

/** As in the file of modes: by number. */
export const BY_MODE: TableOrder = { column: 'mode', descending: false };

/** With a picture: by share of the score. */
export const BY_SHARE: TableOrder = { column: 'part', descending: true };

/**
 * Entries in an order; entries without the figure come last.
 * @param part what the last column shows of an entry.
 */
export function ordered(
  entries: readonly Entry[],
  order: TableOrder,
  part: (entry: Entry) => number | null = (entry) => entry.part,
): Entry[] {
  const sign = order.descending ? -1 : 1;
  const key = (entry: Entry): number | null => {
    if (order.column === 'mode') return entry.first;
    return order.column === 'sigma' ? entry.sigma : order.column === 'cos' ? entry.cos : part(entry);
  };
  return [...entries].sort((one, other) => {
    const first = key(one);
    const second = key(other);
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    return sign * (first - second) || one.first - other.first;
  });
}

/** The order after a click on a column's header: figures from the largest on, the same column again turns it round. */
export function reordered(order: TableOrder, column: SortColumn): TableOrder {
  if (order.column === column) return { column, descending: !order.descending };
  return { column, descending: column !== 'mode' };
}

/** The rows that are shown. */
export interface ShownRows {
  readonly rows: readonly Entry[];
  /** The last row stands apart: it is the selected one, which would not be among the first. */
  readonly apart: boolean;
  /** How many entries are not shown. */
  readonly hidden: number;
}

/** As many rows as fit, the selected one always among them. */
export function shownRows(entries: readonly Entry[], chosen: number | null, fitting: number): ShownRows {
  if (entries.length <= fitting) return { rows: entries, apart: false, hidden: 0 };
  const first = entries.slice(0, fitting);
  const hidden = entries.length - fitting;
  const selected = entries.find((entry) => entry.first === chosen);
  if (selected === undefined || first.includes(selected)) return { rows: first, apart: false, hidden };
  return { rows: [...first.slice(0, -1), selected], apart: true, hidden };
}

/** The part of a long list that a scroll position shows, with some rows around it. */
export function visibleWindow(
  count: number,
  rowHeight: number,
  scrollTop: number,
  viewHeight: number,
): { start: number; end: number } {
  const margin = 10;
  const start = Math.max(0, Math.floor(scrollTop / rowHeight) - margin);
  const end = Math.min(count, Math.ceil((scrollTop + viewHeight) / rowHeight) + margin);
  return { start, end };
}
