import { possibleBasis } from '../../core/analysis/model-figures.js';
import {
  entryMaps,
  type HeadModes,
  type ModeEntry,
  type ModesOnImage,
  modesOnImage,
} from '../../core/analysis/image/modes-on-image.js';
import { Products } from '../../core/analysis/image/products.js';
import { rowsOf } from '../../core/analysis/image/statistics.js';
import type { Warning } from '../../core/errors.js';
import { headToJson } from '../../core/export/analysis-json.js';
import { readLayerAttention } from '../../core/inference/layer-attention.js';
import { layerGrid } from '../../core/inference/layer-shapes.js';
import { tokenGroups } from '../../core/inference/windows.js';
import { HeadSolver } from '../../core/linalg/head-solver.js';
import type { LayerSpec } from '../../core/model/model.js';
import { tokensOf } from '../../host/image-lab/head-attention.js';
import { headModes, modeWarnings } from '../../host/image-lab/head-on-image.js';
import { noClassifier } from '../../host/image-lab/run-output.js';
import { readTokenNorm } from '../../host/image-lab/token-norm.js';
import type { CommandContext } from '../context.js';
import type { CommonOptions } from '../options.js';
import { print, writeJson } from '../output.js';
import { provenance, tellWarnings } from '../report.js';
import { modesText } from '../text/modes-text.js';
import { UsageError } from '../usage-error.js';
import { checkLayerAndHead, inputToJson } from './attention.js';
import { ablation } from './modes-ablation.js';
import { drawModes } from './modes-pictures.js';
import type { ImageChoice } from '../../host/image-lab/model-input.js';
import { type RunOnImage, runOnImage } from './run-on-image.js';
import type { Model } from '../../core/model/model.js';

/** Options of `modes` beside those of all commands. */
export interface ModesOptions {
  readonly layer: number;
  readonly head: number;
  readonly top: number;
  /** Modes to run the model without; null: it is not run again. */
  readonly ablate: readonly number[] | null;
  readonly svg: string | null;
  readonly png: string | null;
}

/** `modes FILE IMAGE --layer L --head H`: what the modes of one head do on a picture. */
export async function modesCommand(
  context: CommandContext,
  file: string,
  choice: ImageChoice,
  options: CommonOptions,
  wanted: ModesOptions,
): Promise<void> {
  const { layer, head, top, ablate } = wanted;
  const check = (model: Model): void => {
    checkLayerAndHead(model, layer, head);
  };
  await runOnImage(context, file, choice, options, check, async (on) => {
    const { inspection, loaded, sourceOf, run } = on;
    if (ablate !== null) on.checkChangeable();
    const spec = on.model.layers[layer];
    if (spec === undefined) throw new Error(`the model has no layer ${layer}`);
    const basis = possibleBasis(on.model, options.basis);
    const { modes, cos } = await headModes(
      spec,
      head,
      basis,
      sourceOf,
      new HeadSolver(),
      inspection.checkpoint.files[0]?.name ?? file,
    );
    const last = modes.sigma.length - 1;
    const beyond = ablate?.find((mode) => mode > last);
    if (beyond !== undefined) throw new UsageError(`--ablate: the head has modes 0 to ${last}, no mode ${beyond}`);
    const parts = await readLayerAttention(on.forward, layer, loaded.grid, sourceOf);
    const weights = parts.heads[head];
    if (weights === undefined) throw new Error(`layer ${layer} has no head ${head}`);
    const norm = await readTokenNorm(spec, sourceOf);
    const tokens = await tokensOf(on, layer, context.signal);
    const groups = parts.windows === null ? null : tokenGroups(parts.windows);
    const found = modesOnImage(new Products(), tokens, weights, norm, modes, groups);
    const told = found.entries.slice(0, top);
    const grid = layerGrid(on.forward, loaded.grid, layer);
    if (wanted.svg !== null || wanted.png !== null)
      await drawModes(wanted, { ...on, grid }, wanted, found, modes, told);
    const result = {
      model: on.model.name,
      basis: modes.basis,
      layer,
      head,
      input: inputToJson(on.input, loaded.grid),
      modes: told.map((entry) => modeToJson(entry, found, modes, cos, grid)),
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
    const json = headToJson(provenance(context, 'modes', inspection, on.bytesRead(), warnings));
    await writeJson(options.json, { ...json, timing: { ...json.timing, runMs: run.runMs }, ...result });
  });
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
  const own = modeWarnings(spec, forward, found);
  if (modes.basis === options.basis) return own;
  const message = `${model.name}: no norm feeds this attention, so there is no folded basis; the figures are in the raw basis.`;
  return [{ code: 'no-norm', message }, ...own];
}
