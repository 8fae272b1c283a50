import { l10n } from 'vscode';
import type { HeadFigures, LayerFigures } from '../../core/analysis/figures.js';
import { direction } from '../../core/charts/words.js';
import type { LayerSpec } from '../../core/model/model.js';
import { fixed } from '../../core/text/numbers.js';

/** Layers less apart than this are level: the verdict's own measure. */
const LEVEL = 0.2;
const RETURN = 0.15;

/** Words over a class with attention: its figures in one line, such as `QK: similar 0.73 → 0.13 → 0.43 over 12 layers | 5 of 72 heads dissimilar`. */
export function figuresLens(layers: readonly LayerFigures[]): string {
  const heads = layers.flatMap((layer) => layer.heads);
  const below = heads.filter(({ weighted, weightedBand }) => direction(weighted, weightedBand) === 'dissimilar').length;
  const odd = below === 0 ? l10n.t('no head dissimilar') : l10n.t('{0} of {1} heads dissimilar', below, heads.length);
  return `${depthWords(layers)} | ${odd}`;
}

function depthWords(layers: readonly LayerFigures[]): string {
  const known = layers.filter((layer): layer is LayerFigures & { weighted: number } => layer.weighted !== null);
  const turns = turningPoints(known);
  const [first] = turns;
  if (first === undefined) return l10n.t('QK: no figures');
  const side = direction(first.weighted, first.weightedBand);
  const start = side === 'neither' ? l10n.t('chance') : side === 'similar' ? l10n.t('similar') : l10n.t('dissimilar');
  const run = turns.map(({ weighted }) => fixed(weighted)).join(' → ');
  return layers.length === 1
    ? l10n.t('QK: {0} {1} in one layer', start, run)
    : l10n.t('QK: {0} {1} over {2} layers', start, run, layers.length);
}

type Known = LayerFigures & { readonly weighted: number };

/** First peak, lowest layer and end of a model over depth; only the ends of a level one. */
function turningPoints(layers: readonly Known[]): readonly Known[] {
  const [first] = layers;
  const last = layers.at(-1);
  if (first === undefined || last === undefined || first === last) return layers.slice(0, 1);
  const third = layers.slice(0, Math.max(1, Math.ceil(layers.length / 3)));
  const early = third.reduce((best, layer) => (layer.weighted > best.weighted ? layer : best));
  const lowest = layers.reduce((best, layer) => (layer.weighted < best.weighted ? layer : best));
  const falls = early.index < lowest.index && early.weighted - lowest.weighted > LEVEL;
  if (!falls) return [first, last];
  return last.weighted - lowest.weighted > RETURN ? [early, lowest, last] : [early, lowest];
}

/** Words over a class whose figures are not at hand: `QK: 12 layers × 6 heads`. */
export function layersLens(layers: readonly LayerSpec[]): string {
  const heads = new Set(layers.map((layer) => layer.heads));
  const [first, last] = [Math.min(...heads), Math.max(...heads)];
  const range = heads.size === 1 ? String(first) : `${String(first)}–${String(last)}`;
  return layers.length === 1
    ? l10n.t('QK: 1 layer × {0} heads', range)
    : l10n.t('QK: {0} layers × {1} heads', layers.length, range);
}

/** The heads with the largest and the smallest figure outside their chance bands. */
export function extremes(layers: readonly LayerFigures[]): {
  readonly similar: ExtremeHead | null;
  readonly dissimilar: ExtremeHead | null;
} {
  let similar: ExtremeHead | null = null;
  let dissimilar: ExtremeHead | null = null;
  for (const { index: layer, heads } of layers) {
    for (const head of heads) {
      const value = head.weighted;
      if (value === null) continue;
      const side = direction(value, head.weightedBand);
      if (side === 'similar' && value > (similar?.value ?? 0)) similar = { layer, head: head.index, value };
      if (side === 'dissimilar' && value < (dissimilar?.value ?? 0)) dissimilar = { layer, head: head.index, value };
    }
  }
  return { similar, dissimilar };
}

/** A head and its weighted figure. */
export interface ExtremeHead {
  readonly layer: number;
  readonly head: HeadFigures['index'];
  readonly value: number;
}
