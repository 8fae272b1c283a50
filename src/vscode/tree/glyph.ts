import type { LayerFigures } from '../../core/analysis/figures.js';

const LEVELS = '▁▂▃▄▅▆▇█';

/** As wide as a row of the tree has room for beside a name. */
const MAX_COLUMNS = 12;

/** A model's `weighted` over depth as a row of bars, 0 (or below) to 1 in every model; a gap where a layer has none. */
export function depthGlyph(layers: readonly Pick<LayerFigures, 'weighted'>[]): string {
  const columns = Math.min(MAX_COLUMNS, layers.length);
  let text = '';
  for (let column = 0; column < columns; column++) {
    const start = Math.floor((column * layers.length) / columns);
    const end = Math.floor(((column + 1) * layers.length) / columns);
    text += bar(mean(layers.slice(start, end).map(({ weighted }) => weighted)));
  }
  return text;
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function bar(value: number | null): string {
  if (value === null) return ' ';
  const level = Math.floor(Math.min(Math.max(value, 0), 1) * LEVELS.length);
  return LEVELS.charAt(Math.min(level, LEVELS.length - 1));
}
