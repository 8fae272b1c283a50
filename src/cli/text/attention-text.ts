import { fixed } from '../../core/text/numbers.js';
import type { LayerAttentionFigures, NearestKeysChange, Recomputed } from '../commands/attention.js';
import type { TopClass } from '../../host/image-lab/run-output.js';
import type { Size } from '../../core/image/preprocess/picture.js';

/** What the text tells of. */
interface AttentionResult {
  readonly input: { readonly size: Size; readonly grid: Size };
  readonly recomputed: { readonly layers: readonly Recomputed[] };
  readonly layers: readonly LayerAttentionFigures[];
  readonly output: { readonly top?: readonly TopClass[] };
  readonly nearestKeys?: NearestKeysChange;
}

/** Name of a column, and its figure of a layer. */
type Column = readonly [string, (layer: LayerAttentionFigures) => number | null | undefined];

/** The attention of a model on a picture for reading: a row a layer. */
export function attentionText(
  title: string,
  { input, recomputed, layers, output, nearestKeys }: AttentionResult,
): string {
  const worst = Math.max(...recomputed.layers.map(({ maxAbsError }) => maxAbsError));
  const windowed = layers.some(({ windows }) => windows !== undefined);
  const columns: Column[] = [
    ['to prefix', ({ toPrefix }) => toPrefix],
    ['to self', ({ toSelf }) => toSelf],
  ];
  if (layers.some(({ preference }) => preference !== undefined)) columns.push(...PREFERENCES);
  if (nearestKeys !== undefined) {
    columns.push([`outside ${nearestKeys.keys} nearest`, ({ outsideNearest }) => outsideNearest]);
  }
  return [
    `${title} on ${input.size.join(' x ')} pixels, ${input.grid.join(' x ')} patches`,
    `attention recomputed in float64 is within ${worst.toExponential(1)} of the model's own layer outputs`,
    '',
    `layer  ${columns.map(([name]) => name).join('  ')}${windowed ? '  tokens   windows' : ''}`,
    ...layers.map((layer) => {
      const cells = columns.map(([name, pick]) => fixed(pick(layer) ?? null, 3).padStart(name.length));
      return `${String(layer.index).padStart(5)}  ${cells.join('  ')}${windowWords(layer)}`;
    }),
    ...(output.top === undefined ? [] : ['', 'top classes', ...topLines(output.top)]),
    ...(nearestKeys === undefined ? [] : ['', changeLine(`with ${nearestKeys.keys} nearest keys`, nearestKeys)]),
    '',
  ].join('\n');
}

/** The grid of a layer's tokens and the windows that they attend within. */
function windowWords({ grid, windows }: LayerAttentionFigures): string {
  if (grid === undefined || windows === undefined) return '';
  return `  ${grid.join(' x ').padEnd(7)}  ${windows.count} of ${windows.size.join(' x ')}`;
}

/** Ratios of the patches of the object and of other objects: 1 is even attention. */
const PREFERENCES: readonly Column[] = [
  ['target to target (ratio)', ({ preference }) => preference?.target?.ratio.target],
  ['target to other', ({ preference }) => preference?.target?.ratio.other],
  ['target to background', ({ preference }) => preference?.target?.ratio.background],
];

/** A line a class. */
export function topLines(top: readonly TopClass[]): string[] {
  return top.map(({ index, label, value }) => `${fixed(value, 3).padStart(9)}  ${label ?? `class ${index}`}`);
}

/** How far the output moved. */
export function changeLine(what: string, { outputChange }: Pick<NearestKeysChange, 'outputChange'>): string {
  const { relativeL2, cosine } = outputChange;
  return `${what} the output changes by ${fixed(relativeL2, 4)} of its length; cosine with what it was ${fixed(cosine, 5)}`;
}
