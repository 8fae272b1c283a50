import { patchOfToken, tokenOfPatch } from '../../src/core/inference/layer-token.js';
import type { ImageCard } from '../../src/protocol/image.js';
import { askingToken } from './patches.js';

/** A card as one layer sees the picture: `grid` is that of its tokens. */
export interface LayerCard extends ImageCard {
  /** Where layers differ in their tokens: the picture's own patches, and rows and columns of a window. */
  readonly ofLayer?: { readonly patches: ImageCard['grid']; readonly window: ImageCard['grid'] };
}

/** Cards stay the same objects, so that nothing is drawn anew that did not change. */
const known = new WeakMap<ImageCard, Map<number, LayerCard>>();

/** The card as a layer sees it: the same where every layer has the patches as its tokens. */
export function cardOfLayer(card: ImageCard, layer: number): LayerCard {
  const own = card.windowed?.[layer];
  if (own === undefined) return card;
  const cards = known.get(card) ?? new Map<number, LayerCard>();
  known.set(card, cards);
  const made = cards.get(layer) ?? {
    ...card,
    grid: own.grid,
    ofLayer: { patches: card.grid, window: own.window },
  };
  cards.set(layer, made);
  return made;
}

/** The layer's token that asks, for what is selected in the picture. */
export function askingInLayer(card: LayerCard, selected: number | null): number {
  const { ofLayer, grid, prefix } = card;
  if (ofLayer === undefined) return askingToken(card, selected);
  const patch = askingToken({ grid: ofLayer.patches, prefix }, selected);
  return tokenOfPatch(patch, ofLayer.patches, grid, prefix.length);
}

/** What is selected in the picture when a layer's token is chosen. */
export function selectedBy({ ofLayer, grid, prefix }: LayerCard, token: number): number {
  return ofLayer === undefined ? token : patchOfToken(token, ofLayer.patches, grid, prefix.length);
}

/** Tokens that share attention where it is even: those of a window, or all of them. */
export function evenAmong({ ofLayer, grid, prefix }: LayerCard): number {
  const [rows, columns] = ofLayer?.window ?? grid;
  return rows * columns + prefix.length;
}
