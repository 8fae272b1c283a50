import { useEffect } from 'preact/hooks';
import type { ImageCard, Mask } from '../../../src/protocol/image.js';
import { usePanel } from '../context.js';
import { BACKGROUND, sameLabels } from './mask-paint.js';
import { useStrokes, type Strokes } from './use-strokes.js';

/** A mask while it is painted: the figures follow every step. */
export interface Draft {
  readonly strokes: Strokes;
  readonly save: () => void;
  readonly clear: () => void;
}

/** The mask as it is painted: starts from what the host has, and follows it when another one is chosen. */
export function useDraft(card: ImageCard, mask: Mask | null): Draft {
  const { host } = usePanel();
  const [height, width] = card.inputSize;
  const nothing = (): Uint8Array => new Uint8Array(width * height).fill(BACKGROUND);
  const told = (): Uint8Array => mask?.labels ?? nothing();
  const tell = (labels: Uint8Array, save: boolean): void => {
    host.send({ type: 'paint-mask', image: card.id, labels, save });
  };
  const strokes = useStrokes(card.inputSize, told, (labels) => {
    tell(labels, false);
    return labels;
  });
  useEffect(() => {
    const now = told();
    if (!sameLabels(now, strokes.settled()) && (mask !== null || !strokes.canUndo)) strokes.reset(now);
  }, [mask, card]);
  return {
    strokes,
    save: () => {
      tell(strokes.settled(), true);
    },
    clear: () => {
      strokes.reset(nothing());
      host.send({ type: 'clear-mask' });
    },
  };
}
