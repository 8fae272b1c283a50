/** Below this width of the whole figure gutters and dots are smaller. */
const NARROW_FIGURE = 430;
/** A column is never narrower; the figure scrolls instead. */
const NARROWEST_COLUMN = 9;
/** A column of a model with few layers is never wider, or its cells would no longer look like cells. */
const WIDEST_COLUMN = 80;
/** Below this step cells stand 1 px apart instead of 2. */
const TIGHT_STEP = 21;

/** The one axis of layers that curve and map share, in pixels. */
export interface AxisColumns {
  /** Width of the whole figure; more than was available when `scrolls`. */
  readonly width: number;
  /** Left edge of the first column. */
  readonly left: number;
  /** Room to the right of the last column. */
  readonly right: number;
  /** Space between two cells. */
  readonly gap: number;
  /** From one column's left edge to the next one's. */
  readonly step: number;
  /** Width of a cell. */
  readonly cell: number;
  readonly count: number;
  readonly narrow: boolean;
  readonly scrolls: boolean;
}

/**
 * Divides a figure's width into a gutter for labels, one column a layer, and a gutter for the names of lines.
 * @param available width in pixels.
 * @param count number of layers.
 */
export function axisColumns(available: number, count: number): AxisColumns {
  const narrow = available < NARROW_FIGURE;
  const left = narrow ? 26 : 36;
  const right = narrow ? 62 : 80;
  const columns = Math.max(1, count);
  const room = Math.max(0, available - left - right);
  const gap = room / columns < TIGHT_STEP ? 1 : 2;
  const fitting = (room + gap) / columns;
  const step = Math.min(WIDEST_COLUMN, Math.max(NARROWEST_COLUMN, fitting));
  const scrolls = fitting < NARROWEST_COLUMN;
  const width = scrolls ? left + step * columns - gap + right : available;
  return { width, left, right, gap, step, cell: step - gap, count, narrow, scrolls };
}

/** The middle of a layer's column. */
export function columnCentre(columns: AxisColumns, layer: number): number {
  return columns.left + columns.step * layer + columns.cell / 2;
}

/** Right edge of the last column. */
export function columnsEnd(columns: AxisColumns): number {
  return columns.left + columns.step * columns.count - columns.gap;
}

/** The layer whose column holds a horizontal place, or null outside all of them. */
export function layerAt(columns: AxisColumns, x: number): number | null {
  const layer = Math.floor((x - columns.left + columns.gap / 2) / columns.step);
  return layer >= 0 && layer < columns.count ? layer : null;
}
