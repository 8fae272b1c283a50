import type { HeadFigures } from '../../core/analysis/figures.js';
import { possibleBasis } from '../../core/analysis/model-figures.js';
import type { TokenNorm } from '../../core/analysis/image/head-weights.js';
import {
  entryMaps,
  type HeadModes,
  type ModeEntry,
  type ModesOnImage,
  modesOnImage,
} from '../../core/analysis/image/modes-on-image.js';
import { Products } from '../../core/analysis/image/products.js';
import { rowsOf } from '../../core/analysis/image/statistics.js';
import { CheckpointError, type Warning } from '../../core/errors.js';
import { headToJson } from '../../core/export/analysis-json.js';
import { readLayerAttention } from '../../core/inference/layer-attention.js';
import type { LayerSpec, VectorView } from '../../core/model/model.js';
import { readVectorView } from '../../core/tensors/read.js';
import type { CommandContext } from '../context.js';
import type { CommonOptions } from '../options.js';
import { print, writeJson } from '../output.js';
import { provenance, tellWarnings } from '../report.js';
import { modesText } from '../text/modes-text.js';
import { UsageError } from '../usage-error.js';
import { tokensOf } from './attention-layer.js';
import { checkLayerAndHead, inputToJson } from './attention.js';
import { ablation } from './modes-ablation.js';
import { noClassifier } from './run-on-image-output.js';
import { type ImageChoice, type RunOnImage, runOnImage } from './run-on-image.js';

/** Options of `modes` beside those of all commands. */
export interface ModesOptions {
  readonly layer: number;
  readonly head: number;
  readonly top: number;
  /** Modes to run the model without; null: it is not run again. */
  readonly ablate: readonly number[] | null;
}

/** `modes FILE IMAGE --layer L --head H`: what the modes of one head do on a picture. */
export async function modesCommand(
  context: CommandContext,
  file: string,
  choice: ImageChoice,
  options: CommonOptions,
  wanted: ModesOptions,
): Promise<void> {
  await runOnImage(context, file, choice, options, async (on) => {
    const { layer, head, top, ablate } = wanted;
    const { inspection, loaded, sourceOf, run } = on;
    checkLayerAndHead(on.model, layer, head);
    const spec = on.model.layers[layer];
    if (spec === undefined) throw new Error(`the model has no layer ${layer}`);
    const { modes, cos, bytesRead } = await headModes(context, on, wanted, options);
    const last = modes.sigma.length - 1;
    const beyond = ablate?.find((mode) => mode > last);
    if (beyond !== undefined) throw new UsageError(`--ablate: the head has modes 0 to ${last}, no mode ${beyond}`);
    const parts = await readLayerAttention(on.forward, layer, loaded.grid, sourceOf);
    const weights = parts.heads[head];
    if (weights === undefined) throw new Error(`layer ${layer} has no head ${head}`);
    const norm = await readNorm(spec, on);
    const tokens = await tokensOf(on, layer, context.signal);
    const found = modesOnImage(new Products(), tokens, weights, norm, modes);
    const result = {
      model: on.model.name,
      basis: modes.basis,
      layer,
      head,
      input: inputToJson(on.input, loaded.grid),
      modes: found.entries.slice(0, top).map((entry) => modeToJson(entry, found, modes, cos, loaded.grid)),
      keyBias: found.keyBias,
      scoreVariance: found.scoreVariance,
      ...(ablate === null ? {} : { ablation: await ablation(on, layer, head, parts.heads, norm, modes, ablate) }),
    };
    const warnings = [
      ...on.warnings,
      ...troubles(on, spec, found, modes, options),
      ...(ablate === null ? [] : noClassifier(run)),
    ];
    if (options.json === null) {
      tellWarnings(warnings, options.quiet);
      await print(modesText(on.model.title, result));
      return;
    }
    const json = headToJson(provenance(context, 'modes', inspection, on.bytesRead() + bytesRead, warnings));
    await writeJson(options.json, { ...json, timing: { ...json.timing, runMs: run.runMs }, ...result });
  });
}

/** Modes of the head from its weights, as `analyze` gives them. */
async function headModes(
  { engine, signal }: CommandContext,
  { inspection, model }: RunOnImage,
  { layer, head }: ModesOptions,
  options: CommonOptions,
): Promise<{ modes: HeadModes; cos: Float64Array; bytesRead: number }> {
  const basis = possibleBasis(model, options.basis);
  const request = { inspection, model: model.name, basis };
  const analysis = await engine.analyze({ ...request, have: [] }, { onLayer: () => undefined }, signal);
  const figures: HeadFigures | undefined = analysis.figures.layers[layer]?.heads[head];
  const solved = await engine.vectors(request, layer, signal);
  const vectors = solved.heads[head] ?? null;
  if (figures === undefined || vectors === null) {
    const name = inspection.checkpoint.files[0]?.name ?? '';
    const problem = `head ${head} of layer ${layer} has no modes, since its weights are not finite`;
    throw new CheckpointError('malformed', name, problem, 'choose another head');
  }
  const { sigma, cos, blocks } = figures;
  return { modes: { basis, sigma, vectors, blocks }, cos, bytesRead: analysis.bytesRead + solved.bytesRead };
}

async function readNorm({ norm }: LayerSpec, { sourceOf }: RunOnImage): Promise<TokenNorm | null> {
  if (norm === null) return null;
  const read = async (view: VectorView | null): Promise<Float64Array | null> =>
    view === null ? null : readVectorView(await sourceOf(view.tensor.file), view);
  return { kind: norm.kind, gain: await read(norm.gain), shift: await read(norm.shift) };
}

/** A mode, or a block that cannot be told apart: its sigma is that of its first mode, its cosine the mean over its modes. */
function modeToJson(
  entry: ModeEntry,
  found: ModesOnImage,
  { sigma }: HeadModes,
  cos: Float64Array,
  [, columns]: readonly [number, number],
) {
  const { first, last, contribution, shareOfScore, shareOfModes } = entry;
  const mean = cos.subarray(first, last + 1).reduce((sum, value) => sum + value, 0) / (last - first + 1);
  const { query, key } = entryMaps(found, entry);
  const grid = (map: Float64Array): number[][] => rowsOf(map, columns).map((row) => Array.from(row));
  return {
    index: first,
    sigma: sigma[first] ?? NaN,
    cos: Number.isNaN(mean) ? null : mean,
    contribution,
    shareOfScore,
    shareOfModes,
    block: first === last ? null : ([first, last] as const),
    queryMap: grid(query),
    keyMap: grid(key),
  };
}

/** What there is to say about the figures. */
function troubles(
  { model, forward }: RunOnImage,
  spec: LayerSpec,
  found: ModesOnImage,
  modes: HeadModes,
  options: CommonOptions,
): Warning[] {
  const warnings: Warning[] = [];
  if (modes.basis !== options.basis) {
    const message = `${model.name}: no norm feeds this attention, so there is no folded basis; the figures are in the raw basis.`;
    warnings.push({ code: 'no-norm', message });
  }
  if (spec.qkNorm || forward.rotation !== null || (forward.blocks[spec.index]?.attention.bias ?? null) !== null) {
    const message =
      'The model norms or rotates queries and keys before they meet, or adds a bias of positions; modes and score variance are without that.';
    warnings.push({ code: 'not-the-whole-score', message });
  }
  if (found.unreadable > 0) {
    const message = `${found.unreadable} channels have a gain too small to read the token from; they are left out of the maps.`;
    warnings.push({ code: 'unreadable-channels', message });
  }
  return warnings;
}
