import type { LayerFigures } from '../../core/analysis/figures.js';
import { markColour, SIMILARITY_SCALES } from '../../core/charts/similarity-scale.js';

/** A column of the icon: the mean of some neighbouring layers, and of their chance bands. */
export interface DepthColumn {
  readonly value: number | null;
  readonly band: number;
}

/** Bars of two pixels fill the sixteen of an icon in the tree. */
const MAX_COLUMNS = 8;
const SIZE = 16;

/** Room below 0 for what few models have; a bar that is lower ends at the edge. */
const ZERO_LINE = 12;

/** Inside the chance band a bar is as grey as the text of the tree is dim. */
const IN_BAND = '#888888';

/** A model's `weighted` over depth, in few columns. */
export function depthColumns(layers: readonly Pick<LayerFigures, 'weighted' | 'weightedBand'>[]): DepthColumn[] {
  const count = Math.min(MAX_COLUMNS, layers.length);
  return Array.from({ length: count }, (_, column) => {
    const start = Math.floor((column * layers.length) / count);
    const end = Math.floor(((column + 1) * layers.length) / count);
    const part = layers.slice(start, end);
    return {
      value: mean(part.map(({ weighted }) => weighted)),
      band: mean(part.map(({ weightedBand }) => weightedBand)) ?? 0,
    };
  });
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** The columns as bars from the line of 0, in one scale for all models: an SVG for light or dark themes. */
export function depthIcon(columns: readonly DepthColumn[], theme: 'light' | 'dark'): string {
  const step = SIZE / Math.max(1, columns.length);
  const bars = columns.map(({ value, band }, column) => {
    if (value === null) return '';
    const height = Math.max(1, Math.min(Math.abs(value) * ZERO_LINE, value < 0 ? SIZE - ZERO_LINE : ZERO_LINE));
    const top = value < 0 ? ZERO_LINE : ZERO_LINE - height;
    const colour = markColour(SIMILARITY_SCALES[theme], value, band, IN_BAND);
    return `<rect x="${round(column * step)}" y="${round(top)}" width="${round(step * 0.8)}" height="${round(height)}" fill="${colour}"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE}" height="${SIZE}" viewBox="0 0 ${SIZE} ${SIZE}">${bars.join('')}</svg>`;
}

const round = (value: number): string => value.toFixed(2);
