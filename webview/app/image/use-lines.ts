import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Between } from '../../../src/core/image/overlay/interpolate.js';
import type { ModeOverlay } from '../../../src/core/image/overlay/modes.js';
import { linesOf, type Lines } from './paints.js';

/** What lines are drawn over. */
export interface LinedOverlay {
  readonly overlay: ModeOverlay;
  readonly between: Between;
}

/** Lines of more patches take longer than a frame: the colours do not wait for them. */
const FEW_PATCHES = 700;

/** Half-peak lines of an overlay, of fine grids after its colours are on show; null until then. */
export function useLines(shown: LinedOverlay): Lines | null {
  const { query, key } = shown.overlay;
  const patches = (query ?? key)?.values.length ?? 0;
  const few = patches <= FEW_PATCHES;
  const [later, setLater] = useState<{ readonly shown: LinedOverlay; readonly lines: Lines } | null>(null);
  const now = useMemo(() => (few ? linesFor(shown) : null), [shown, few]);
  useEffect(() => {
    if (few) return undefined;
    const timer = setTimeout(() => {
      setLater({ shown, lines: linesFor(shown) });
    });
    return () => {
      clearTimeout(timer);
    };
  }, [shown, few]);
  return now ?? (later?.shown === shown ? later.lines : null);
}

/** A map that is both query and key, as a product is, has one line. */
function linesFor({ overlay, between }: LinedOverlay): Lines {
  return linesOf({ ...overlay, key: overlay.key === overlay.query ? null : overlay.key }, between);
}
