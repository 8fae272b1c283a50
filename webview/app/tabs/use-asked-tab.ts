import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/** Figures of a picture have come by then, and with them the height of what is above the tabs. */
const SETTLED_MS = 10_000;

/** What a person does to look at something else. */
const OWN_WAY = ['wheel', 'pointerdown', 'keydown'] as const;

/**
 * Scrolls to the tabs when the host asks for one, and stays there while what is above them grows, until the person goes their own way.
 * @param asked raised whenever the host asks.
 */
export function useAskedTab(asked: number, tabs: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const row = tabs.current?.parentElement ?? null;
    if (asked === 0 || row === null) return undefined;
    const growth = new ResizeObserver(() => {
      tabs.current?.scrollIntoView({ block: 'start' });
    });
    const stop = (): void => {
      growth.disconnect();
    };
    growth.observe(row);
    const timer = setTimeout(stop, SETTLED_MS);
    for (const event of OWN_WAY) addEventListener(event, stop, { once: true, passive: true });
    return () => {
      stop();
      clearTimeout(timer);
      for (const event of OWN_WAY) removeEventListener(event, stop);
    };
  }, [asked]);
}
