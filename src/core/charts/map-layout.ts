import type { HeadFigures } from '../analysis/figures.js';
import type { AxisColumns } from './axis-columns.js';
import { mostHeads, type LayerRow } from './layers-layout.js';

/** A cell narrower or lower than this has no number. */
const NUMBER_WIDTH = 22;
const NUMBER_HEIGHT = 18;

/** Sizes of the map of layers and heads, in pixels. */
export interface MapSizes {
  readonly rows: number;
  readonly cellHeight: number;
  readonly height: number;
  /** True when the value stands in each cell. */
  readonly numbers: boolean;
}

/** Sizes of the map for the widest layer: lower cells for more heads. */
export function mapSizes(rows: number, columns: AxisColumns): MapSizes {
  const cellHeight = rows <= 8 ? 24 : rows <= 12 ? 20 : 15;
  return {
    rows,
    cellHeight,
    height: Math.max(0, rows * (cellHeight + columns.gap) - columns.gap),
    numbers: columns.cell >= NUMBER_WIDTH && cellHeight >= NUMBER_HEIGHT,
  };
}

/** What stands in a cell: a head, `null` where the layer has none, `pending` where the layer is not there yet. */
export type MapCell = HeadFigures | 'pending' | null;

/**
 * Rows of the map, each with one cell a layer.
 * @param fallbackRows number of rows before any layer is there.
 * @param sorted each column in order of its heads' values, largest first: heads have no identity across layers.
 */
export function mapRows(layers: LayerRow, fallbackRows: number, sorted: boolean): MapCell[][] {
  const columns = layers.map((layer) => {
    if (layer === null) return null;
    if (!sorted) return layer.heads;
    return [...layer.heads].sort((one, other) => (other.weighted ?? -Infinity) - (one.weighted ?? -Infinity));
  });
  const rows = Math.max(mostHeads(layers), fallbackRows);
  return Array.from({ length: rows }, (_, row) =>
    columns.map((column) => (column === null ? 'pending' : (column[row] ?? null))),
  );
}
