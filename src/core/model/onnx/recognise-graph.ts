import * as l10n from '@vscode/l10n';
import { quoteName } from '../../bytes/quote.js';
import { CheckpointError, type Warning } from '../../errors.js';
import { isFloat } from '../../tensors/dtype.js';
import { elementCount, type TensorEntry, type TensorIndex } from '../../tensors/tensor-index.js';
import type { TitleFacts } from '../families/family.js';
import type { Assumption, LayerSpec, Model, Recognition, RecognitionOptions } from '../model.js';
import { vitTitle, widthTitle, withRegisters } from '../titles.js';
import type { DeclinedAttention, FoundAttention } from './attention.js';
import { geometryOf, type GraphGeometry } from './geometry.js';
import { findGraphAttention, type GraphModel } from './graph-models.js';
import type { GraphView } from './graph-view.js';
import { labelFor, restoredTensors } from './labels.js';
import { attentionPaths } from './paths.js';
import { sentencesAndMore } from '../../text/lists.js';

/** Attentions without figures are named one by one up to this number. */
const MAX_NAMED = 5;

/** Float32 constants stand for scales that are meant exactly up to this much. */
const SCALE_TOLERANCE = 1e-6;

const NO_GEOMETRY: GraphGeometry = {
  patch: null,
  imageSize: null,
  prefixTokens: { class: 0, distillation: 0, registers: 0 },
  hasPositions: false,
  assumptions: [],
  table: null,
  namelessClass: null,
};

/**
 * Tells from what a file computes which of its tensors form which heads; names are needed for titles only.
 * @param byNames recognises tensors under the names that they had before the export.
 * @returns null where the graph shows no attention that can be used.
 * @throws CheckpointError `wrong-use` when what a person says contradicts the graph.
 */
export function recogniseGraph(
  index: TensorIndex,
  options: RecognitionOptions,
  byNames: (tensors: readonly TensorEntry[]) => readonly Model[],
): Recognition | null {
  const attention = findGraphAttention(index);
  if (attention === null) return null;
  const { view, models: found, declined } = attention;
  if (found.length === 0) return null;
  const all = found.flatMap(({ stack }) => stack.attentions);
  const geometries = found.map(({ stack }) => (stack.tower === 'vision' ? geometryOf(view, stack) : NO_GEOMETRY));
  const labels = byNames(restoredTensors(view, index.tensors, all, geometries));
  const taken = new Set<Model>();
  const shares = shareTensors(view, index.tensors, found);
  const models = found.map((each, position): Model => {
    const label = labelFor(labels, each.stack.attentions, taken);
    if (label !== null) taken.add(label);
    const said = options.model === undefined || options.model === each.name ? options : {};
    const geometry = geometries[position] ?? NO_GEOMETRY;
    return describe(view, each, { label, geometry, tensors: shares[position] ?? [] }, said);
  });
  checkHeads(index, models, options);
  return {
    models,
    defaults: models.map(({ name }) => name),
    others: [],
    looksLike: null,
    warnings: declinedWarnings(declined, true),
  };
}

/** What to say of the attention of a graph that cannot be used. */
export function graphWarnings(index: TensorIndex): Warning[] {
  return declinedWarnings(findGraphAttention(index)?.declined ?? [], false);
}

/** What is known around the attentions of a model. */
interface Surroundings {
  readonly label: Model | null;
  readonly geometry: GraphGeometry;
  readonly tensors: readonly TensorEntry[];
}

function describe(
  view: GraphView,
  { name, stack }: GraphModel,
  { label, geometry, tensors }: Surroundings,
  { patch, imageSize }: Pick<RecognitionOptions, 'patch' | 'imageSize'>,
): Model {
  const { tower, attentions } = stack;
  const paths = attentionPaths(view, attentions);
  const layers = attentions.map((attention, index) => layerOf(attention, index, paths[index] ?? ''));
  const [first] = attentions;
  const width = first?.width ?? 0;
  const { registers, distillation } = geometry.prefixTokens;
  const facts: TitleFacts = {
    depth: layers.length,
    width,
    lastWidth: attentions.at(-1)?.width ?? width,
    patch: geometry.patch ?? label?.patch ?? patch ?? null,
    registers,
    distillation,
    modelType: '',
  };
  // Names of a family with other tokens in front of the patches are not this family's.
  const isKnown =
    label !== null &&
    label.family !== 'generic' &&
    (tower !== 'vision' || label.prefixTokens.class === geometry.prefixTokens.class);
  const windowed = attentions.some(({ norm }) => norm?.windowed === true);
  const title =
    tower === 'vision'
      ? vitTitle(windowed ? 'Windowed' : '', facts, withRegisters(facts))
      : widthTitle('Transformer', facts);
  const prefix = geometry.prefixTokens.class + distillation + registers;
  return {
    name,
    wrapper: null,
    prefix: label?.prefix ?? '',
    family: isKnown ? `onnx-${label.family}` : 'onnx',
    title: isKnown ? label.title : title,
    remark: tower === 'cross' ? l10n.t('queries and keys of different streams') : '',
    tower,
    layers,
    patch: facts.patch,
    imageSize: imageSize ?? geometry.imageSize ?? label?.imageSize ?? null,
    prefixTokens: prefix === 0 && isKnown ? label.prefixTokens : geometry.prefixTokens,
    position: positionOf(attentions, geometry, label),
    ...(isKnown && label.rotation !== undefined ? { rotation: label.rotation } : {}),
    causal: attentions.some(({ causal }) => causal),
    ...(windowed ? { windowed: true } : {}),
    assumptions: [...assumptionsOf(attentions), ...geometry.assumptions],
    tensorCount: tensors.length,
    parameterCount: tensors.reduce(
      (sum, { shape, dtype }) => (isParameter(dtype) ? sum + elementCount(shape) : sum),
      0,
    ),
    dtype: first?.query.weight.tensor.dtype ?? 'F32',
    confirmedBy: [l10n.t('the graph')],
    unmatched: [],
  };
}

function isParameter(dtype: TensorEntry['dtype']): boolean {
  return isFloat(dtype) || dtype === 'I8' || dtype === 'U8';
}

function layerOf(attention: FoundAttention, index: number, path: string): LayerSpec {
  const { heads, keyValueHeads, headSize, width, query, key, value, norm, normalised } = attention;
  return {
    index,
    path,
    heads,
    keyValueHeads,
    headSize,
    width,
    query,
    key,
    value,
    norm: norm === null || norm.isResidual ? null : norm.norm,
    qkNorm: normalised,
    scale: scaleOf(attention),
  };
}

/** The scale, exact where the graph has the float32 number next to the usual one. */
function scaleOf({ scale, headSize }: FoundAttention): number {
  const usual = headSize ** -0.5;
  if (scale === null || !Number.isFinite(scale) || scale === 0) return usual;
  return Math.abs(scale / usual - 1) < SCALE_TOLERANCE ? usual : scale;
}

function positionOf(
  attentions: readonly FoundAttention[],
  geometry: GraphGeometry,
  label: Model | null,
): Model['position'] {
  if (attentions.some(({ rotated }) => rotated)) return 'rope';
  if (attentions.some(({ biased }) => biased)) return 'relative-bias';
  const said = label === null || label.family === 'generic' ? 'unknown' : label.position;
  if (said !== 'unknown') return said;
  return geometry.hasPositions ? 'absolute' : 'unknown';
}

function assumptionsOf(attentions: readonly FoundAttention[]): Assumption[] {
  const assume = (code: Assumption['code'], text: string): Assumption => ({ code, text, choices: [], value: null });
  const assumptions: Assumption[] = [];
  const apart = attentions.filter(({ queryInput, keyInput, norm }) => queryInput !== keyInput && norm === null);
  if (apart.length > 0) {
    const text = l10n.t(
      'In {0} of {1} layers queries and keys read different values of the graph, so no norm is common to both.',
      apart.length,
      attentions.length,
    );
    assumptions.push(assume('norm', text));
  }
  if (attentions.some(({ scale, normalised }) => scale === null && !normalised)) {
    const text = l10n.t(
      'The factor on the scores could not be followed in the graph: the head size to the power -1/2 was taken.',
    );
    assumptions.push(assume('other', text));
  }
  return assumptions;
}

/** Parts the tensors between models: each goes to the model whose inputs its first user depends on. */
function shareTensors(
  view: GraphView,
  tensors: readonly TensorEntry[],
  models: readonly GraphModel[],
): readonly (readonly TensorEntry[])[] {
  if (models.length === 1) return [tensors];
  const shares = models.map((): TensorEntry[] => []);
  const sources = new Map<string, number>();
  for (const [value, name] of view.graph.tensors) {
    const output = view.consumers(value)[0]?.outputs[0] ?? '';
    sources.set(name, view.sources(output));
  }
  for (const tensor of tensors) {
    const own = sources.get(tensor.name) ?? 0;
    const position = models.findIndex(({ stack }) => stack.sources === own);
    shares[Math.max(0, position)]?.push(tensor);
  }
  return shares;
}

/** @throws CheckpointError `wrong-use` for a number of heads that no model of the graph has. */
function checkHeads({ files }: TensorIndex, models: readonly Model[], { heads, model }: RecognitionOptions): void {
  if (heads === undefined) return;
  const meant = models.filter(({ name }) => model === undefined || model === name);
  if (meant.some(({ layers }) => layers.some((layer) => layer.heads === heads))) return;
  const said = String(meant[0]?.layers[0]?.heads ?? 0);
  const problem = l10n.t('{0} heads do not fit: the graph parts its queries into {1}', heads, said);
  throw new CheckpointError('wrong-use', files[0] ?? '', problem, l10n.t('leave the number of heads out'));
}

function declinedWarnings(declined: readonly DeclinedAttention[], someFit: boolean): Warning[] {
  if (declined.length === 0) return [];
  const shown = declined.slice(0, MAX_NAMED).map(({ operation, problem }) => {
    const { name, outputs } = operation;
    return `${quoteName(name === '' ? (outputs[0] ?? '') : name)}: ${problem}`;
  });
  const list = sentencesAndMore(shown, declined.length - MAX_NAMED);
  const message = someFit ? l10n.t('Left out: {0}.', list) : l10n.t('Not analysed: {0}.', list);
  return [{ code: 'unusable-layer', message }];
}
