import path from 'node:path';
import {
  KAMIM_TEMPERATURE,
  lossWeights,
  maskedCount,
  type MaskGuide,
  maskProbabilities,
} from '../../core/analysis/keypoints/guided-mask.js';
import { CheckpointError } from '../../core/errors.js';
import { headToJson } from '../../core/export/analysis-json.js';
import type { Size } from '../../core/image/preprocess/picture.js';
import { createNpzFile, npyTexts } from '../../host/export/npz-file.js';
import { writeWhole } from '../../host/files/write-whole.js';
import type { CommandContext } from '../context.js';
import type { CommonOptions } from '../options.js';
import { print, writeJson } from '../output.js';
import { createProgress } from '../progress.js';
import { provenance, tellWarnings } from '../report.js';
import { folderText } from '../text/semantics-text.js';
import { forgetState, runFolder } from './folder-run.js';
import type { ImageChoice } from './run-on-image.js';
import { skippedWarnings } from './semantics-folder.js';
import type { SemanticsOptions } from './semantics-options.js';
import { concentrationOf } from './semantics-run.js';
import type { VisionModel } from './vision-model.js';

/** What guides the masking of one picture. */
interface PictureMask {
  readonly grid: readonly [rows: number, columns: number];
  readonly keypoints: number;
  readonly probabilities: readonly number[];
  readonly weights: readonly number[];
}

/** What an archive of guided masks holds, as its JSON says. */
export interface GuidedMasks extends MaskGuide {
  readonly file: string;
  readonly concentration: string;
  readonly temperature: number;
  readonly patch: number;
  readonly images: readonly {
    readonly name: string;
    readonly grid: readonly [rows: number, columns: number];
    readonly keypoints: number;
    /** Patches that a mask has. */
    readonly count: number;
  }[];
}

type Wanted = NonNullable<SemanticsOptions['guidedMasks']>;

/** Writes the guided masking of one picture. */
export async function guidedMasksOfImage(
  vision: VisionModel,
  choice: ImageChoice,
  { concentration }: SemanticsOptions,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<GuidedMasks> {
  const result = await pictureMask(vision, choice, concentration, wanted, signal);
  return writeMasks(
    vision,
    [{ name: path.basename(choice.image ?? choice.pixels ?? ''), result }],
    concentration,
    wanted,
  );
}

/** Writes the guided masking of a folder of pictures; the model is not run, only its preprocessing and patches are used. */
export async function guidedMasksOfFolder(
  context: CommandContext,
  vision: VisionModel,
  folder: string,
  size: Size | null,
  options: CommonOptions,
  { concentration }: SemanticsOptions,
  wanted: Wanted,
): Promise<void> {
  const { signal } = context;
  const progress = createProgress(process.stderr, options.quiet);
  const stateFile = `${wanted.file}.partial.jsonl`;
  const { file, ...guide } = wanted;
  const { results, skipped, resumed } = await runFolder<PictureMask>({
    folder,
    stateFile,
    key: {
      version: context.version,
      plan: vision.plan,
      size,
      patch: vision.forward.patches.patch,
      concentration,
      guide,
    },
    isResult: isPictureMask,
    each: (picture) => pictureMask(vision, { image: picture.path, pixels: null, size }, concentration, wanted, signal),
    progress,
    signal,
  }).finally(() => progress.clear());
  const masks = await writeMasks(vision, results, concentration, wanted);
  await forgetState(stateFile);
  const warnings = [...vision.warnings, ...skippedWarnings(skipped)];
  if (options.json === null) {
    tellWarnings(warnings, options.quiet);
    await print(folderText(folder, results.length, skipped, [`chances to be masked are in ${file}`]));
    return;
  }
  const head = headToJson(provenance(context, 'semantics', vision.inspection, vision.bytesRead(), warnings));
  const done = { path: folder, images: results.length + skipped.length, done: results.length, resumed, skipped };
  await writeJson(options.json, { ...head, model: vision.model.name, folder: done, guidedMasks: masks });
}

async function pictureMask(
  vision: VisionModel,
  choice: ImageChoice,
  kind: SemanticsOptions['concentration'],
  guide: MaskGuide,
  signal: AbortSignal,
): Promise<PictureMask> {
  const { input } = await vision.prepare(choice);
  const { patch } = vision.forward.patches;
  const grid = gridOf(input.size, patch);
  const name = path.basename(choice.image ?? choice.pixels ?? '');
  const { found, counts } = await concentrationOf(vision, { input, name }, grid, patch, kind, signal);
  return {
    grid,
    keypoints: found.places,
    probabilities: Array.from(maskProbabilities(found.values, guide)),
    weights: Array.from(lossWeights(counts.values, patch, KAMIM_TEMPERATURE)),
  };
}

function gridOf([height, width]: Size, patch: number): readonly [number, number] {
  if (height % patch === 0 && width % patch === 0) return [height / patch, width / patch];
  const problem = `pictures of ${height} x ${width} pixels do not divide into patches of ${patch}`;
  throw new CheckpointError('wrong-use', 'the input', problem, `give --size with multiples of ${patch}`);
}

/** Writes the archive and, beside it, what it holds as JSON. Rows of pictures with fewer patches than others end with NaN. */
async function writeMasks(
  vision: VisionModel,
  pictures: readonly { readonly name: string; readonly result: PictureMask }[],
  concentration: string,
  { file, ...guide }: Wanted,
): Promise<GuidedMasks> {
  const patches = pictures.reduce((most, { result }) => Math.max(most, result.probabilities.length), 0);
  const characters = pictures.reduce((most, { name }) => Math.max(most, Array.from(name).length), 1);
  const count = pictures.length;
  const counts = pictures.map(({ result }) => maskedCount(Float64Array.from(result.probabilities)));
  const archive = await createNpzFile(file, [
    { name: 'names', shape: [count], characters },
    { name: 'grids', shape: [count, 2] },
    { name: 'counts', shape: [count] },
    { name: 'probabilities', shape: [count, patches] },
    { name: 'loss_weights', shape: [count, patches] },
  ]);
  const description: GuidedMasks = {
    file,
    ...guide,
    concentration,
    temperature: KAMIM_TEMPERATURE,
    patch: vision.forward.patches.patch,
    images: pictures.map(({ name, result: { grid, keypoints } }, index) => ({
      name,
      grid,
      keypoints,
      count: counts[index] ?? 0,
    })),
  };
  try {
    await archive.append('counts', Float64Array.from(counts));
    for (const { name, result } of pictures) {
      await archive.append('names', npyTexts([name], characters));
      await archive.append('grids', Float64Array.from(result.grid));
      await archive.append('probabilities', padded(result.probabilities, patches));
      await archive.append('loss_weights', padded(result.weights, patches));
    }
    await archive.finish();
  } catch (error) {
    await archive.discard();
    throw error;
  }
  await writeWhole(file.replace(/\.npz$/u, '.json'), `${JSON.stringify(description, null, 1)}\n`);
  return description;
}

function padded(values: readonly number[], length: number): Float64Array {
  const out = new Float64Array(length).fill(NaN);
  out.set(values);
  return out;
}

function isPictureMask(value: unknown): value is PictureMask {
  if (typeof value !== 'object' || value === null) return false;
  if (!('grid' in value && 'keypoints' in value && 'probabilities' in value && 'weights' in value)) return false;
  const { grid, keypoints, probabilities, weights } = value;
  if (!isNumbers(grid) || !isNumbers(probabilities) || !isNumbers(weights) || typeof keypoints !== 'number')
    return false;
  const [rows = 0, columns = 0] = grid;
  return grid.length === 2 && probabilities.length === rows * columns && weights.length === rows * columns;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'number');
}
