/** An upright picture of 8-bit red, green and blue, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** width * height * 3 bytes. */
  readonly pixels: Uint8Array;
}

/** Labels of a picture's pixels, row by row; negative where there is none. */
export interface LabelMap {
  readonly width: number;
  readonly height: number;
  readonly labels: Int32Array;
}

/** [height, width] in pixels. */
export type Size = readonly [height: number, width: number];

/** A rectangle of whole pixels inside a picture. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The rectangle that covers a whole picture of that size. */
export function wholeOf([height, width]: Size): Window {
  return { left: 0, top: 0, width, height };
}
