import type { HeadFigures, LayerFigures } from '../analysis/figures.js';
import { fixed } from '../text/numbers.js';
import { axisColumns, columnCentre, layerAt, type AxisColumns } from './axis-columns.js';
import { beeswarm } from './beeswarm.js';

/** Layers of a model in order; null where a layer is not there yet. */
export type LayerRow = readonly (LayerFigures | null)[];

/** A head of a layer. */
export interface Place {
  readonly layer: number;
  readonly head: number;
}

/** A head as a dot of the layer curve, in pixels. */
export interface HeadDot extends Place {
  readonly value: number;
  readonly band: number;
  readonly x: number;
  readonly y: number;
}

/** The name of an odd head at its dot. */
export interface DotName extends Place {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** Where everything of the layer curve lies, in pixels. */
export interface LayersLayout {
  readonly columns: AxisColumns;
  readonly height: number;
  readonly top: number;
  readonly bottom: number;
  /** Lowest value of the axis; the highest is 1. */
  readonly low: number;
  readonly radius: number;
  readonly dots: readonly HeadDot[];
  readonly names: readonly DotName[];
  /** Height of a value in pixels. */
  readonly y: (value: number) => number;
}

/** Rows of the map from which dots of the curve are small. */
const MANY_HEADS = 8;
/** Two named heads are at least this far apart, so that their names do not touch. */
const NAMES_APART = 52;
/** Least and deepest end of the axis: room for a name below the lowest dot. */
const USUAL_LOW = -0.66;
const DEEP_LOW = -1.16;

/**
 * Lays out the layer curve.
 * @param width available, in pixels.
 * @param height of the chart without the axis; by default 186, or 142 in a narrow figure.
 */
export function layersLayout(layers: LayerRow, width: number, height?: number): LayersLayout {
  const columns = axisColumns(width, layers.length);
  const full = height ?? (columns.narrow ? 142 : 186);
  const top = 10;
  const bottom = full - 18;
  const lowest = heads(layers).reduce((least, { head }) => Math.min(least, head.weighted ?? 0), 0);
  const low = lowest < -0.6 ? DEEP_LOW : USUAL_LOW;
  const y = (value: number): number => top + ((1 - value) / (1 - low)) * (bottom - top);
  const radius = dotRadius(columns, mostHeads(layers));
  const dots = layers.flatMap((layer) => (layer === null ? [] : columnDots(layer, columns, radius, y)));
  const names = layers.includes(null) ? [] : oddest(dots, columns.narrow ? 1 : 3, bottom);
  return { columns, height: full, top, bottom, low, radius, dots, names, y };
}

/** The largest number of heads of a layer. */
export function mostHeads(layers: LayerRow): number {
  return layers.reduce((most, layer) => Math.max(most, layer?.heads.length ?? 0), 0);
}

/** All heads of the layers that are there. */
export function heads(layers: LayerRow): { layer: number; head: HeadFigures }[] {
  return layers.flatMap((layer) => (layer === null ? [] : layer.heads.map((head) => ({ layer: layer.index, head }))));
}

function dotRadius(columns: AxisColumns, most: number): number {
  if (most > MANY_HEADS) return columns.step < 20 ? 2.1 : 2.4;
  return columns.narrow ? 2.9 : 3.4;
}

function columnDots(
  layer: LayerFigures,
  columns: AxisColumns,
  radius: number,
  y: (value: number) => number,
): HeadDot[] {
  const shown = layer.heads.flatMap((head) => (head.weighted === null ? [] : [{ head, value: head.weighted }]));
  const places = shown.map(({ value }) => y(value));
  const moves = beeswarm(places, radius, Math.max(0, columns.step / 2 - radius + 1));
  return shown.map(({ head, value }, index) => ({
    layer: layer.index,
    head: head.index,
    value,
    band: head.weightedBand ?? 0,
    x: columnCentre(columns, layer.index) + (moves[index] ?? 0),
    y: places[index] ?? 0,
  }));
}

/** The lowest heads below their own band, so many of them that are not too close. */
function oddest(dots: readonly HeadDot[], most: number, bottom: number): DotName[] {
  const below = dots.filter((dot) => dot.value < -dot.band).sort((one, other) => one.value - other.value);
  const named: DotName[] = [];
  for (const dot of below) {
    if (named.length >= most) break;
    if (named.some((other) => Math.abs(other.x - dot.x) < NAMES_APART)) continue;
    const under = dot.y + 13;
    const y = under + 5 > bottom + 8 ? dot.y - 13 : under;
    named.push({ layer: dot.layer, head: dot.head, x: dot.x, y, text: `H${String(dot.head)} ${fixed(dot.value)}` });
  }
  return named;
}

/** How far from a dot a click still means it. */
const REACH = 9;

/** What lies at a point of the curve: a head's dot, or a layer's column. */
export function pickLayers(layout: LayersLayout, x: number, y: number): { layer: number; head: number | null } | null {
  let best: HeadDot | null = null;
  let least = REACH * REACH;
  for (const dot of layout.dots) {
    const distance = (dot.x - x) ** 2 + (dot.y - y) ** 2;
    if (distance < least) {
      least = distance;
      best = dot;
    }
  }
  if (best !== null) return { layer: best.layer, head: best.head };
  const layer = layerAt(layout.columns, x);
  return layer === null ? null : { layer, head: null };
}
