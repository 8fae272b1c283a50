import { createContext, type ComponentChildren, type JSX } from 'preact';
import { useCallback, useContext, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Shows lines of text at the mouse, and hides them with null. */
export type ShowTip = (lines: readonly string[] | null, event?: MouseEvent) => void;

const TipContext = createContext<ShowTip>(() => undefined);

/** The way to show a tooltip. */
export function useTip(): ShowTip {
  return useContext(TipContext);
}

interface Tip {
  readonly lines: readonly string[];
  readonly x: number;
  readonly y: number;
}

/** From the mouse to the tooltip. */
const DISTANCE = 14;

/** Holds the one tooltip of the page; it follows the mouse and stays inside the window. */
export function TooltipLayer({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const [tip, setTip] = useState<Tip | null>(null);
  const show = useCallback<ShowTip>((lines, event) => {
    setTip(lines === null || event === undefined ? null : { lines, x: event.clientX, y: event.clientY });
  }, []);
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || tip === null) return;
    const { innerWidth, innerHeight } = window;
    const left = Math.min(tip.x + DISTANCE, innerWidth - element.offsetWidth - 4);
    const under = tip.y + DISTANCE;
    const top = under + element.offsetHeight > innerHeight ? tip.y - DISTANCE - element.offsetHeight : under;
    element.style.left = `${String(Math.max(4, left))}px`;
    element.style.top = `${String(Math.max(4, top))}px`;
  }, [tip]);
  return (
    <TipContext.Provider value={show}>
      {children}
      {tip === null ? null : (
        <div ref={box} class="tooltip" aria-hidden="true">
          {tip.lines.map((line) => (
            <div key={line}>{line}</div>
          ))}
        </div>
      )}
    </TipContext.Provider>
  );
}
