import { nearestKeys } from '../../core/analysis/image/nearest-keys.js';
import type { KeyVariant } from '../../core/analysis/image/patch-attention.js';
import { Products } from '../../core/analysis/image/products.js';
import { headToJson } from '../../core/export/analysis-json.js';
import type { NpzFile } from '../../host/export/npz-file.js';
import type { CommandContext } from '../context.js';
import type { CommonOptions } from '../options.js';
import { print, writeJson } from '../output.js';
import { createProgress } from '../progress.js';
import { provenance, tellWarnings } from '../report.js';
import { attentionText } from '../text/attention-text.js';
import { UsageError } from '../usage-error.js';
import { attendLayer, type Recomputed, tokensOf } from './attention-layer.js';
import { startNpz } from './attention-npz.js';
import { headPreference, type HeadPreference, meanPreference, readLabels } from './attention-preference.js';
import {
  mainOutput,
  noClassifier,
  type OutputChange,
  outputChange,
  type TopClass,
  topClasses,
} from './run-on-image-output.js';
import { type ImageChoice, type Input, type RunOnImage, runOnImage } from './run-on-image.js';

/** Options of `attention` beside those of all commands. */
export interface AttentionOptions {
  /** Null: all layers, of which the npz holds none. */
  readonly layers: readonly number[] | null;
  readonly head: number | null;
  readonly mask: string | null;
  readonly keys: KeyVariant;
  readonly npz: string | null;
  readonly nearestKeys: number | null;
}

/** Figures of a head or, as means over heads, of a layer. */
export interface AttentionFigures {
  readonly index: number;
  /** Mean over the patches of their attention to the prefix tokens, and to themselves. */
  readonly toPrefix: number;
  readonly toSelf: number;
  readonly preference?: HeadPreference;
  /** Mean over the tokens of their attention outside the nearest keys. */
  readonly outsideNearest?: number;
}

/** Figures of a layer. */
export interface LayerAttentionFigures extends AttentionFigures {
  readonly heads: readonly AttentionFigures[];
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
  await runOnImage(context, file, choice, options, async (on) => {
    const { inspection, input, loaded, run, config } = on;
    const layers = chosenLayers(on, wanted);
    const labels = wanted.mask === null ? null : await readLabels(wanted.mask, on);
    const archive = await archiveOf(on, layers, wanted);
    const found: { figures: LayerAttentionFigures; recomputed: Recomputed }[] = [];
    const progress = createProgress(process.stderr, options.quiet);
    const products = new Products();
    try {
      for (const layer of layers) {
        progress.update(found.length, layers.length, 'layer');
        const own = wanted.layers === null ? null : archive;
        found.push(await layerFigures(products, on, layer, labels?.labels ?? null, wanted, own, context.signal));
      }
      await archive?.finish();
    } catch (error) {
      await archive?.discard();
      throw error;
    } finally {
      progress.clear();
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
    const head = headToJson(provenance(context, 'attention', inspection, on.bytesRead(), warnings));
    await writeJson(options.json, { ...head, timing: { ...head.timing, runMs: run.runMs }, ...result });
  });
}

/** What the model was fed, as JSON. */
export function inputToJson({ size, preparation }: Input, grid: readonly [number, number]) {
  const preprocessing = preparation === null ? null : { from: preparation.from, ...preparation.preprocessing };
  return { size, grid, preprocessing };
}

/** @throws UsageError for a layer or head that the model has not. */
function chosenLayers({ model, loaded }: RunOnImage, { layers, head, nearestKeys: keys }: AttentionOptions): number[] {
  const all = model.layers.map((_, index) => index);
  const chosen = layers === null ? all : [...new Set(layers)];
  for (const index of chosen) checkLayerAndHead(model, index, head);
  if (keys !== null && keys > loaded.tokens) {
    throw new UsageError(`--knn takes at most the ${loaded.tokens} tokens of the picture, not ${keys}`);
  }
  return chosen;
}

/** @throws UsageError for a layer or head that the model has not. */
export function checkLayerAndHead({ layers }: RunOnImage['model'], layer: number, head: number | null): void {
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

async function layerFigures(
  products: Products,
  on: RunOnImage,
  layer: number,
  labels: Int32Array | null,
  wanted: AttentionOptions,
  archive: NpzFile | null,
  signal: AbortSignal,
): Promise<{ figures: LayerAttentionFigures; recomputed: Recomputed }> {
  const tokens = await tokensOf(on, layer, signal);
  const heads: AttentionFigures[] = [];
  const recomputed = await attendLayer(products, on, layer, tokens, signal, async (index, attention) => {
    if (wanted.head !== null && wanted.head !== index) return;
    const { count, prefix } = tokens;
    heads.push({
      index,
      ...selfAndPrefix(attention, count, prefix),
      ...(labels === null ? {} : { preference: headPreference(attention, prefix, labels, wanted.keys) }),
      ...(wanted.nearestKeys === null
        ? {}
        : { outsideNearest: nearestKeys(attention, count, wanted.nearestKeys).meanOutside }),
    });
    await archive?.append(`attention_${layer}`, Float64Array.from(attention));
  });
  await archive?.append(`tokens_${layer}`, Float64Array.from(tokens.values));
  const mean = (pick: (head: AttentionFigures) => number): number =>
    heads.reduce((sum, head) => sum + pick(head), 0) / heads.length;
  const preferences = heads.map(({ preference }) => preference).filter((each) => each !== undefined);
  const figures = {
    index: layer,
    toPrefix: mean(({ toPrefix }) => toPrefix),
    toSelf: mean(({ toSelf }) => toSelf),
    ...(labels === null ? {} : { preference: meanPreference(preferences) }),
    ...(wanted.nearestKeys === null ? {} : { outsideNearest: mean(({ outsideNearest }) => outsideNearest ?? NaN) }),
    heads,
  };
  return { figures, recomputed };
}

function selfAndPrefix(attention: Float32Array, count: number, prefix: number): { toPrefix: number; toSelf: number } {
  let toPrefix = 0;
  let toSelf = 0;
  for (let i = prefix; i < count; i++) {
    for (let j = 0; j < prefix; j++) toPrefix += attention[i * count + j] ?? 0;
    toSelf += attention[i * count + i] ?? 0;
  }
  return { toPrefix: toPrefix / (count - prefix), toSelf: toSelf / (count - prefix) };
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
