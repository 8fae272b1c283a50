import { rowsOf, tableOf, type TensorPlace } from './rows.js';

/** A rectangle of a tensor that is seen as a table. */
export interface TableWindow {
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

/** A picture of a rectangle: cells of one or more elements. */
export interface HeatMap {
  readonly window: TableWindow;
  readonly rows: number;
  readonly columns: number;
  /** Mean of the finite elements of each cell, row by row; NaN for a cell with none. */
  readonly means: Float32Array;
  /** Largest magnitude of a mean. */
  readonly largest: number;
}

/** The window cut to the table; at least one element where there is any. */
function clampWindow({ row, rows, column, columns }: TableWindow, place: TensorPlace): TableWindow {
  const table = tableOf(place.tensor);
  const top = Math.min(Math.max(0, Math.floor(row)), Math.max(0, table.rows - 1));
  const left = Math.min(Math.max(0, Math.floor(column)), Math.max(0, table.columns - 1));
  return {
    row: top,
    rows: Math.min(Math.max(1, Math.floor(rows)), table.rows - top),
    column: left,
    columns: Math.min(Math.max(1, Math.floor(columns)), table.columns - left),
  };
}

/**
 * Means over equal parts of a rectangle of a tensor; the rows are read in runs and none is held twice.
 * @param side most cells along each axis.
 */
export async function heatMap(place: TensorPlace, wanted: TableWindow, side: number): Promise<HeatMap> {
  const window = clampWindow(wanted, place);
  const rows = Math.min(side, window.rows);
  const columns = Math.min(side, window.columns);
  const sums = new Float64Array(rows * columns);
  const counts = new Float64Array(rows * columns);
  for await (const run of rowsOf(place, window.row, window.rows)) {
    const stride = run.values.length / run.count;
    for (let i = 0; i < run.count; i++) {
      const y = Math.floor(((run.first + i - window.row) * rows) / window.rows);
      const line = run.values.subarray(i * stride + window.column, i * stride + window.column + window.columns);
      line.forEach((value, x) => {
        if (!Number.isFinite(value)) return;
        const cell = y * columns + Math.floor((x * columns) / window.columns);
        sums[cell] = (sums[cell] ?? 0) + value;
        counts[cell] = (counts[cell] ?? 0) + 1;
      });
    }
  }
  const means = Float32Array.from(sums, (sum, cell) => sum / (counts[cell] ?? 0));
  const largest = means.reduce((most, mean) => (Math.abs(mean) > most ? Math.abs(mean) : most), 0);
  return { window, rows, columns, means, largest };
}
