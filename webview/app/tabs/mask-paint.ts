/** Labels of a mask. */
export const BACKGROUND = 0;
export const OBJECT = 1;
export const OTHER = 2;
export type Label = typeof BACKGROUND | typeof OBJECT | typeof OTHER;

/** Between hatch strokes, and their width, in pixels of the model's picture of 224 pixels. */
const HATCH = 5;
const STROKE = 1.4;
const USUAL_SIDE = 224;

/**
 * Labels as a layer over the picture: the object as it is, other objects hatched, the background dark; nothing while nothing is labelled.
 * @returns width * height * 4 bytes.
 */
export function labelLayer(labels: Uint8Array, width: number, height: number): Uint8ClampedArray<ArrayBuffer> {
  const data = new Uint8ClampedArray(width * height * 4);
  if (!labels.some((label) => label === OBJECT || label === OTHER)) return data;
  const scale = Math.max(1, Math.max(width, height) / USUAL_SIDE);
  for (let i = 0, to = 3; i < labels.length; i += 1, to += 4) {
    const label = labels[i] ?? BACKGROUND;
    if (label === OTHER) {
      const [x, y] = [i % width, Math.floor(i / width)];
      if ((x + y) % (HATCH * scale) >= STROKE * scale) continue;
      data.fill(255, to - 3, to);
      data[to] = 150;
    } else if (label !== OBJECT) data[to] = 165;
  }
  return data;
}

/** True for masks with the same labels. */
export function sameLabels(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((label, i) => label === other[i]);
}
