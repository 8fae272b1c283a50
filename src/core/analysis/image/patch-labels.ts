/** Label of a patch that no label covers by more than half. */
export const MIXED = -1;

/** Labels of the pixels that the model sees, row by row. */
interface PixelLabels {
  readonly width: number;
  readonly height: number;
  readonly labels: Int32Array;
}

/**
 * Label of each patch, row by row: the one that covers more than half of its pixels, else `MIXED`.
 * @param patch side of a patch in pixels.
 * @param grid rows and columns of patches; without it what is left of the picture beside whole patches is no patch.
 */
export function patchLabels(
  { width, height, labels }: PixelLabels,
  patch: number,
  [rows, columns]: readonly [number, number] = [Math.floor(height / patch), Math.floor(width / patch)],
): Int32Array {
  return Int32Array.from({ length: rows * columns }, (_, index) => {
    const [top, left] = [Math.floor(index / columns) * patch, (index % columns) * patch];
    // Those at the edge may reach over it.
    const [bottom, right] = [Math.min(top + patch, height), Math.min(left + patch, width)];
    const counts = new Map<number, number>();
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const label = labels[y * width + x] ?? MIXED;
        counts.set(label, (counts.get(label) ?? 0) + 1);
      }
    }
    for (const [label, count] of counts) if (2 * count > (bottom - top) * (right - left)) return label;
    return MIXED;
  });
}

/** Labels as one object sees them. */
const RELATION = { background: 0, same: 1, other: 2 } as const;

/** The labels as the object `label` sees them: background 0, itself 1, any other object 2; mixed patches stay `MIXED`. */
export function relativeTo(labels: Int32Array, label: number): Int32Array {
  return labels.map((own) => {
    if (own === label) return RELATION.same;
    return own > 0 ? RELATION.other : own < 0 ? MIXED : RELATION.background;
  });
}
