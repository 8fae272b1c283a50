import * as l10n from '@vscode/l10n';
import { fixed } from '../../../src/core/text/numbers.js';
import { placeName, sigmaNumber } from '../../../src/core/charts/format.js';
import type { LayerInterrelation } from '../../../src/protocol/image.js';

/** Figures of one head. */
export type HeadInterrelation = LayerInterrelation['heads'][number];

/** Groups of patches by their concentration of keypoints. */
export const GROUPS = ['none', 'low', 'middle', 'high'] as const;

/** How far W lies from what shifted pictures give, in their deviations; null where those do not vary. */
export function deviations({ w, nullMean, nullDeviation }: HeadInterrelation): number | null {
  return nullDeviation > 0 ? (w - nullMean) / nullDeviation : null;
}

/** The sentence on one head. */
export function interrelationSentence(layer: number, head: number, figures: HeadInterrelation): string {
  const far = deviations(figures);
  const shifted = far === null ? l10n.t('which do not vary') : l10n.t('{0} deviations', fixed(far, 1));
  return l10n.t(
    '{0}: {1} against {2} when shifted, {3}, p {4}.',
    placeName(layer, head),
    fixed(figures.w),
    fixed(figures.nullMean),
    shifted,
    pWords(figures.p),
  );
}

/** A p value; very small ones keep one digit that counts. */
export function pWords(p: number): string {
  return p >= 0.001 ? p.toFixed(3) : sigmaNumber(p);
}

/** What is said under the map: how many heads chance does not explain, or that this is not known yet. */
export function significanceWords(significant: number | null, heads: number, shifts: number): string {
  if (significant === null)
    return l10n.t('Coloured and dotted once all layers are there: more than shifted pictures explain.');
  return l10n.t(
    'coloured and dotted: more than the {0} shifted pictures explain ({1} of {2}, false discoveries held to 5 %)',
    shifts,
    significant,
    heads,
  );
}

/** Colour of a cell on the scale from -1 to 1: how many times W is what shifted pictures give, 1 at about 3.5 times. */
export function hueOf({ w, nullMean }: HeadInterrelation): number {
  if (!(w > 0) || !(nullMean > 0)) return w < nullMean ? -1 : 0;
  return Math.max(-1, Math.min(1, Math.log2(w / nullMean) * 0.55));
}

/** What a cell of the map is called. */
export function interrelationLabel(
  layer: number,
  head: number,
  figures: HeadInterrelation,
  significant: boolean,
): string {
  const w = fixed(figures.w);
  return significant
    ? l10n.t('Layer {0}, head {1}, interrelation {2}, more than chance', layer, head, w)
    : l10n.t('Layer {0}, head {1}, interrelation {2}, within chance', layer, head, w);
}

/** Lines of the tooltip over a cell. */
export function interrelationTip(layer: number, head: number, figures: HeadInterrelation): string[] {
  return [
    l10n.t(
      '{0}  W {1}, shifted {2} ± {3}, p {4}',
      placeName(layer, head),
      fixed(figures.w),
      fixed(figures.nullMean),
      fixed(figures.nullDeviation),
      pWords(figures.p),
    ),
    l10n.t('key side {0}  query side {1}', fixed(figures.keySide, 3), fixed(figures.querySide, 3)),
  ];
}

/** Where a key leads in a map of heads; null when nowhere. */
export function movedPlace(
  layers: readonly (LayerInterrelation | null)[],
  layer: number,
  head: number,
  key: string,
): { readonly layer: number; readonly head: number } | null {
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
    Home: [-layer, 0],
    End: [layers.length - 1 - layer, 0],
  };
  const step = steps[key];
  if (step === undefined) return null;
  const to = Math.max(0, Math.min(layers.length - 1, layer + step[0]));
  const count = layers[to]?.heads.length ?? 0;
  const next = step[0] === 0 ? head + step[1] : Math.min(head, count - 1);
  return next < 0 || next >= count ? null : { layer: to, head: next };
}
