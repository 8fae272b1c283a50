import { standaloneSvg, type ChartPicture } from '../../src/core/charts/pictures.js';
import type * as Charts from './echarts.js';

/** The chart library with what wraps it. */
type ChartLibrary = typeof Charts;

let library: ChartLibrary | null = null;

/** The chart library, when it is there already. */
export function chartsNow(): ChartLibrary | null {
  return library;
}

/** Loads the chart library: four fifths of the panel's code, which the map of heads does not wait for. */
export async function loadCharts(): Promise<ChartLibrary> {
  library ??= await import('./echarts.js');
  return library;
}

/** A picture as the text of an SVG file. */
export async function pictureSvg(picture: ChartPicture): Promise<string> {
  return standaloneSvg((await loadCharts()).drawSvg(picture), picture.label);
}
