import { useRef, useState } from 'preact/hooks';
import type { PaintedLabels } from '../../../src/core/image/region/label-map.js';
import type { Size } from '../../../src/core/image/preprocess/picture.js';
import { sameLabels } from './mask-paint.js';

/** Steps of painting that can be undone. */
const DEEPEST_UNDO = 30;

/** Labels while they are painted. */
export interface Strokes {
  readonly labels: Uint8Array;
  readonly canUndo: boolean;
  /** Paints on a copy that is on show at once. */
  readonly paint: (change: (map: PaintedLabels) => void) => void;
  /** Ends a stroke: it becomes a step of its own. */
  readonly done: () => void;
  /** Drops what was painted since the last step. */
  readonly cancel: () => void;
  readonly undo: () => void;
  /** The labels after the last step. */
  readonly settled: () => Uint8Array;
  /** Starts anew from other labels. */
  readonly reset: (labels: Uint8Array) => void;
}

/**
 * Labels of a picture's pixels, painted stroke by stroke.
 * @param settle takes the labels after a step and gives those that are kept.
 */
export function useStrokes(
  [height, width]: Size,
  start: () => Uint8Array,
  settle: (labels: Uint8Array) => Uint8Array,
): Strokes {
  const [labels, setLabels] = useState(start);
  const [history, setHistory] = useState<readonly Uint8Array[]>([]);
  const current = useRef(labels);
  const settled = useRef(labels);
  const show = (next: Uint8Array): void => {
    current.current = next;
    setLabels(next);
  };
  const step = (next: Uint8Array): void => {
    settled.current = settle(next);
    show(settled.current);
  };
  return {
    labels,
    canUndo: history.length > 0,
    paint: (change) => {
      const copy = current.current.slice();
      change({ width, height, labels: copy });
      show(copy);
    },
    done: () => {
      if (sameLabels(current.current, settled.current)) return;
      setHistory([...history, settled.current].slice(-DEEPEST_UNDO));
      step(current.current);
    },
    cancel: () => {
      show(settled.current);
    },
    undo: () => {
      const before = history[history.length - 1];
      if (before === undefined) return;
      setHistory(history.slice(0, -1));
      step(before);
    },
    settled: () => settled.current,
    reset: (next) => {
      setHistory([]);
      settled.current = next;
      show(next);
    },
  };
}
