import * as l10n from '@vscode/l10n';
import { fixed } from '../text/numbers.js';
import type { HeadFigures, LayerFigures } from './figures.js';

/** A piece of a sentence; one that names a place selects it when clicked. */
export interface VerdictPart {
  readonly text: string;
  /** Set where the text is the name of a place. */
  readonly place?: { readonly layer: number; readonly head: number | null };
  readonly emphasis?: true;
}

/** Differences between layers below these are no story, whatever the bands say. */
const FALL = 0.2;
const RETURN = 0.15;

/** Share of independent heads that chance puts outside their 99 % band. */
const OUTSIDE_BY_CHANCE = 0.01;

/** A layer that has a figure, with its band. */
interface Level {
  readonly layer: number;
  readonly value: number;
  readonly band: number;
}

/** One or two sentences that the figures carry: what the model does over depth, and which heads look for dissimilar tokens. */
export function verdict(layers: readonly LayerFigures[]): VerdictPart[] {
  const levels = layers.flatMap((layer): Level[] =>
    layer.weighted === null ? [] : [{ layer: layer.index, value: layer.weighted, band: layer.weightedBand ?? 0 }],
  );
  const heads = layers.flatMap((layer) => layer.heads.map((head) => ({ layer: layer.index, head })));
  if (levels.length === 0) return [{ text: l10n.t('No head has a figure: all weights are zero or not finite.') }];
  if (
    withinChance(
      levels,
      heads.map(({ head }) => head),
    )
  ) {
    return [{ text: l10n.t('No head differs from chance. Are these trained weights?') }];
  }
  return [...depthSentence(levels), { text: ' ' }, ...dissimilarSentence(heads)];
}

/** The verdict as plain text. */
export function verdictText(parts: readonly VerdictPart[]): string {
  return parts.map((part) => part.text).join('');
}

/** True when no layer is outside its band by more than chance explains over all layers, and no more heads are than chance puts there. */
function withinChance(levels: readonly Level[], heads: readonly HeadFigures[]): boolean {
  const outside = heads.filter((head) => side(head.weighted, head.weightedBand) !== 0).length;
  const layersOutside = levels.filter((level) => side(level.value, level.band) !== 0).length;
  return outside <= chanceLimit(heads.length) && layersOutside <= chanceLimit(levels.length);
}

/** Count that chance exceeds in fewer than one of a hundred models: the 99 % quantile of the binomial distribution. */
function chanceLimit(count: number): number {
  let term = (1 - OUTSIDE_BY_CHANCE) ** count;
  let sum = term;
  let limit = 0;
  for (; sum < 0.99 && limit < count; limit++) {
    term *= ((count - limit) / (limit + 1)) * (OUTSIDE_BY_CHANCE / (1 - OUTSIDE_BY_CHANCE));
    sum += term;
  }
  return limit;
}

/** 1 above the band, -1 below it, 0 inside. */
function side(value: number | null, band: number | null): -1 | 0 | 1 {
  if (value === null || Math.abs(value) <= (band ?? 0)) return 0;
  return value > 0 ? 1 : -1;
}

function depthSentence(levels: readonly Level[]): VerdictPart[] {
  const [first] = levels;
  const last = levels.at(-1);
  if (first === undefined || last === undefined) return [];
  if (first === last) return [{ text: onlyLayer(first) }];

  const third = Math.max(1, Math.ceil(levels.length / 3));
  const highest = extreme(levels, 1);
  const lowest = extreme(levels, -1);
  const early = extreme(levels.slice(0, third), 1);
  // A peak between would make both sentences about falling untrue.
  const peaksAtAnEnd = highest === early || highest === last;
  const falls = early.layer < lowest.layer && differs(early, lowest, FALL) && side(early.value, early.band) > 0;
  if (falls && peaksAtAnEnd) {
    return fallSentence(early, lowest, last);
  }
  const grows =
    levels.indexOf(lowest) < third &&
    levels.indexOf(highest) >= levels.length - third &&
    differs(highest, lowest, FALL);
  if (grows) {
    return sentence(
      l10n.t('Similarity grows with depth ({0} in {1} to {2} in {3}).'),
      fixed(lowest.value),
      place(lowest),
      fixed(highest.value),
      place(highest),
    );
  }
  const range = l10n.t('{0} to {1}', fixed(lowest.value), fixed(highest.value));
  const sides = new Set(levels.map((level) => side(level.value, level.band)));
  if (!differs(highest, lowest, FALL) && sides.size === 1 && !sides.has(0)) {
    const text = sides.has(1)
      ? l10n.t('All layers attend to similar tokens about equally ({0}).', range)
      : l10n.t('All layers attend to dissimilar tokens about equally ({0}).', range);
    return [{ text }];
  }
  return sentence(
    l10n.t('No trend over depth: layers lie between {0} ({1}) and {2} ({3}).'),
    fixed(lowest.value),
    place(lowest),
    fixed(highest.value),
    place(highest),
  );
}

function fallSentence(early: Level, lowest: Level, last: Level): VerdictPart[] {
  const isDissimilar = side(lowest.value, lowest.band) < 0;
  const fills = [fixed(early.value), place(early), fixed(lowest.value), place(lowest)];
  if (differs(last, lowest, RETURN) && last.value > lowest.value && side(last.value, last.band) > 0) {
    return sentence(
      isDissimilar
        ? l10n.t(
            'Early layers attend to similar tokens ({0} in {1}), the middle is dissimilar ({2} in {3}), and {4} turns back to similar ({5}).',
          )
        : l10n.t(
            'Early layers attend to similar tokens ({0} in {1}), the middle is contextual ({2} in {3}), and {4} turns back to similar ({5}).',
          ),
      ...fills,
      place(last),
      fixed(last.value),
    );
  }
  return sentence(
    isDissimilar
      ? l10n.t('Attention goes from similar tokens ({0} in {1}) to dissimilar ({2} in {3}).')
      : l10n.t('Attention goes from similar tokens ({0} in {1}) to contextual ({2} in {3}).'),
    ...fills,
  );
}

function dissimilarSentence(heads: readonly { layer: number; head: HeadFigures }[]): VerdictPart[] {
  const below = heads.filter(({ head }) => side(head.weighted, head.weightedBand) < 0);
  const [first] = [...below].sort((a, b) => (a.head.weighted ?? 0) - (b.head.weighted ?? 0));
  if (first === undefined) return [{ text: l10n.t('No head looks for dissimilar tokens.') }];
  return sentence(
    below.length === 1
      ? l10n.t('{0} of {1} heads looks for {2} tokens: {3} ({4}).')
      : l10n.t('{0} of {1} heads look for {2} tokens, most of all {3} ({4}).'),
    String(below.length),
    String(heads.length),
    { text: l10n.t('dissimilar'), emphasis: true },
    {
      text: `L${String(first.layer)} H${String(first.head.index)}`,
      place: { layer: first.layer, head: first.head.index },
    },
    fixed(first.head.weighted),
  );
}

/** A translated sentence with its places `{0}`, `{1}` ... filled: by text, which joins the words around it, or by parts of their own. */
function sentence(translated: string, ...fills: readonly (string | VerdictPart)[]): VerdictPart[] {
  const parts: VerdictPart[] = [];
  let text = '';
  for (const [index, piece] of translated.split(/\{(\d)\}/u).entries()) {
    const fill = index % 2 === 0 ? piece : (fills[Number(piece)] ?? '');
    if (typeof fill === 'string') text += fill;
    else {
      if (text !== '') parts.push({ text });
      parts.push(fill);
      text = '';
    }
  }
  return text === '' ? parts : [...parts, { text }];
}

function place(level: Level): VerdictPart {
  return { text: l10n.t('layer {0}', level.layer), place: { layer: level.layer, head: null } };
}

function onlyLayer({ value, band }: Level): string {
  const where = side(value, band);
  if (where === 0) return l10n.t('Its one layer does not differ from chance ({0}).', fixed(value));
  return where > 0
    ? l10n.t('Its one layer attends to similar tokens ({0}).', fixed(value))
    : l10n.t('Its one layer attends to dissimilar tokens ({0}).', fixed(value));
}

/** The level with the largest (direction 1) or smallest (-1) value. */
function extreme(levels: readonly Level[], direction: 1 | -1): Level {
  return levels.reduce((best, level) => (direction * (level.value - best.value) > 0 ? level : best));
}

/** True when two layers differ by more than `least` and by more than both bands together. */
function differs(a: Level, b: Level, least: number): boolean {
  return Math.abs(a.value - b.value) > Math.max(least, a.band + b.band);
}
