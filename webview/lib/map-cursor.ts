import type { Place } from '../../src/core/charts/layers-layout.js';
import type { MapCell } from '../../src/core/charts/map-layout.js';

/** Rows of the map, each with one cell a layer. */
export type MapRows = readonly (readonly MapCell[])[];

/** The row in which a head stands in its layer's column; -1 when it is not there. */
function rowOf(rows: MapRows, place: Place): number {
  return rows.findIndex((row) => {
    const cell = row[place.layer];
    return cell !== null && cell !== undefined && cell !== 'pending' && cell.index === place.head;
  });
}

/** Where a key leads in the map: arrows to the next layer or head, Home and End to the first and last layer; null when nowhere. */
export function moveInMap(rows: MapRows, from: Place, key: string): Place | null {
  const row = rowOf(rows, from);
  if (row < 0) return null;
  const depth = rows[0]?.length ?? 0;
  switch (key) {
    case 'ArrowUp':
      return placeAt(rows, row - 1, from.layer);
    case 'ArrowDown':
      return placeAt(rows, row + 1, from.layer);
    case 'ArrowLeft':
      return nearestInColumn(rows, row, from.layer - 1);
    case 'ArrowRight':
      return nearestInColumn(rows, row, from.layer + 1);
    case 'Home':
      return nearestInColumn(rows, row, 0);
    case 'End':
      return lastPlace(rows, row, depth - 1);
    default:
      return null;
  }
}

function placeAt(rows: MapRows, row: number, layer: number): Place | null {
  const cell = rows[row]?.[layer];
  return cell === null || cell === undefined || cell === 'pending' ? null : { layer, head: cell.index };
}

/** The cell of a column in the same row, or the last one above it in a layer with fewer heads. */
function nearestInColumn(rows: MapRows, row: number, layer: number): Place | null {
  for (let above = row; above >= 0; above -= 1) {
    const place = placeAt(rows, above, layer);
    if (place !== null) return place;
  }
  return null;
}

/** The last layer that is there. */
function lastPlace(rows: MapRows, row: number, layer: number): Place | null {
  for (let before = layer; before >= 0; before -= 1) {
    const place = nearestInColumn(rows, row, before);
    if (place !== null) return place;
  }
  return null;
}

/** The cell that takes the keyboard: the selected one, or the first that is there. */
export function entryCell(rows: MapRows, selected: Place | null): Place | null {
  if (selected !== null && rowOf(rows, selected) >= 0) return selected;
  return rows.length === 0 ? null : firstPlace(rows);
}

function firstPlace(rows: MapRows): Place | null {
  const depth = rows[0]?.length ?? 0;
  for (let layer = 0; layer < depth; layer += 1) {
    const place = placeAt(rows, 0, layer);
    if (place !== null) return place;
  }
  return null;
}
