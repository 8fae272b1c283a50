import { paintAttention } from '../../../src/core/image/overlay/attention.js';
import { CONTOURS, CONTOUR_UNIT, halfPeakContours, type Contour } from '../../../src/core/image/overlay/contours.js';
import {
  type Between,
  interpolate,
  type PatchMap,
  type RgbaPicture,
} from '../../../src/core/image/overlay/interpolate.js';
import { paintFields, type ModeOverlay } from '../../../src/core/image/overlay/modes.js';
import type { ImageCard } from '../../../src/protocol/image.js';
import type { Paint } from '../../lib/painted.js';
import { canvasOf, contextOf, pictureAt } from '../../lib/picture-at.js';

/** The model's picture as it is. */
export function picturePaint(card: ImageCard): Paint {
  return (context, width, height) => {
    context.drawImage(pictureAt(card, width, height).colour, 0, 0);
  };
}

/** Lines over a picture. */
export interface Lines {
  readonly query: readonly Contour[];
  readonly key: readonly Contour[];
}

/** Half-peak lines of both maps of an overlay. */
export function linesOf({ query, key, end, scale }: ModeOverlay, between: Between): Lines {
  const lines = (map: PatchMap | null): Contour[] => (map === null ? [] : halfPeakContours(map, end, scale, between));
  return { query: lines(query), key: lines(key) };
}

/** Query and key maps over the picture, with lines at half of their peaks. @param opacity how much the colours cover, 0..1. */
export function modesPaint(
  card: ImageCard,
  overlay: ModeOverlay,
  between: Between,
  lines: Lines | null,
  opacity: number,
): Paint {
  return (context, width, height) => {
    const { gray, colour } = pictureAt(card, width, height);
    const fields = {
      query: fieldOf(overlay.query, width, height, between),
      key: fieldOf(overlay.key, width, height, between),
    };
    put(context, paintFields(gray, fields, overlay), colour, opacity);
    if (lines === null) return;
    for (const kind of ['key', 'query'] as const) {
      for (const look of [CONTOURS.halo, CONTOURS[kind]]) strokeLines(context, card, lines[kind], look, width, height);
    }
  };
}

/** A map at the pixels of a drawing. */
interface Field {
  readonly width: number;
  readonly height: number;
  readonly between: Between;
  readonly values: Float32Array;
}

/** The newest of each map that is on show; gone with the map. */
const newest = new WeakMap<PatchMap, Field>();

/** A map at the pixels of a drawing: both ends of a mode, and another opacity, are drawn from the same values. */
function fieldOf(map: PatchMap | null, width: number, height: number, between: Between): Float32Array | null {
  if (map === null) return null;
  const known = newest.get(map);
  if (known?.width === width && known.height === height && known.between === between) return known.values;
  const values = interpolate(map, width, height, between);
  newest.set(map, { width, height, between, values });
  return values;
}

/** Attention over the picture. @param largest what is drawn in full yellow. */
export function attentionPaint(
  card: ImageCard,
  values: Float32Array,
  largest: number,
  between: Between,
  opacity: number,
): Paint {
  const [rows, columns] = card.grid;
  return (context, width, height) => {
    const { gray, colour } = pictureAt(card, width, height);
    put(context, paintAttention(gray, { rows, columns, values }, largest, between), colour, opacity);
  };
}

function put(context: CanvasRenderingContext2D, over: RgbaPicture, under: HTMLCanvasElement, opacity: number): void {
  const { width, height, data } = over;
  const image = new ImageData(data, width, height);
  if (opacity >= 1) {
    context.putImageData(image, 0, 0);
    return;
  }
  const layer = canvasOf(width, height);
  contextOf(layer).putImageData(image, 0, 0);
  context.drawImage(under, 0, 0);
  context.globalAlpha = opacity;
  context.drawImage(layer, 0, 0);
  context.globalAlpha = 1;
}

type Look = (typeof CONTOURS)[keyof typeof CONTOURS];

function strokeLines(
  context: CanvasRenderingContext2D,
  { grid: [rows, columns] }: ImageCard,
  lines: readonly Contour[],
  look: Look,
  width: number,
  height: number,
): void {
  const unit = width / CONTOUR_UNIT;
  context.lineWidth = look.width * unit;
  context.strokeStyle = look.colour;
  context.setLineDash(look.dash.map((length) => length * unit));
  context.lineJoin = 'round';
  context.beginPath();
  for (const line of lines) {
    for (let i = 0; i + 1 < line.length; i += 2) {
      const [x, y] = [((line[i] ?? 0) * width) / columns, ((line[i + 1] ?? 0) * height) / rows];
      if (i === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
  }
  context.stroke();
  context.setLineDash([]);
}
