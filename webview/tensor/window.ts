import type { TableWindow } from '../../src/core/analysis/tensor/heat-map.js';

/** Rows and columns of the whole tensor. */
export interface Table {
  readonly rows: number;
  readonly columns: number;
}

/** Smaller windows show single elements as large as a thumb. */
const SMALLEST = 8;

/** A window some times as large about an element, or about its own middle; within the tensor. */
export function zoomedWindow(
  window: TableWindow,
  table: Table,
  factor: number,
  about: readonly [row: number, column: number] | null,
): TableWindow {
  const [row, column] = about ?? [window.row + window.rows / 2, window.column + window.columns / 2];
  const rows = sizeOf(window.rows * factor, table.rows);
  const columns = sizeOf(window.columns * factor, table.columns);
  return {
    row: startOf(row - ((row - window.row) * rows) / window.rows, rows, table.rows),
    rows,
    column: startOf(column - ((column - window.column) * columns) / window.columns, columns, table.columns),
    columns,
  };
}

/** A window moved by a quarter of its size. */
export function movedWindow(window: TableWindow, table: Table, [down, right]: readonly [number, number]): TableWindow {
  const { rows, columns } = window;
  return {
    row: startOf(window.row + down * Math.ceil(rows / 4), rows, table.rows),
    rows,
    column: startOf(window.column + right * Math.ceil(columns / 4), columns, table.columns),
    columns,
  };
}

function sizeOf(wanted: number, all: number): number {
  return Math.min(all, Math.max(Math.min(SMALLEST, all), Math.round(wanted)));
}

function startOf(wanted: number, size: number, all: number): number {
  return Math.min(all - size, Math.max(0, Math.round(wanted)));
}
