import { createContext, type ComponentChildren, type JSX } from 'preact';
import { useCallback, useContext, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Shows lines of text at the mouse, and hides them with null. */
export type ShowTip = (lines: readonly string[] | null, event?: MouseEvent) => void;

const TipContext = createContext<ShowTip>(() => undefined);

/** The way to show a tooltip. */
export function useTip(): ShowTip {
  return useContext(TipContext);
}

/** Where the mouse is, and how large the tooltip is. */
interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** From the mouse to the tooltip. */
const DISTANCE = 14;

/** Puts the tooltip beside the mouse, inside the window. */
function move(element: HTMLElement, { x, y, width, height }: Place): void {
  const left = Math.min(x + DISTANCE, window.innerWidth - width - 4);
  const under = y + DISTANCE;
  const top = under + height > window.innerHeight ? y - DISTANCE - height : under;
  element.style.left = `${String(Math.max(4, left))}px`;
  element.style.top = `${String(Math.max(4, top))}px`;
}

/** Holds the one tooltip of the page; it follows the mouse and stays inside the window. */
export function TooltipLayer({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const [lines, setLines] = useState<readonly string[] | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const place = useRef<Place>({ x: 0, y: 0, width: 0, height: 0 });
  const show = useCallback<ShowTip>((next, event) => {
    setLines(event === undefined ? null : next);
    if (next === null || event === undefined) return;
    place.current.x = event.clientX;
    place.current.y = event.clientY;
    // The same words only move: nothing is drawn or measured anew.
    if (box.current !== null) move(box.current, place.current);
  }, []);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    place.current.width = element.offsetWidth;
    place.current.height = element.offsetHeight;
    move(element, place.current);
  }, [lines]);
  return (
    <TipContext.Provider value={show}>
      {children}
      {lines === null ? null : (
        <div ref={box} class="tooltip" aria-hidden="true">
          {lines.map((line) => (
            <div key={line}>{line}</div>
          ))}
        </div>
      )}
    </TipContext.Provider>
  );
}
