import type { HeadFigures, LayerFigures } from '../analysis/figures.js';
import { fixed } from '../text/numbers.js';
import { modesName, type Entry } from './head-entries.js';
import { counted, degrees, placeName, plusMinus, sigmaNumber } from './format.js';

/** What a head looks for, by its weighted figure and chance band. */
export type Direction = 'similar' | 'dissimilar' | 'neither';

/** The side of chance a figure lies on. */
export function direction(value: number | null, band: number | null): Direction {
  if (value === null || Math.abs(value) <= (band ?? 0)) return 'neither';
  return value > 0 ? 'similar' : 'dissimilar';
}

/** The sentence under the title of a head: what it looks for, or why there is no figure. */
export function headLine(head: HeadFigures, entries: readonly Entry[]): string {
  if (head.trouble === 'zero') return 'This head is pruned: its query-key product is zero.';
  if (head.trouble === 'not-finite' || head.weighted === null) {
    return 'The weights of this head hold NaN or infinity: it has no figures.';
  }
  const side = direction(head.weighted, head.weightedBand);
  const looks = side === 'neither' ? 'neither more than chance' : `looks for ${side} tokens`;
  const strongest = entries[0];
  if (strongest === undefined) return looks;
  return `${looks}; strongest ${strongest.count > 1 ? 'modes' : 'mode'} ${strongest.name} ${fixed(strongest.cos)}`;
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
    { value: fixed(head.weighted), words: band === null ? 'weighted' : `weighted (chance ${plusMinus(band)})` },
    { value: fixed(head.mean), words: 'mean' },
    { value: fixed(head.symmetricShare), words: 'symmetric share' },
  ];
  const identified = identifiedFact(head, entries);
  return identified === null ? facts : [...facts, identified];
}

function identifiedFact(head: HeadFigures, entries: readonly Entry[]): Fact | null {
  const blocks = entries.filter((entry) => entry.count > 1);
  const inBlocks = blocks.reduce((sum, block) => sum + block.count, 0);
  const loose = entries.filter((entry) => entry.looseAngle !== null).length;
  if (inBlocks === 0 && loose === 0) return null;
  const parts = [`of ${String(head.sigma.length)} modes identified`];
  if (loose > 0) parts.push(`${String(loose)} loosely`);
  if (inBlocks > 0) parts.push(`${String(inBlocks)} in ${counted(blocks.length, 'block')}`);
  return { value: String(head.sigma.length - inBlocks - loose), words: parts.join(', ') };
}

/** Which modes have no cosine because they carry nothing; null when all carry something. */
export function emptyModes(head: HeadFigures): string | null {
  const first = head.cos.findIndex((value) => Number.isNaN(value));
  if (first < 0 || head.trouble !== null) return null;
  const last = head.cos.length - 1;
  const names = first === last ? modesName(first, last) : `M${String(first)} to M${String(last)}`;
  return `${names} ${first === last ? 'carries' : 'carry'} nothing: the head is narrower than its size.`;
}

/** What an adapter did to a head; null where none changes it. */
export function changeWords({ change }: HeadFigures): string | null {
  if (change === undefined) return null;
  const { relativeFrobenius, weightedBefore, weighted, sigma, cos } = change;
  if (sigma.length === 0) return 'The adapter leaves this head as it was.';
  const size =
    relativeFrobenius === null ? '' : ` by ${String(Number((100 * relativeFrobenius).toPrecision(2)))} % of its size`;
  const strongest = `strongest mode σ ${sigmaNumber(sigma[0] ?? 0)}, cosine ${fixed(cos[0] ?? null)}`;
  const own = `The change itself: weighted ${fixed(weighted)}, ${counted(sigma.length, 'mode')}, ${strongest}.`;
  return `The adapter changed this head${size}; weighted ${fixed(weightedBefore)} before. ${own}`;
}

/** What a cell of the map is called: "Layer 8, head 3, weighted 0.41, similar". */
export function cellLabel(layer: number, head: HeadFigures): string {
  const place = `Layer ${String(layer)}, head ${String(head.index)}`;
  if (head.trouble === 'zero') return `${place}, pruned: its query-key product is zero`;
  if (head.weighted === null) return `${place}, weights are not finite`;
  const side = direction(head.weighted, head.weightedBand);
  return `${place}, weighted ${fixed(head.weighted)}, ${side === 'neither' ? 'within chance' : side}`;
}

/** Lines of the tooltip over a head's cell or dot. */
export function headTip(layer: number, head: HeadFigures): string[] {
  const place = placeName(layer, head.index);
  if (head.trouble !== null) return [place, headLine(head, [])];
  const chance = head.weightedBand === null ? '' : `, chance ${plusMinus(head.weightedBand)}`;
  const side = direction(head.weighted, head.weightedBand);
  return [
    `${place}  weighted ${fixed(head.weighted)}${chance}`,
    `mean ${fixed(head.mean)}  symmetric share ${fixed(head.symmetricShare)}`,
    ...(side === 'neither' ? ['within chance'] : []),
    ...(head.change === undefined ? [] : [`weighted ${fixed(head.change.weightedBefore)} before the adapter`]),
  ];
}

/** Lines of the tooltip over a layer's column. */
export function layerTip(layer: LayerFigures): string[] {
  const chance = layer.weightedBand === null ? '' : `, chance ${plusMinus(layer.weightedBand)}`;
  return [
    `Layer ${String(layer.index)}  weighted ${fixed(layer.weighted)}${chance}`,
    `mean ${fixed(layer.mean)} over ${counted(layer.heads.length, 'head')}`,
  ];
}

/** Lines of the tooltip over an entry. */
export function entryTip(entry: Entry): string[] {
  if (entry.cos === null)
    return [`${entry.name}  \u03c3 ${sigmaNumber(entry.sigma)}`, 'carries nothing: it has no cosine'];
  const block = entry.count > 1;
  const mean = block ? ` (mean of ${String(entry.count)})` : '';
  const weighted = block ? `, weighted ${fixed(entry.weightedCos)}` : '';
  const lines = [`${entry.name}  \u03c3 ${sigmaNumber(entry.sigma)}${mean}  cosine ${fixed(entry.cos)}${weighted}`];
  const doubt = identifiedWords(entry);
  if (doubt !== null) lines.push(doubt);
  if (Math.abs(entry.cos) < entry.band) lines.push(`within chance (${plusMinus(entry.band)})`);
  return lines;
}

/** How well an entry is told apart from its neighbours; null when there is nothing to say. */
function identifiedWords(entry: Entry): string | null {
  if (entry.count > 1) return 'not separately identified';
  if (entry.looseAngle === null) return null;
  return `loosely identified: rounding may turn it by ${degrees(entry.looseAngle)}`;
}

/** One sentence on an entry for the live region. */
export function entrySentence(entry: Entry): string {
  const what =
    entry.count > 1 ? `Modes ${String(entry.first)} to ${String(entry.last)}` : `Mode ${String(entry.first)}`;
  const doubt = identifiedWords(entry);
  const cos = entry.cos === null ? 'no cosine' : `cosine ${fixed(entry.cos)}`;
  return `${what}, sigma ${sigmaNumber(entry.sigma)}, ${cos}${doubt === null ? '' : `, ${doubt}`}.`;
}
