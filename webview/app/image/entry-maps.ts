import type { PatchMap } from '../../../src/core/image/overlay/interpolate.js';
import { overlayScale, type End, type OverlayScale } from '../../../src/core/image/overlay/modes.js';
import type { HeadOnImage, ImageCard } from '../../../src/protocol/image.js';
import { KEY_BIAS } from '../../state/selection.js';

/** What is drawn of a mode, of a block of modes, or of the key bias. */
export interface EntryMaps {
  /** Null for the key bias, which nothing asks. */
  readonly query: PatchMap | null;
  readonly key: PatchMap;
  readonly scale: OverlayScale;
  /** Modes of a block, else 1: a block has lengths on its span, and no ends. */
  readonly count: number;
}

type Modes = Readonly<{ first: number; last: number }>;

/** Maps of an entry of a head. */
export function mapsOf(figures: HeadOnImage, card: ImageCard, entry: Modes): EntryMaps {
  const [rows, columns] = card.grid;
  const map = (values: Float32Array): PatchMap => ({ rows, columns, values });
  if (entry.first === KEY_BIAS) {
    const key = map(figures.keyBias.map);
    return { query: null, key, scale: overlayScale([key], false), count: 1 };
  }
  const query = map(lengths(figures.queryMaps, entry, rows * columns));
  const key = map(lengths(figures.keyMaps, entry, rows * columns));
  const count = entry.last - entry.first + 1;
  return { query, key, scale: overlayScale([query, key], count > 1), count };
}

/** A mode's own map; of a block the length of each patch's projection on its span. */
function lengths(maps: Float32Array, { first, last }: Modes, patches: number): Float32Array {
  if (first === last) return maps.subarray(first * patches, (first + 1) * patches);
  const squares = new Float32Array(patches);
  for (let mode = first; mode <= last; mode += 1) {
    for (let i = 0; i < patches; i += 1) {
      const value = maps[mode * patches + i] ?? 0;
      squares[i] = (squares[i] ?? 0) + value * value;
    }
  }
  return squares.map(Math.sqrt);
}

/** Where both maps of a block are large at once: their product, which tells more than two lengths that are high nearly everywhere. */
export function productOf({ query, key }: EntryMaps): PatchMap | null {
  if (query === null) return null;
  return { ...query, values: Float32Array.from(query.values, (value, i) => value * (key.values[i] ?? 0)) };
}

/** How far a map goes at an end. */
export function reachAt(map: PatchMap, end: End): number {
  let most = 0;
  for (const value of map.values) most = Math.max(most, value * end);
  return most;
}

/** The end at which query and key together go further. */
export function strongerEnd({ query, key }: EntryMaps): End {
  if (query === null) return 1;
  return reachAt(query, 1) * reachAt(key, 1) >= reachAt(query, -1) * reachAt(key, -1) ? 1 : -1;
}
