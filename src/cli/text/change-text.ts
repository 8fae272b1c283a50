import type { HeadChange, LayerFigures } from '../../core/analysis/figures.js';
import { fixed } from '../../core/text/numbers.js';

/** More heads than fit beside a layer in a terminal. */
const MOST_HEADS = 16;

/** What an adapter changed, a line a layer; nothing where none did. */
export function changeLines(layers: readonly LayerFigures[]): string[] {
  const changed = layers.filter(({ heads }) => heads.some(({ change }) => change !== undefined));
  if (changed.length === 0) return [];
  return [
    'the adapter alone: size of its change of B relative to B, and the weighted cosine before, of each head',
    '',
    'layer  relative change of each head',
    ...changed.map((layer) => line(layer, ({ relativeFrobenius }) => fixed(relativeFrobenius, 3))),
    '',
    'layer  weighted before of each head',
    ...changed.map((layer) => line(layer, ({ weightedBefore }) => fixed(weightedBefore))),
    '',
  ];
}

function line({ index, heads }: LayerFigures, word: (change: HeadChange) => string): string {
  const words = heads.slice(0, MOST_HEADS).map(({ change }) => (change === undefined ? '-' : word(change)).padStart(6));
  return `${String(index).padStart(5)}  ${words.join(' ')}`;
}
