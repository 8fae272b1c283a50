import * as l10n from '@vscode/l10n';
import type { CausalCheck } from '../../../src/core/analysis/keypoints/causal.js';
import type { Candidate } from '../../../src/core/analysis/keypoints/spurious.js';
import { percent } from '../../../src/core/charts/format.js';
import { fixed } from '../../../src/core/text/numbers.js';
import type { OffObjectFigures } from '../../../src/protocol/off-object.js';
import { smallPercent } from './outcome-words.js';

/** How often a candidate's effect goes beyond what its shape does elsewhere. */
type Side = 'more' | 'less' | 'as much';

/** Sentences on the ratio and the lift; on why there are none where there are none. */
export function offObjectSentences({ relevance, object, offRatio, log2Lift }: OffObjectFigures): string[] {
  if (relevance === null) return [];
  if (offRatio === null) return [coverSentence(object)];
  const off = l10n.t(
    'Off ratio {0}: patches off the object get {1} times the relevance of an even spread.',
    fixed(offRatio),
    fixed(offRatio),
  );
  if (log2Lift === null) return [off];
  const sign = log2Lift > 0 ? '+' : '';
  return [
    off,
    l10n.t(
      'log2 lift {0}{1}: among keypoints, those off the object get {2} times their share of it.',
      sign,
      fixed(log2Lift),
      fixed(2 ** log2Lift),
    ),
  ];
}

function coverSentence(object: Uint8Array): string {
  return object.includes(1)
    ? l10n.t('The object covers every patch: there is nothing off it.')
    : l10n.t('No patch belongs to the object: there is nothing to compare with.');
}

/** Whose attention the relevance is; null for relevance by deletion, which asks nobody. */
export function askerSentence({ relevance }: OffObjectFigures): string | null {
  switch (relevance?.asker) {
    case 'class-token':
      return relevance.kind === 'attention'
        ? l10n.t('Yellow: what the class token attends to in the last layer, mean over its heads.')
        : l10n.t('Yellow: what the class token takes from the patches over all layers.');
    case 'patch-mean':
      return relevance.kind === 'attention'
        ? l10n.t('Yellow: what the patches attend to in the last layer, mean over them and over the heads.')
        : l10n.t('Yellow: what the patches take from each other over all layers, mean over them.');
    default:
      return relevance === null ? null : l10n.t('Yellow: how much the output changes without the patch.');
  }
}

/** Sum of the relevance over a candidate. */
export function relevanceOf({ patches }: Candidate, { relevance }: OffObjectFigures): number {
  return patches.reduce((sum, patch) => sum + (relevance?.values[patch] ?? 0), 0);
}

/** Its patch with the most relevance, which the cursor goes to. */
export function chiefPatch({ patches }: Candidate, { relevance }: OffObjectFigures): number {
  const values = relevance?.values;
  return patches.reduce(
    (most, patch) => ((values?.[patch] ?? 0) > (values?.[most] ?? 0) ? patch : most),
    patches[0] ?? 0,
  );
}

/** Where an effect lies beside what the shape does elsewhere; null where that is not known. */
function sideOf({ effect, band }: CausalCheck): Side | null {
  if (band === null || !Number.isFinite(effect)) return null;
  const [low, high] = band;
  return effect > high ? 'more' : effect < low ? 'less' : 'as much';
}

/** What a part of the picture does to the output, beside its shape elsewhere. */
export function checkWords(check: CausalCheck): {
  readonly effect: string;
  readonly elsewhere: string;
  readonly z: string;
} {
  const { effect, band, z, places } = check;
  const part = (value: number): string => (Number.isFinite(value) ? smallPercent(value) : fixed(null));
  return {
    effect: `${ARROWS[sideOf(check) ?? 'as much']}${part(effect)}`,
    elsewhere:
      band === null ? l10n.t('no other place') : l10n.t('{0} to {1} ({2})', part(band[0]), part(band[1]), places),
    z: z === null ? fixed(null) : `${z > 0 ? '+' : ''}${fixed(z, 1)}`,
  };
}

/** Beside an effect: which way it leaves what its shape does elsewhere. */
const ARROWS: Readonly<Record<Side, string>> = { more: '\u2191 ', less: '\u2193 ', 'as much': '' };

const SIDES: Readonly<Record<Side, string>> = {
  more: l10n.t('More than its shape does elsewhere.'),
  less: l10n.t('Less than its shape does elsewhere.'),
  'as much': l10n.t('As much as its shape does elsewhere.'),
};

/** What is said of a row when the mouse is over it. */
export function rowSentence(check: CausalCheck | undefined): string {
  const side = check === undefined ? null : sideOf(check);
  return side === null ? l10n.t('Shows the patch on the pictures.') : SIDES[side];
}

/** What is said under the table. */
export function tableSentence(
  { candidates, pieces, checkable, offRatio }: OffObjectFigures,
  isChecked: boolean,
): string {
  if (offRatio === null || !checkable) return '';
  if (pieces === 0) return l10n.t('No patch off the object stands out by relevance and keypoints together.');
  return [
    candidates.length < pieces ? l10n.t('The first {0} of {1}.', candidates.length, pieces) : '',
    l10n.t('r c: the part of relevance times concentration that a candidate holds.'),
    isChecked ? l10n.t('↑ ↓: more or less than its shape does elsewhere off the object.') : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

/** What the mouse reads off a patch. */
export function relevanceTip(figures: OffObjectFigures, row: number, column: number, columns: number): string[] {
  const patch = row * columns + column;
  const value = figures.relevance?.values[patch] ?? 0;
  const rank = figures.candidates.findIndex(({ patches }) => patches.includes(patch));
  const even = figures.object.length;
  const lines = [
    l10n.t('row {0}, column {1}', row, column),
    l10n.t('relevance {0}, {1} times even', percent(value), fixed(value * even)),
  ];
  if (figures.object[patch] === 1) return [...lines, l10n.t('on the object')];
  return [...lines, rank < 0 ? l10n.t('off the object') : l10n.t('off the object, candidate {0}', rank + 1)];
}
