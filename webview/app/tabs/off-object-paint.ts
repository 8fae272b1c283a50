import type { Between } from '../../../src/core/image/overlay/interpolate.js';
import { type Edge, regionEdges } from '../../../src/core/image/overlay/region-edges.js';
import type { ImageCard } from '../../../src/protocol/image.js';
import type { OffObjectFigures } from '../../../src/protocol/off-object.js';
import type { Paint } from '../../lib/painted.js';
import { attentionPaint, picturePaint } from '../image/paints.js';

/** Width of a picture in pixels at which lines and letters have the sizes given here. */
const UNIT = 232;

/** Lines and numbers are white on black: no colour of a picture or an eye hides both. */
const [LIGHT, DARK] = ['#ffffff', '#000000'] as const;

/** Relevance over the picture, the object dashed, candidates in a full line with their rank. */
export function offObjectPaint(
  card: ImageCard,
  { relevance, object, candidates }: OffObjectFigures,
  between: Between,
  opacity: number,
): Paint {
  const under =
    relevance === null
      ? picturePaint(card)
      : attentionPaint(
          card,
          relevance.values,
          relevance.values.reduce((a, b) => Math.max(a, b), 0),
          between,
          opacity,
        );
  const objectEdges = regionEdges(patchesOf(object), card.grid);
  const outlines = candidates.map(({ patches }) => ({ patches, edges: regionEdges(patches, card.grid) }));
  return (context, width, height) => {
    under(context, width, height);
    const unit = width / UNIT;
    outline(context, card, objectEdges, { width: 1.2 * unit, dash: [4 * unit, 3 * unit] });
    for (const { edges } of outlines) outline(context, card, edges, { width: 1.8 * unit, dash: [] });
    outlines.forEach(({ patches }, index) => {
      number(context, card, patches[0] ?? 0, String(index + 1), unit);
    });
  };
}

function patchesOf(object: Uint8Array): number[] {
  return Array.from(object.keys()).filter((patch) => object[patch] === 1);
}

interface Stroke {
  readonly width: number;
  readonly dash: readonly number[];
}

function outline(
  context: CanvasRenderingContext2D,
  { grid: [rows, columns] }: ImageCard,
  edges: readonly Edge[],
  { width, dash }: Stroke,
): void {
  const { canvas } = context;
  const [across, down] = [canvas.width / columns, canvas.height / rows];
  context.save();
  context.lineCap = 'square';
  context.beginPath();
  for (const [x1, y1, x2, y2] of edges) {
    context.moveTo(x1 * across, y1 * down);
    context.lineTo(x2 * across, y2 * down);
  }
  context.strokeStyle = DARK;
  context.lineWidth = width * 2.4;
  context.stroke();
  context.strokeStyle = LIGHT;
  context.lineWidth = width;
  context.setLineDash([...dash]);
  context.stroke();
  context.restore();
}

/** The rank beside the upper left corner of a candidate, inside the picture. */
function number(context: CanvasRenderingContext2D, card: ImageCard, patch: number, words: string, unit: number): void {
  const [rows, columns] = card.grid;
  const { canvas } = context;
  const side = 13 * unit;
  const [x, y] = [
    ((patch % columns) / columns) * canvas.width - side,
    (Math.floor(patch / columns) / rows) * canvas.height - side,
  ];
  const [left, top] = [Math.max(0, x), Math.max(0, y)];
  context.save();
  context.fillStyle = DARK;
  context.fillRect(left, top, side, side);
  context.strokeStyle = LIGHT;
  context.lineWidth = unit;
  context.strokeRect(left + unit / 2, top + unit / 2, side - unit, side - unit);
  context.fillStyle = LIGHT;
  context.font = `600 ${10 * unit}px sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(words, left + side / 2, top + side / 2 + unit / 2);
  context.restore();
}
