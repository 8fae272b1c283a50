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
 * @param patch side of a patch in pixels; what is left of the picture beside whole patches is no patch.
 */
export function patchLabels({ width, height, labels }: PixelLabels, patch: number): Int32Array {
  const rows = Math.floor(height / patch);
  const columns = Math.floor(width / patch);
  return Int32Array.from({ length: rows * columns }, (_, index) => {
    const first = Math.floor(index / columns) * patch * width + (index % columns) * patch;
    const counts = new Map<number, number>();
    for (let y = 0; y < patch; y++) {
      for (let x = 0; x < patch; x++) {
        const label = labels[first + y * width + x] ?? MIXED;
        counts.set(label, (counts.get(label) ?? 0) + 1);
      }
    }
    for (const [label, count] of counts) if (2 * count > patch * patch) return label;
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
