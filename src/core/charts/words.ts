import * as l10n from '@vscode/l10n';
import type { HeadFigures, LayerFigures } from '../analysis/figures.js';
import { fixed } from '../text/numbers.js';
import { modesName, type Entry } from './head-entries.js';
import { degrees, placeName, plusMinus, sigmaNumber } from './format.js';

/** What a head looks for, by its weighted figure and chance band. */
export type Direction = 'similar' | 'dissimilar' | 'neither';

/** The side of chance a figure lies on. */
export function direction(value: number | null, band: number | null): Direction {
  if (value === null || Math.abs(value) <= (band ?? 0)) return 'neither';
  return value > 0 ? 'similar' : 'dissimilar';
}

const LOOKS: Readonly<Record<Direction, () => string>> = {
  similar: () => l10n.t('looks for similar tokens'),
  dissimilar: () => l10n.t('looks for dissimilar tokens'),
  neither: () => l10n.t('neither more than chance'),
};

/** The sentence under the title of a head: what it looks for, or why there is no figure. */
export function headLine(head: HeadFigures, entries: readonly Entry[]): string {
  if (head.trouble === 'zero') return l10n.t('This head is pruned: its query-key product is zero.');
  if (head.trouble === 'not-finite' || head.weighted === null) {
    return l10n.t('The weights of this head hold NaN or infinity: it has no figures.');
  }
  const side = direction(head.weighted, head.weightedBand);
  const looks = LOOKS[side]();
  const strongest = entries[0];
  if (strongest === undefined) return looks;
  return strongest.count > 1
    ? l10n.t('{0}; strongest modes {1} {2}', looks, strongest.name, fixed(strongest.cos))
    : l10n.t('{0}; strongest mode {1} {2}', looks, strongest.name, fixed(strongest.cos));
}

/** A figure of a head with the words behind it. */
export interface Fact {
  readonly value: string;
  readonly words: string;
}

/** The figures under a head's sentence; how many modes are identified only where not all are. */
export function headFacts(head: HeadFigures, entries: readonly Entry[]): Fact[] {
  if (head.trouble !== null) return [];
  const band = head.weightedBand;
  const facts: Fact[] = [
    {
      value: fixed(head.weighted),
      words: band === null ? l10n.t('weighted') : l10n.t('weighted (chance {0})', plusMinus(band)),
    },
    { value: fixed(head.mean), words: l10n.t('mean') },
    { value: fixed(head.symmetricShare), words: l10n.t('symmetric share') },
  ];
  const identified = identifiedFact(head, entries);
  return identified === null ? facts : [...facts, identified];
}

function identifiedFact(head: HeadFigures, entries: readonly Entry[]): Fact | null {
  const blocks = entries.filter((entry) => entry.count > 1);
  const inBlocks = blocks.reduce((sum, block) => sum + block.count, 0);
  const loose = entries.filter((entry) => entry.looseAngle !== null).length;
  if (inBlocks === 0 && loose === 0) return null;
  const parts = [l10n.t('of {0} modes identified', head.sigma.length)];
  if (loose > 0) parts.push(l10n.t('{0} loosely', loose));
  if (inBlocks > 0) {
    const count = blocks.length;
    parts.push(count === 1 ? l10n.t('{0} in 1 block', inBlocks) : l10n.t('{0} in {1} blocks', inBlocks, count));
  }
  return { value: String(head.sigma.length - inBlocks - loose), words: parts.join(', ') };
}

/** Which modes have no cosine because they carry nothing; null when all carry something. */
export function emptyModes(head: HeadFigures): string | null {
  const first = head.cos.findIndex((value) => Number.isNaN(value));
  if (first < 0 || head.trouble !== null) return null;
  const last = head.cos.length - 1;
  return first === last
    ? l10n.t('{0} carries nothing: the head is narrower than its size.', modesName(first, last))
    : l10n.t('M{0} to M{1} carry nothing: the head is narrower than its size.', first, last);
}

/** What an adapter did to a head; null where none changes it. */
export function changeWords({ change }: HeadFigures): string | null {
  if (change === undefined) return null;
  const { relativeFrobenius, weightedBefore, weighted, sigma, cos } = change;
  if (sigma.length === 0) return l10n.t('The adapter leaves this head as it was.');
  const before = fixed(weightedBefore);
  const changed =
    relativeFrobenius === null
      ? l10n.t('The adapter changed this head; weighted {0} before.', before)
      : l10n.t(
          'The adapter changed this head by {0} % of its size; weighted {1} before.',
          Number((100 * relativeFrobenius).toPrecision(2)),
          before,
        );
  const strongest = l10n.t('strongest mode σ {0}, cosine {1}', sigmaNumber(sigma[0] ?? 0), fixed(cos[0] ?? null));
  const own =
    sigma.length === 1
      ? l10n.t('The change itself: weighted {0}, 1 mode, {1}.', fixed(weighted), strongest)
      : l10n.t('The change itself: weighted {0}, {1} modes, {2}.', fixed(weighted), sigma.length, strongest);
  return `${changed} ${own}`;
}

/** What a cell of the map is called: "Layer 8, head 3, weighted 0.41, similar". */
export function cellLabel(layer: number, head: HeadFigures): string {
  const place = l10n.t('Layer {0}, head {1}', layer, head.index);
  if (head.trouble === 'zero') return l10n.t('{0}, pruned: its query-key product is zero', place);
  if (head.weighted === null) return l10n.t('{0}, weights are not finite', place);
  const weighted = fixed(head.weighted);
  switch (direction(head.weighted, head.weightedBand)) {
    case 'similar':
      return l10n.t('{0}, weighted {1}, similar', place, weighted);
    case 'dissimilar':
      return l10n.t('{0}, weighted {1}, dissimilar', place, weighted);
    case 'neither':
      return l10n.t('{0}, weighted {1}, within chance', place, weighted);
  }
}

/** Lines of the tooltip over a head's cell or dot. */
export function headTip(layer: number, head: HeadFigures): string[] {
  const place = placeName(layer, head.index);
  if (head.trouble !== null) return [place, headLine(head, [])];
  const side = direction(head.weighted, head.weightedBand);
  return [
    weightedLine(place, head),
    l10n.t('mean {0}  symmetric share {1}', fixed(head.mean), fixed(head.symmetricShare)),
    ...(side === 'neither' ? [l10n.t('within chance')] : []),
    ...(head.change === undefined
      ? []
      : [l10n.t('weighted {0} before the adapter', fixed(head.change.weightedBefore))]),
  ];
}

/** Lines of the tooltip over a layer's column. */
export function layerTip(layer: LayerFigures): string[] {
  const { length } = layer.heads;
  return [
    weightedLine(l10n.t('Layer {0}', layer.index), layer),
    length === 1
      ? l10n.t('mean {0} over 1 head', fixed(layer.mean))
      : l10n.t('mean {0} over {1} heads', fixed(layer.mean), length),
  ];
}

function weightedLine(
  place: string,
  { weighted, weightedBand }: Pick<LayerFigures, 'weighted' | 'weightedBand'>,
): string {
  return weightedBand === null
    ? l10n.t('{0}  weighted {1}', place, fixed(weighted))
    : l10n.t('{0}  weighted {1}, chance {2}', place, fixed(weighted), plusMinus(weightedBand));
}

/** Lines of the tooltip over an entry. */
export function entryTip(entry: Entry): string[] {
  if (entry.cos === null)
    return [`${entry.name}  \u03c3 ${sigmaNumber(entry.sigma)}`, l10n.t('carries nothing: it has no cosine')];
  const [sigma, cos] = [sigmaNumber(entry.sigma), fixed(entry.cos)];
  const lines = [
    entry.count > 1
      ? l10n.t(
          '{0}  σ {1} (mean of {2})  cosine {3}, weighted {4}',
          entry.name,
          sigma,
          entry.count,
          cos,
          fixed(entry.weightedCos),
        )
      : l10n.t('{0}  σ {1}  cosine {2}', entry.name, sigma, cos),
  ];
  const doubt = identifiedWords(entry);
  if (doubt !== null) lines.push(doubt);
  if (Math.abs(entry.cos) < entry.band) lines.push(l10n.t('within chance ({0})', plusMinus(entry.band)));
  return lines;
}

/** How well an entry is told apart from its neighbours; null when there is nothing to say. */
function identifiedWords(entry: Entry): string | null {
  if (entry.count > 1) return l10n.t('not separately identified');
  if (entry.looseAngle === null) return null;
  return l10n.t('loosely identified: rounding may turn it by {0}', degrees(entry.looseAngle));
}

/** One sentence on an entry for the live region. */
export function entrySentence(entry: Entry): string {
  const what = entry.count > 1 ? l10n.t('Modes {0} to {1}', entry.first, entry.last) : l10n.t('Mode {0}', entry.first);
  const doubt = identifiedWords(entry);
  const cos = entry.cos === null ? l10n.t('no cosine') : l10n.t('cosine {0}', fixed(entry.cos));
  const sigma = l10n.t('sigma {0}', sigmaNumber(entry.sigma));
  return `${[what, sigma, cos, ...(doubt === null ? [] : [doubt])].join(', ')}.`;
}
