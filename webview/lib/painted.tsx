import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { afterFrame } from './after-frame.js';

/** Draws a picture; sizes are in pixels of the screen. Another function is another picture, the same one is not drawn again. */
export type Paint = (context: CanvasRenderingContext2D, width: number, height: number) => void;

/** Pixels drawn per pixel of the page, at most, and along a side: maps are smooth, and more would take longer than a frame. */
const MOST_PIXELS = 1.5;
const LONGEST_SIDE = 480;

/**
 * A canvas of a size in pixels of the page, drawn when its picture or its size changes.
 * @param later when it is in sight, and a frame later: many small pictures wait for the large ones.
 */
export function Painted(props: {
  readonly width: number;
  readonly height: number;
  readonly paint: Paint;
  readonly later?: boolean;
}): JSX.Element {
  const { width, height, paint, later } = props;
  const element = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const canvas = element.current;
    if (canvas === null) return undefined;
    if (later !== true) {
      paintOn(canvas, width, height, paint);
      return undefined;
    }
    let giveUp = (): void => undefined;
    const observer = new IntersectionObserver((changes) => {
      if (!changes.some(({ isIntersecting }) => isIntersecting)) {
        // What was drawn before must not be taken for this when it comes into sight.
        canvas.width = 0;
        return;
      }
      observer.disconnect();
      giveUp = afterFrame(() => {
        paintOn(canvas, width, height, paint);
      });
    });
    observer.observe(canvas);
    return () => {
      observer.disconnect();
      giveUp();
    };
  }, [paint, width, height, later]);
  return <canvas ref={element} aria-hidden="true" style={{ width: `${width}px`, height: `${height}px` }} />;
}

function paintOn(canvas: HTMLCanvasElement, width: number, height: number, paint: Paint): void {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return;
  const dense = Math.max(1, Math.min(MOST_PIXELS, devicePixelRatio, LONGEST_SIDE / Math.max(width, height)));
  const [across, down] = [Math.max(1, Math.round(width * dense)), Math.max(1, Math.round(height * dense))];
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
  }
  paint(context, across, down);
}
