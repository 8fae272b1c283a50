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
  if (levels.length === 0) return [{ text: 'No head has a figure: all weights are zero or not finite.' }];
  if (
    withinChance(
      levels,
      heads.map(({ head }) => head),
    )
  ) {
    return [{ text: 'No head differs from chance. Are these trained weights?' }];
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
  if (first === last) return [{ text: `Its one layer ${attends(first)} (${fixed(first.value)}).` }];

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
    return [
      { text: `Similarity grows with depth (${fixed(lowest.value)} in ` },
      place(lowest),
      { text: ` to ${fixed(highest.value)} in ` },
      place(highest),
      { text: ').' },
    ];
  }
  const range = `${fixed(lowest.value)} to ${fixed(highest.value)}`;
  const sides = new Set(levels.map((level) => side(level.value, level.band)));
  if (!differs(highest, lowest, FALL) && sides.size === 1 && !sides.has(0)) {
    return [
      { text: `All layers attend to ${sides.has(1) ? 'similar' : 'dissimilar'} tokens about equally (${range}).` },
    ];
  }
  return [
    { text: `No trend over depth: layers lie between ${fixed(lowest.value)} (` },
    place(lowest),
    { text: `) and ${fixed(highest.value)} (` },
    place(highest),
    { text: ').' },
  ];
}

function fallSentence(early: Level, lowest: Level, last: Level): VerdictPart[] {
  const end = side(lowest.value, lowest.band) < 0 ? 'dissimilar' : 'contextual';
  if (differs(last, lowest, RETURN) && last.value > lowest.value && side(last.value, last.band) > 0) {
    return [
      { text: `Early layers attend to similar tokens (${fixed(early.value)} in ` },
      place(early),
      { text: `), the middle is ${end} (${fixed(lowest.value)} in ` },
      place(lowest),
      { text: '), and ' },
      place(last),
      { text: ` turns back to similar (${fixed(last.value)}).` },
    ];
  }
  return [
    { text: `Attention goes from similar tokens (${fixed(early.value)} in ` },
    place(early),
    { text: `) to ${end} (${fixed(lowest.value)} in ` },
    place(lowest),
    { text: ').' },
  ];
}

function dissimilarSentence(heads: readonly { layer: number; head: HeadFigures }[]): VerdictPart[] {
  const below = heads.filter(({ head }) => side(head.weighted, head.weightedBand) < 0);
  const [first] = [...below].sort((a, b) => (a.head.weighted ?? 0) - (b.head.weighted ?? 0));
  if (first === undefined) return [{ text: 'No head looks for dissimilar tokens.' }];
  const count = `${String(below.length)} of ${String(heads.length)} heads ${below.length === 1 ? 'looks' : 'look'} for `;
  const name = `L${String(first.layer)} H${String(first.head.index)}`;
  return [
    { text: count },
    { text: 'dissimilar', emphasis: true },
    { text: below.length === 1 ? ' tokens: ' : ' tokens, most of all ' },
    { text: name, place: { layer: first.layer, head: first.head.index } },
    { text: ` (${fixed(first.head.weighted)}).` },
  ];
}

function place(level: Level): VerdictPart {
  return { text: `layer ${String(level.layer)}`, place: { layer: level.layer, head: null } };
}

function attends(level: Level): string {
  const where = side(level.value, level.band);
  return where === 0 ? 'does not differ from chance' : `attends to ${where > 0 ? 'similar' : 'dissimilar'} tokens`;
}

/** The level with the largest (direction 1) or smallest (-1) value. */
function extreme(levels: readonly Level[], direction: 1 | -1): Level {
  return levels.reduce((best, level) => (direction * (level.value - best.value) > 0 ? level : best));
}

/** True when two layers differ by more than `least` and by more than both bands together. */
function differs(a: Level, b: Level, least: number): boolean {
  return Math.abs(a.value - b.value) > Math.max(least, a.band + b.band);
}
