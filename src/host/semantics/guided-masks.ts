import * as l10n from '@vscode/l10n';
import path from 'node:path';
import type { ConcentrationKind } from '../../core/analysis/keypoints/concentration.js';
import {
  KAMIM_TEMPERATURE,
  lossWeights,
  maskedCount,
  type MaskGuide,
  maskProbabilities,
} from '../../core/analysis/keypoints/guided-mask.js';
import { CheckpointError } from '../../core/errors.js';
import type { Size } from '../../core/image/preprocess/picture.js';
import { createNpzFile, npyTexts } from '../export/npz-file.js';
import { asWriteError } from '../files/system-error.js';
import { writeWhole } from '../files/write-whole.js';
import type { ImageChoice } from '../image-lab/model-input.js';
import { forgetState, type FolderOutcome, runFolder } from './folder-run.js';
import { concentrationOf } from './prompted-model.js';
import type { SemanticsModel } from './semantics-model.js';

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

/** Guided masks of a folder. */
export interface GuidedMasksOfFolder extends Omit<FolderOutcome<unknown>, 'results'> {
  readonly masks: GuidedMasks;
}

/** How masking is guided, and the archive that is written. */
export interface GuidedMasksWish extends MaskGuide {
  readonly file: string;
  readonly concentration: ConcentrationKind;
}

/** Masking needs no run of the model: only how it prepares pictures, and its patches. */
type Subject = Pick<SemanticsModel, 'plan' | 'forward' | 'prepare'>;

/** Writes the guided masking of one picture. */
export async function guidedMasksOfImage(
  subject: Subject,
  choice: ImageChoice,
  wanted: GuidedMasksWish,
  signal: AbortSignal,
): Promise<GuidedMasks> {
  const result = await pictureMask(subject, choice, wanted, signal);
  return writeMasks(subject, [{ name: path.basename(choice.image ?? choice.pixels ?? ''), result }], wanted);
}

/**
 * Writes the guided masking of a folder of pictures, as an archive and JSON beside it; what is done is kept beside it too until all are.
 * @param version of the program.
 */
export async function guidedMasksOfFolder(
  subject: Subject,
  { folder, size, version }: { readonly folder: string; readonly size: Size | null; readonly version: string },
  wanted: GuidedMasksWish,
  progress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<GuidedMasksOfFolder> {
  const { file, ...guide } = wanted;
  const stateFile = `${file}.partial.jsonl`;
  const { results, ...outcome } = await runFolder<PictureMask>({
    folder,
    stateFile,
    key: { version, plan: subject.plan, size, patch: subject.forward.patches.patch, guide },
    beside: null,
    isResult: isPictureMask,
    each: (picture) => pictureMask(subject, { image: picture.path, pixels: null, size }, wanted, signal),
    progress,
    signal,
  });
  const masks = await writeMasks(subject, results, wanted);
  await forgetState(stateFile);
  return { ...outcome, masks };
}

async function pictureMask(
  subject: Subject,
  choice: ImageChoice,
  { concentration: kind, ...guide }: GuidedMasksWish,
  signal: AbortSignal,
): Promise<PictureMask> {
  const { input } = await subject.prepare(choice);
  const { patch } = subject.forward.patches;
  const grid = gridOf(input.size, patch);
  const name = path.basename(choice.image ?? choice.pixels ?? '');
  const { found, counts } = await concentrationOf(subject, { input, name }, grid, patch, kind, signal);
  return {
    grid,
    keypoints: found.places,
    probabilities: Array.from(maskProbabilities(found.values, guide)),
    weights: Array.from(lossWeights(counts.values, patch, KAMIM_TEMPERATURE)),
  };
}

function gridOf([height, width]: Size, patch: number): readonly [number, number] {
  if (height % patch === 0 && width % patch === 0) return [height / patch, width / patch];
  const problem = l10n.t('pictures of {0} x {1} pixels do not divide into patches of {2}', height, width, patch);
  throw new CheckpointError(
    'wrong-use',
    l10n.t('the input'),
    problem,
    l10n.t('give a size with multiples of {0}', patch),
  );
}

/** Writes the archive and, beside it, what it holds as JSON. Rows of pictures with fewer patches than others end with NaN. */
async function writeMasks(
  { forward }: Pick<Subject, 'forward'>,
  pictures: readonly { readonly name: string; readonly result: PictureMask }[],
  { file, concentration, ...guide }: GuidedMasksWish,
): Promise<GuidedMasks> {
  const counts = pictures.map(({ result }) => maskedCount(Float64Array.from(result.probabilities)));
  const description: GuidedMasks = {
    file,
    ...guide,
    concentration,
    temperature: KAMIM_TEMPERATURE,
    patch: forward.patches.patch,
    images: pictures.map(({ name, result: { grid, keypoints } }, index) => ({
      name,
      grid,
      keypoints,
      count: counts[index] ?? 0,
    })),
  };
  try {
    await writeArchive(file, pictures, counts);
    await writeWhole(file.replace(/\.npz$/u, '.json'), `${JSON.stringify(description, null, 1)}\n`);
  } catch (error) {
    throw asWriteError(error, file);
  }
  return description;
}

async function writeArchive(
  file: string,
  pictures: readonly { readonly name: string; readonly result: PictureMask }[],
  counts: readonly number[],
): Promise<void> {
  const patches = pictures.reduce((most, { result }) => Math.max(most, result.probabilities.length), 0);
  const characters = pictures.reduce((most, { name }) => Math.max(most, Array.from(name).length), 1);
  const archive = await createNpzFile(file, [
    { name: 'names', shape: [pictures.length], characters },
    { name: 'grids', shape: [pictures.length, 2] },
    { name: 'counts', shape: [pictures.length] },
    { name: 'probabilities', shape: [pictures.length, patches] },
    { name: 'loss_weights', shape: [pictures.length, patches] },
  ]);
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
