import { l10n } from 'vscode';
import type { DefinitionMatch, TensorPattern } from '../../core/source/contract.js';
import { HOVER_PICTURE, hoverPicture } from '../../core/charts/hover-picture.js';
import { placeName } from '../../core/charts/format.js';
import { verdictText } from '../../core/analysis/verdict.js';
import { DTYPES } from '../../core/tensors/dtype.js';
import { fixed } from '../../core/text/numbers.js';
import type { Analysis } from '../../host/engine/contract.js';
import { byteSize } from '../../core/text/bytes.js';
import { extremes, type ExtremeHead } from './lens-text.js';
import { commandLink, escaped, image } from './markdown.js';
import { mainPattern, starred, type ModelPlaces } from './model-places.js';

/** A checkpoint: its address, and its name for people. */
interface NamedFile {
  readonly uri: { toString(): string };
  readonly name: string;
}

/** What the hover over a definition is made from. */
export interface DefinitionHover {
  readonly known: NamedFile;
  readonly definition: DefinitionMatch;
  /** Attention layers that it makes; null for other definitions. */
  readonly places: ModelPlaces | null;
  /** Their figures, if at hand. */
  readonly analysis: Analysis | null;
  readonly computing: boolean;
  /** Index of the layer that the line is about. */
  readonly scope: number | null;
  readonly theme: 'light' | 'dark';
  /** Names of further checkpoints that the definition fits. */
  readonly others: readonly string[];
}

/** Smaller tensors of a definition that are named one by one. */
const MAX_LISTED = 3;

/** Markdown for the hover over a definition; short. */
export function definitionHover(hover: DefinitionHover): string {
  const { definition, places, analysis, known } = hover;
  const main = mainPattern(definition);
  if (main === null) return '';
  const rest = definition.tensors.filter((pattern) => pattern !== main);
  const lines = [
    `**${escaped(starred(main.pattern))}**`,
    [sizes(main), ...headWords(places, analysis)].join(' · '),
    ...rest.slice(0, MAX_LISTED).map((pattern) => `${escaped(starred(pattern.pattern))} ${sizes(pattern)}`),
    ...(rest.length > MAX_LISTED ? [l10n.t('and {0} more', rest.length - MAX_LISTED)] : []),
  ];
  return [lines.join('  \n'), ...figures(hover), footer(hover, known.name)].join('\n\n');
}

/** `(384, 384) float16, 12 tensors, 3.5 MB`. */
function sizes({ shape, dtype, names, bytes }: TensorPattern): string {
  const dims = shape.map((size) => (size === null ? '·' : String(size))).join(', ');
  const parts = [`(${dims})${dtype === null ? '' : ` ${DTYPES[dtype].label}`}`];
  if (names.length > 1) parts.push(l10n.t('{0} tensors', names.length));
  parts.push(byteSize(bytes));
  return escaped(parts.join(' · '));
}

function headWords(places: ModelPlaces | null, analysis: Analysis | null): string[] {
  const [layer] = places?.layers ?? [];
  if (layer === undefined) return [];
  const words = [l10n.t('{0} heads of {1}', layer.heads, layer.headSize)];
  if (analysis !== null) {
    words.push(analysis.figures.basis === 'folded' ? l10n.t('folded basis') : l10n.t('raw basis'));
  }
  return words;
}

function figures({ places, analysis, scope, theme, known, computing }: DefinitionHover): string[] {
  if (places === null) return [];
  if (analysis === null) {
    if (computing) return [];
    const args = [known.uri.toString(), places.model.name];
    const ask = commandLink(l10n.t('Analyse'), 'analyse', args);
    return [l10n.t('{0} this checkpoint to see what its heads compare.', ask)];
  }
  const { layers } = analysis.figures;
  const alt = verdictText(analysis.verdict);
  const inside = new Set(places.layers.map(({ index }) => index));
  const { similar, dissimilar } = extremes(layers.filter(({ index }) => inside.has(index)));
  const named = (head: ExtremeHead): string =>
    commandLink(`${placeName(head.layer, head.head)} ${fixed(head.value)}`, 'showInPanel', [
      known.uri.toString(),
      places.model.name,
      head.layer,
      head.head,
    ]);
  const sentences = [
    ...(similar === null ? [] : [l10n.t('most similar {0}', named(similar))]),
    ...(dissimilar === null ? [] : [l10n.t('most dissimilar {0}', named(dissimilar))]),
  ].join(' · ');
  const position = layers.findIndex(({ index }) => index === scope);
  const svg = hoverPicture(layers, position < 0 ? null : position, theme, alt);
  return [image(svg, alt, HOVER_PICTURE), capitalised(sentences)].filter((part) => part !== '');
}

const capitalised = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

function footer({ known, definition, places, others }: DefinitionHover, name: string): string {
  const uri = known.uri.toString();
  const pattern = mainPattern(definition)?.pattern ?? '';
  const links = [
    commandLink(name, 'showInPanel', [uri, places?.model.name ?? null, places?.layers[0]?.index ?? null, null]),
    commandLink(l10n.t('tensors'), 'revealTensors', [uri, pattern]),
  ];
  if (others.length > 0) links.push(escaped(l10n.t('also fits {0}', others.join(', '))));
  return links.join(' · ');
}

/** Markdown for the hover over a name or number that the checkpoint gives a value. */
export function valueHover(name: string, value: number, known: NamedFile): string {
  const file = commandLink(known.name, 'showInPanel', [known.uri.toString(), null, null, null]);
  return l10n.t('{0} = **{1}** in {2}', `**${escaped(name)}**`, value, file);
}
