import type { PaintedLabels, Point } from './label-map.js';

/** Paints all pixels whose middle lies within `radius` of the line between two places: one move of a round brush. The nearest pixel always is. */
export function paintStroke(map: PaintedLabels, from: Point, to: Point, radius: number, label: number): void {
  const { width, height, labels } = map;
  const reach = Math.max(radius, 0.71);
  const left = clamp(Math.floor(Math.min(from.x, to.x) - reach), width);
  const right = clamp(Math.ceil(Math.max(from.x, to.x) + reach), width);
  const top = clamp(Math.floor(Math.min(from.y, to.y) - reach), height);
  const bottom = clamp(Math.ceil(Math.max(from.y, to.y) + reach), height);
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const square = dx * dx + dy * dy;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
      const along = square > 0 ? Math.max(0, Math.min(1, (px * dx + py * dy) / square)) : 0;
      if (Math.hypot(px - along * dx, py - along * dy) <= reach) labels[y * width + x] = label;
    }
  }
}

/** Paints all pixels whose middle lies in the rectangle between two corners. */
export function paintRectangle(map: PaintedLabels, from: Point, to: Point, label: number): void {
  const { width, height, labels } = map;
  const left = clamp(Math.ceil(Math.min(from.x, to.x) - 0.5), width);
  const right = clamp(Math.floor(Math.max(from.x, to.x) - 0.5) + 1, width);
  const top = clamp(Math.ceil(Math.min(from.y, to.y) - 0.5), height);
  const bottom = clamp(Math.floor(Math.max(from.y, to.y) - 0.5) + 1, height);
  for (let y = top; y < bottom; y++) labels.fill(label, y * width + left, y * width + Math.max(left, right));
}

/** Paints all pixels whose middle lies inside a polygon; where it crosses itself, inside is what an odd number of its sides encloses. */
export function paintPolygon(map: PaintedLabels, corners: readonly Point[], label: number): void {
  const { width, height, labels } = map;
  for (let y = 0; y < height; y++) {
    const crossings = crossingsOf(corners, y + 0.5);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const left = clamp(Math.ceil((crossings[i] ?? 0) - 0.5), width);
      const right = clamp(Math.ceil((crossings[i + 1] ?? 0) - 0.5), width);
      labels.fill(label, y * width + left, y * width + Math.max(left, right));
    }
  }
}

/** Where the sides of a polygon cross a horizontal line, from left to right. */
function crossingsOf(corners: readonly Point[], y: number): number[] {
  const crossings: number[] = [];
  corners.forEach((corner, i) => {
    const next = corners[(i + 1) % corners.length] ?? corner;
    if (corner.y <= y === next.y <= y) return;
    crossings.push(corner.x + ((y - corner.y) / (next.y - corner.y)) * (next.x - corner.x));
  });
  return crossings.sort((one, other) => one - other);
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(most, value));
}
