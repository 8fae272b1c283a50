import type { AttentionFigures, AttentionQuestions } from '../../core/analysis/image/attention-figures.js';
import { type HeadPreference, type LabelMeaning, meanPreference } from '../../core/analysis/image/head-preference.js';
import type { KeyVariant } from '../../core/analysis/image/patch-attention.js';
import type { Size } from '../../core/image/preprocess/picture.js';
import { checkWhole, layerShape } from '../../core/inference/layer-shapes.js';
import { tokenOfPatch } from '../../core/inference/layer-token.js';
import type { RecomputedOutput } from '../../core/inference/recompute-layer.js';
import { placesOf, type WindowLayout } from '../../core/inference/windows.js';
import { headToJson } from '../../core/export/analysis-json.js';
import type { NpzFile } from '../../host/export/npz-file.js';
import type { CommandContext } from '../context.js';
import type { CommonOptions } from '../options.js';
import { print, writeJson } from '../output.js';
import { createProgress } from '../progress.js';
import { provenance, tellWarnings } from '../report.js';
import { attentionText } from '../text/attention-text.js';
import { UsageError } from '../usage-error.js';
import { layerLabels } from '../../host/image-lab/labels.js';
import { readLabels } from '../../host/image-lab/mask-labels.js';
import { startNpz } from './attention-npz.js';
import { askingToken, drawAttention, type DrawnLayer } from './attention-pictures.js';
import {
  mainOutput,
  noClassifier,
  type OutputChange,
  outputChange,
  type TopClass,
  topClasses,
} from '../../host/image-lab/run-output.js';
import type { ImageChoice, Input } from '../../host/image-lab/model-input.js';
import { type RunOnImage, runOnImage } from './run-on-image.js';
import type { Model } from '../../core/model/model.js';
import type { LoadedModel } from '../../protocol/inference.js';

/** Options of `attention` beside those of all commands. */
export interface AttentionOptions {
  /** Null: all layers, of which the npz holds none. */
  readonly layers: readonly number[] | null;
  readonly head: number | null;
  readonly mask: string | null;
  readonly keys: KeyVariant;
  readonly npz: string | null;
  readonly nearestKeys: number | null;
  /** The token that pictures are of: `class`, or row and column of a patch; null: the class token, or the patch in the middle. */
  readonly query: 'class' | readonly [row: number, column: number] | null;
  readonly svg: string | null;
  readonly png: string | null;
  /** What the labels of a folder's masks mean; null: what they look like. */
  readonly labels: LabelMeaning | null;
}

/** How far the recomputed output of an attention layer is from that of the graph. */
export interface Recomputed extends RecomputedOutput {
  readonly index: number;
}

/** Figures of a head or, as means over heads, of a layer. */
export interface ToldFigures {
  readonly index: number;
  /** Mean over the patches of their attention to the prefix tokens, and to themselves. */
  readonly toPrefix: number;
  readonly toSelf: number;
  readonly preference?: HeadPreference;
  /** Mean over the tokens of their attention outside the nearest keys. */
  readonly outsideNearest?: number;
}

/** Figures of a layer. */
export interface LayerAttentionFigures extends ToldFigures {
  readonly heads: readonly ToldFigures[];
  /** Where tokens attend within windows: rows and columns of tokens, and how many windows of what size they are parted into. */
  readonly grid?: Size;
  readonly windows?: { readonly size: Size; readonly count: number };
}

/** What only the nearest keys make of the model. */
export interface NearestKeysChange {
  readonly keys: number;
  readonly outputChange: OutputChange;
  readonly topBefore: readonly TopClass[] | null;
  readonly topAfter: readonly TopClass[] | null;
}

/** `attention FILE IMAGE`: what the heads attend to on a picture. */
export async function attentionCommand(
  context: CommandContext,
  file: string,
  choice: ImageChoice,
  options: CommonOptions,
  wanted: AttentionOptions,
): Promise<void> {
  const check = (model: Model): void => {
    for (const layer of chosenLayers(model, wanted)) checkLayerAndHead(model, layer, wanted.head);
  };
  await runOnImage(context, file, choice, options, check, async (on) => {
    const { inspection, input, loaded, run, config } = on;
    if (wanted.nearestKeys !== null) on.checkChangeable();
    checkWindows(on, wanted);
    checkNearestKeys(loaded, wanted);
    const layers = chosenLayers(on.model, wanted);
    const labels = wanted.mask === null ? null : await readLabels(wanted.mask, on);
    const archive = await archiveOf(on, layers, wanted);
    const found: { figures: LayerAttentionFigures; recomputed: Recomputed }[] = [];
    const progress = createProgress(process.stderr, options.quiet);
    const questionsOf = (layer: number): AttentionQuestions => {
      const own = labels === null ? null : layerLabels(labels, on.forward, loaded.grid, layer);
      return {
        labels: own === null ? [] : [{ labels: own, meaning: 'roles' }],
        keys: wanted.keys,
        nearestKeys: wanted.nearestKeys,
      };
    };
    const kept = wanted.layers === null ? null : archive;
    const asking = wanted.svg === null && wanted.png === null ? null : askingToken(wanted.query, loaded);
    const drawn: DrawnLayer[] = [];
    let bytes = 0;
    try {
      for (const layer of layers) {
        progress.update(found.length, layers.length, 'layer');
        const { grid, windows } = layerShape(on.forward, loaded.grid, layer);
        const token = asking === null ? null : tokenOfPatch(asking.token, loaded.grid, grid, loaded.prefixTokens);
        const wishes = { layer, head: wanted.head, questions: questionsOf(layer), keep: kept !== null, token };
        const result = await run.attend(wishes, context.signal);
        const keys = windows === null ? null : placesOf(windows);
        drawn.push({
          layer,
          grid,
          keys,
          heads: result.figures.map(({ index }, n) => ({ index, row: result.rows[n] ?? EMPTY })),
        });
        bytes += result.bytesRead;
        found.push({
          figures: { ...layerFigures(layer, result.figures, wanted), ...windowsToJson(grid, windows) },
          recomputed: { index: layer, ...result.recomputed },
        });
        if (kept === null) continue;
        for (const each of result.attention) await kept.append(`attention_${layer}`, Float64Array.from(each));
        const tokens = await run.tap('attention-input', layer, context.signal);
        await kept.append(`tokens_${layer}`, Float64Array.from(tokens));
      }
      await archive?.finish();
    } catch (error) {
      await archive?.discard();
      throw error;
    } finally {
      progress.clear();
    }
    if (asking !== null) {
      const layersFound = found.map(({ figures }) => figures);
      await drawAttention(wanted, on, asking, drawn, labels === null ? null : layersFound);
    }
    const change = wanted.nearestKeys === null ? null : await nearestKeysChange(on, wanted.nearestKeys);
    const warnings = [...on.warnings, ...(labels?.warnings ?? []), ...(change === null ? [] : noClassifier(run))];
    const top = topClasses(run, config);
    const result = {
      model: on.model.name,
      input: inputToJson(input, loaded.grid),
      recomputed: { layers: found.map(({ recomputed }) => recomputed) },
      ...(labels === null ? {} : { keys: wanted.keys }),
      layers: found.map(({ figures }) => figures),
      output: { from: mainOutput(run).name, ...(top === null ? {} : { top }) },
      ...(change === null ? {} : { nearestKeys: change }),
    };
    if (options.json === null) {
      tellWarnings(warnings, options.quiet);
      await print(attentionText(on.model.title, result));
      return;
    }
    const head = headToJson(provenance(context, 'attention', inspection, on.bytesRead() + bytes, warnings));
    await writeJson(options.json, { ...head, timing: { ...head.timing, runMs: run.runMs }, ...result });
  });
}

const EMPTY = new Float32Array();

function windowsToJson(grid: Size, windows: WindowLayout | null): Pick<LayerAttentionFigures, 'grid' | 'windows'> {
  return windows === null ? {} : { grid, windows: { size: windows.size, count: windows.count } };
}

/** @throws CheckpointError `unsupported` for figures that are not given of attention within windows. */
function checkWindows({ forward, inspection }: RunOnImage, { nearestKeys }: AttentionOptions): void {
  const file = inspection.checkpoint.files[0]?.name ?? '';
  if (nearestKeys !== null) checkWhole(forward, file, 'attention to the nearest keys (--knn)');
}

/** What the model was fed, as JSON. */
export function inputToJson({ size, preparation }: Input, grid: readonly [number, number]) {
  const preprocessing = preparation === null ? null : { from: preparation.from, ...preparation.preprocessing };
  return { size, grid, preprocessing };
}

function chosenLayers({ layers }: Model, wanted: AttentionOptions): number[] {
  return wanted.layers === null ? layers.map((_, index) => index) : [...new Set(wanted.layers)];
}

/** @throws UsageError for more keys than the picture has tokens. */
function checkNearestKeys({ tokens }: LoadedModel, { nearestKeys: keys }: AttentionOptions): void {
  if (keys === null || keys <= tokens) return;
  throw new UsageError(`--knn takes at most the ${tokens} tokens of the picture, not ${keys}`);
}

/** @throws UsageError for a layer or head that the model has not. */
export function checkLayerAndHead({ layers }: Model, layer: number, head: number | null): void {
  const spec = layers[layer];
  if (spec === undefined) throw new UsageError(`the model has layers 0 to ${layers.length - 1}, no layer ${layer}`);
  if (head !== null && head >= spec.heads) {
    throw new UsageError(`layer ${layer} has heads 0 to ${spec.heads - 1}, no head ${head}`);
  }
}

async function archiveOf(on: RunOnImage, layers: readonly number[], wanted: AttentionOptions): Promise<NpzFile | null> {
  if (wanted.npz === null) return null;
  const heads = (index: number): number => (wanted.head === null ? (on.model.layers[index]?.heads ?? 0) : 1);
  const kept = wanted.layers === null ? [] : layers.map((index) => ({ index, heads: heads(index) }));
  return startNpz(wanted.npz, on, kept);
}

/** Figures of a layer as they are told: its heads, and means over them. */
function layerFigures(
  index: number,
  found: readonly AttentionFigures[],
  { mask, nearestKeys: keys }: AttentionOptions,
): LayerAttentionFigures {
  const tell = (own: ToldFigures, preferences: readonly HeadPreference[], outside: number | null): ToldFigures => ({
    ...own,
    ...(mask === null ? {} : { preference: meanPreference(preferences) }),
    ...(keys === null ? {} : { outsideNearest: outside ?? NaN }),
  });
  const mean = (pick: (head: AttentionFigures) => number | null): number =>
    found.reduce((sum, head) => sum + (pick(head) ?? NaN), 0) / found.length;
  const means = { index, toPrefix: mean(({ toPrefix }) => toPrefix), toSelf: mean(({ toSelf }) => toSelf) };
  const preferences = found.flatMap((head) => head.preferences);
  return {
    ...tell(means, preferences, keys === null ? null : mean(({ outsideNearest }) => outsideNearest)),
    heads: found.map(({ index: head, toPrefix, toSelf, preferences: own, outsideNearest }) =>
      tell({ index: head, toPrefix, toSelf }, own, outsideNearest),
    ),
  };
}

async function nearestKeysChange(on: RunOnImage, keys: number): Promise<NearestKeysChange> {
  const after = await on.rerun({ queries: [], nearestKeys: keys });
  return {
    keys,
    outputChange: outputChange(on.run, after),
    topBefore: topClasses(on.run, on.config),
    topAfter: topClasses(after, on.config),
  };
}
