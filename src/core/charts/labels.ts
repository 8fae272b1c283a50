/** Rough width of a text at 10 to 11 pixels: enough to keep labels apart without measuring a font. */
export function textWidth(text: string): number {
  return text.length * 6 + 4;
}

/**
 * Moves labels of one column apart so that they do not overlap, each as little as needed.
 * @param wanted places in pixels.
 * @param space least distance of two neighbours.
 * @returns the places in the same order.
 */
export function spread(wanted: readonly number[], space: number): number[] {
  const order = wanted.map((place, index) => ({ place, index })).sort((one, other) => one.place - other.place);
  // Runs of labels that touch are spaced evenly around their mean; merging runs until none touch gives the least movement.
  const runs: { sum: number; items: number[] }[] = [];
  for (const { place, index } of order) {
    runs.push({ sum: place, items: [index] });
    for (;;) {
      const last = runs[runs.length - 1];
      const before = runs[runs.length - 2];
      if (last === undefined || before === undefined || end(before, space) + space <= start(last, space)) break;
      runs.splice(-2, 2, { sum: before.sum + last.sum, items: [...before.items, ...last.items] });
    }
  }
  const places = [...wanted];
  for (const run of runs)
    run.items.forEach((index, position) => (places[index] = start(run, space) + position * space));
  return places;
}

function start(run: { sum: number; items: number[] }, space: number): number {
  return run.sum / run.items.length - ((run.items.length - 1) * space) / 2;
}

function end(run: { sum: number; items: number[] }, space: number): number {
  return start(run, space) + (run.items.length - 1) * space;
}

/** A stretch of an axis that a label takes. */
export type Stretch = readonly [start: number, end: number];

/** True when a stretch is free of those taken. */
export function isFree(stretch: Stretch, taken: readonly Stretch[]): boolean {
  return taken.every(([start, end]) => stretch[1] <= start || stretch[0] >= end);
}
