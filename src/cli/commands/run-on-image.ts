import path from 'node:path';
import { CheckpointError, type Warning } from '../../core/errors.js';
import type { CheckpointFolder } from '../../core/bytes/byte-source.js';
import type { Picture, Size } from '../../core/image/preprocess/picture.js';
import { preprocessingFrom } from '../../core/image/preprocess/config/preprocessing-from.js';
import type { PreprocessingPlan } from '../../core/image/preprocess/config/plan.js';
import { preprocess } from '../../core/image/preprocess/preprocess.js';
import { changePreprocessing, type Preprocessing } from '../../core/image/preprocess/preprocessing.js';
import type { SourceOf } from '../../core/analysis/layer.js';
import { describeForward } from '../../core/inference/describe.js';
import { type ForwardEdits, NO_EDITS } from '../../core/inference/edits.js';
import type { ForwardModel } from '../../core/inference/forward.js';
import type { Model, Recognition } from '../../core/model/model.js';
import type { Inspection } from '../../host/engine/contract.js';
import { readJsonBeside } from '../../host/files/json-beside.js';
import { openImage } from '../../host/images/image-file.js';
import { InferenceSession, type Run } from '../../host/inference/inference-session.js';
import { withFiles } from '../../host/inference/open-files.js';
import type { LoadedModel } from '../../protocol/inference.js';
import { chooseModels } from '../choose-models.js';
import type { CommandContext } from '../context.js';
import { BUNDLES } from '../environment.js';
import type { CommonOptions } from '../options.js';
import { noAttention } from '../report.js';
import { UsageError } from '../usage-error.js';
import { readPixels } from './run-on-image-pixels.js';

/** What a model is run on: a picture, or pixels that are ready for it. */
export interface ImageChoice {
  readonly image: string | null;
  readonly pixels: string | null;
  /** Exact size of the input, in place of what the configuration says. */
  readonly size: Size | null;
}

/** What the model is fed, and where it comes from. */
export interface Input {
  readonly pixels: Float32Array;
  readonly size: Size;
  /** Null for pixels that were given as they are. */
  readonly preparation: {
    readonly from: PreprocessingPlan['from'];
    readonly preprocessing: Preprocessing;
    /** Size of the picture before. */
    readonly original: Size;
  } | null;
}

/** A model that was run on a picture. */
export interface RunOnImage {
  readonly inspection: Inspection;
  readonly model: Model;
  readonly input: Input;
  readonly loaded: LoadedModel;
  readonly run: Run;
  readonly forward: ForwardModel;
  /** Opened weights; the bytes that are read through it are counted. */
  readonly sourceOf: SourceOf;
  readonly bytesRead: () => number;
  /** Parsed config.json, unchecked, or null. */
  readonly config: unknown;
  readonly warnings: readonly Warning[];
  /** Outputs for the same input with a changed model; the first one ends, so that only one is in memory, and gives no taps any more. */
  rerun(edits: ForwardEdits): Promise<Run>;
}

/** Longer than any command waits between two requests to the model. */
const IDLE_MS = 3_600_000;

/** Inspects a checkpoint, runs its vision model on a picture, and gives all that to `use`. @throws CheckpointError, UsageError */
export async function runOnImage(
  { engine, signal }: CommandContext,
  file: string,
  choice: ImageChoice,
  options: CommonOptions,
  use: (run: RunOnImage) => Promise<void>,
): Promise<void> {
  const inspection = await engine.inspect({ path: file, options: options.recognition, partial: false }, signal);
  const model = visionModel(inspection, options.model);
  const { checkpoint, tensors } = inspection;
  await withFiles(checkpoint, async ({ sourceOf, folder }) => {
    const config = await readJsonBeside(folder, 'config.json');
    const forward = describeForward(model, tensors, config.value, checkpoint.files[0]?.name ?? file);
    const { input, warnings } = await prepare(choice, model, folder);
    const sessions: InferenceSession[] = [];
    // A model's process does not hold this one while it ends, and its end must be seen, since it removes scratch files.
    const holds = setInterval(() => undefined, IDLE_MS);
    const sessionOf = (edits: ForwardEdits): InferenceSession => {
      const params = { checkpoint, tensors, model, imageSize: input.size, threads: options.threads };
      const session = new InferenceSession(
        { ...params, edits, taps: edits === NO_EDITS },
        { processFile: path.join(BUNDLES, 'inference.js'), idleMs: IDLE_MS },
      );
      sessions.push(session);
      return session;
    };
    try {
      const session = sessionOf(NO_EDITS);
      const loaded = await session.load(signal);
      const run = await session.run(input.pixels, signal);
      checkFinite(run, checkpoint.files[0]?.name ?? file);
      let bytes = 0;
      await use({
        inspection,
        model,
        input,
        loaded,
        run,
        forward,
        sourceOf: async (index) => {
          const source = await sourceOf(index);
          const read = (offset: number, length: number) => {
            bytes += length;
            return source.read(offset, length);
          };
          return { name: source.name, size: source.size, read };
        },
        bytesRead: () => bytes,
        config: config.value,
        warnings: [
          ...inspection.warnings,
          ...(config.warning === null ? [] : [config.warning]),
          ...warnings,
          ...loaded.assumptions.map(({ text }) => ({ code: 'assumed', message: text })),
        ],
        async rerun(edits) {
          await session.dispose();
          const changed = sessionOf(edits);
          const result = await changed.run(input.pixels, signal);
          await changed.dispose();
          checkFinite(result, checkpoint.files[0]?.name ?? file);
          return result;
        },
      });
    } finally {
      await Promise.all(sessions.map((session) => session.dispose()));
      clearInterval(holds);
    }
  });
}

/** The one model that sees pictures, or the one that was named. */
function visionModel(inspection: Inspection, wanted: string | null): Model {
  const { recognition } = inspection;
  const [problem] = noAttention(inspection);
  if (problem !== undefined && wanted === null) {
    const name = inspection.checkpoint.files[0]?.name ?? '';
    throw new CheckpointError('unsupported', name, 'no attention was found in it', 'choose a vision transformer');
  }
  const chosen = wanted === null ? seeing(recognition) : chooseModels(recognition, wanted);
  const [model, ...others] = chosen;
  if (model !== undefined && others.length === 0) return model;
  const list = recognition.models.map(({ name, title }) => `${name} (${title})`).join(', ');
  throw new UsageError(`the file holds several models: choose one with --model: ${list}`);
}

function seeing(recognition: Recognition): readonly Model[] {
  const { models, defaults } = recognition;
  const able = models.filter(({ tower }) => tower === 'vision' || tower === 'encoder');
  const obvious = able.filter(({ name }) => defaults.includes(name));
  if (obvious.length > 0) return obvious;
  return able.length > 0 ? able : models;
}

async function prepare(
  { image, pixels, size }: ImageChoice,
  model: Model,
  folder: CheckpointFolder,
): Promise<{ input: Input; warnings: readonly Warning[] }> {
  if (pixels !== null) {
    const { values, size: own } = await readPixels(pixels);
    return { input: { pixels: values, size: own, preparation: null }, warnings: [] };
  }
  if (image === null) throw new UsageError('give an IMAGE, or --pixels FILE.npy');
  const plan = await planBeside(folder, model);
  const preprocessing = size === null ? plan.preprocessing : changePreprocessing(plan.preprocessing, { size });
  const { picture, name, warnings } = await readPicture(image);
  const { pixels: values, size: own } = preprocess(picture, preprocessing, name);
  const original = [picture.height, picture.width] as const;
  return {
    input: { pixels: values, size: own, preparation: { from: plan.from, preprocessing, original } },
    warnings: [
      ...warnings,
      ...plan.assumed.map((text) => ({
        code: 'preprocessing',
        message: size === null ? text : `${text} --size takes the place of its size and crop.`,
      })),
    ],
  };
}

/** A picture file, decoded. */
export async function readPicture(
  file: string,
): Promise<{ picture: Picture; name: string; warnings: readonly Warning[] }> {
  const image = await openImage(file);
  return { ...(await image.decode()), name: image.name };
}

/** The preprocessing of the first configuration that tells of one; else that of the family. */
async function planBeside(folder: CheckpointFolder, model: Model): Promise<PreprocessingPlan> {
  let fallback: PreprocessingPlan | null = null;
  for (const name of ['preprocessor_config.json', 'config.json', 'open_clip_config.json']) {
    const { value } = await readJsonBeside(folder, name);
    if (value === null) continue;
    const plan = preprocessingFrom(value, model);
    if (plan.from !== 'family') return plan;
    fallback ??= plan;
  }
  return fallback ?? preprocessingFrom(null, model);
}

function checkFinite({ nonFinite }: Run, file: string): void {
  if (nonFinite === null) return;
  const where = 'tap' in nonFinite ? `the ${nonFinite.tap} of layer ${nonFinite.layer}` : `its ${nonFinite.output}`;
  const problem = `the model makes numbers that are not finite of this picture, first in ${where.replaceAll('-', ' ')}`;
  throw new CheckpointError('malformed', file, problem, 'look for NaN or infinity in its weights with analyze');
}
