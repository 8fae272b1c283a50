/** Labels of a picture's pixels, row by row, to be painted on. */
export interface PaintedLabels {
  readonly width: number;
  readonly height: number;
  /** width * height labels; the functions here write into it. */
  readonly labels: Uint8Array;
}

/** A place in pixels from the top left corner; the middle of the first pixel is (0.5, 0.5). */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Gives every pixel of a region the label. @param region not 0 where the region is, one number a pixel. */
export function paintRegion({ labels }: PaintedLabels, region: Uint8Array, label: number): void {
  for (let i = 0; i < labels.length; i++) if ((region[i] ?? 0) !== 0) labels[i] = label;
}
