import { CheckpointError, type Warning } from '../../core/errors.js';
import type { PreprocessingPlan } from '../../core/image/preprocess/config/plan.js';
import type { Size } from '../../core/image/preprocess/picture.js';
import { changePreprocessing } from '../../core/image/preprocess/preprocessing.js';
import type { SourceOf } from '../../core/analysis/layer.js';
import { describeForward } from '../../core/inference/describe.js';
import type { ForwardEdits } from '../../core/inference/edits.js';
import type { ForwardModel } from '../../core/inference/forward.js';
import type { Model, Recognition } from '../../core/model/model.js';
import type { Inspection } from '../../host/engine/contract.js';
import { readJsonBeside } from '../../host/files/json-beside.js';
import { type ImageChoice, type Input, inputOfFile } from '../../host/image-lab/model-input.js';
import { planBeside } from '../../host/image-lab/picture-source.js';
import { InferenceSession } from '../../host/inference/inference-session.js';
import { withFiles } from '../../host/inference/open-files.js';
import type { WarmProcess } from '../../host/inference/warm-process.js';
import { PROCESS_FILE } from '../bundles.js';
import { chooseModels } from '../choose-models.js';
import type { CommandContext } from '../context.js';
import { type CommonOptions, inspectRequest } from '../options.js';
import { noAttention } from '../report.js';
import { UsageError } from '../usage-error.js';
import { readPixels } from './run-on-image-pixels.js';

/** The vision model of a checkpoint, ready to be run on pictures. */
export interface VisionModel {
  readonly inspection: Inspection;
  readonly model: Model;
  readonly forward: ForwardModel;
  /** Name of the checkpoint for messages. */
  readonly name: string;
  /** Opened weights; the bytes that are read through it are counted. */
  readonly sourceOf: SourceOf;
  readonly bytesRead: () => number;
  /** Parsed config.json, unchecked, or null. */
  readonly config: unknown;
  /** How the model wants its pictures. */
  readonly plan: PreprocessingPlan;
  /** Of the checkpoint and its configuration. */
  readonly warnings: readonly Warning[];
  /** What the model is fed for a picture. */
  prepare(choice: ImageChoice): Promise<{ input: Input; warnings: readonly Warning[] }>;
  /** A session for pictures of one size, which ends with the model at the latest. */
  session(edits: ForwardEdits, size: Size, taps: boolean, once?: boolean): InferenceSession;
}

/** Longer than any command waits between two requests to the model. */
const IDLE_MS = 3_600_000;

/** Inspects a checkpoint and gives its vision model to `use`. @throws CheckpointError, UsageError */
export async function withVisionModel(
  { engine, signal, modelProcess }: CommandContext,
  file: string,
  options: CommonOptions,
  use: (vision: VisionModel) => Promise<void>,
): Promise<void> {
  try {
    const inspection = await engine.inspect(inspectRequest(file, options), signal);
    await useVisionModel(inspection, { modelProcess, file }, options, use);
  } finally {
    modelProcess?.process.kill();
  }
}

async function useVisionModel(
  inspection: Inspection,
  { modelProcess, file }: { modelProcess: WarmProcess | null; file: string },
  options: CommonOptions,
  use: (vision: VisionModel) => Promise<void>,
): Promise<void> {
  const model = visionModel(inspection, options.model);
  const { checkpoint, tensors } = inspection;
  const name = checkpoint.files[0]?.name ?? file;
  await withFiles(checkpoint, async ({ sourceOf, folder }) => {
    const config = await readJsonBeside(folder, 'config.json');
    const forward = describeForward(model, tensors, config.value, name);
    const plan = await planBeside(folder, model);
    const sessions: InferenceSession[] = [];
    // A model's process does not hold this one while it ends, and its end must be seen, since it removes scratch files.
    const holds = setInterval(() => undefined, IDLE_MS);
    let bytes = 0;
    try {
      await use({
        inspection,
        model,
        forward,
        name,
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
        plan,
        warnings: [...inspection.warnings, ...(config.warning === null ? [] : [config.warning])],
        prepare: (choice) => prepare(choice, plan),
        session(edits, size, taps, once = false) {
          const params = { checkpoint, tensors, model, imageSize: size, threads: options.threads };
          const session = new InferenceSession(
            { ...params, edits, taps, once },
            { processFile: PROCESS_FILE, idleMs: IDLE_MS },
            sessions.length === 0 ? modelProcess : null,
          );
          sessions.push(session);
          return session;
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
  plan: PreprocessingPlan,
): Promise<{ input: Input; warnings: readonly Warning[] }> {
  if (pixels !== null) {
    const { values, size: own } = await readPixels(pixels);
    return { input: { pixels: values, size: own, picture: null, preparation: null }, warnings: [] };
  }
  if (image === null) throw new UsageError('give an IMAGE, or --pixels FILE.npy');
  const preprocessing = size === null ? plan.preprocessing : changePreprocessing(plan.preprocessing, { size });
  const { input, warnings } = await inputOfFile(image, plan.from, preprocessing);
  return {
    input,
    warnings: [
      ...warnings,
      ...plan.assumed.map((text) => ({
        code: 'preprocessing',
        message: size === null ? text : `${text} --size takes the place of its size and crop.`,
      })),
    ],
  };
}
