import type { SourceOf } from '../../core/analysis/layer.js';
import type { PreprocessingPlan } from '../../core/image/preprocess/config/plan.js';
import type { Size } from '../../core/image/preprocess/picture.js';
import type { Preprocessing } from '../../core/image/preprocess/preprocessing.js';
import { describeForward } from '../../core/inference/describe.js';
import type { ForwardModel } from '../../core/inference/forward.js';
import type { LabSubject } from '../../protocol/image-worker.js';
import { readJsonBeside } from '../files/json-beside.js';
import { loadSharp } from '../images/decode.js';
import { withFiles } from '../inference/open-files.js';
import { planBeside } from './picture-source.js';

/** What is known of a model before it sees a picture. */
export interface OpenedModel {
  /** Name of the checkpoint for messages. */
  readonly file: string;
  readonly forward: ForwardModel;
  readonly plan: PreprocessingPlan;
  /** Parsed config.json, unchecked, or null. */
  readonly config: unknown;
}

/** Reads what running a model needs beside its weights. @throws CheckpointError saying why it cannot be run. */
export async function openModel({ checkpoint, tensors, model }: LabSubject): Promise<OpenedModel> {
  const file = checkpoint.files[0]?.name ?? '';
  return withFiles(checkpoint, async ({ folder }) => {
    const config = await readJsonBeside(folder, 'config.json');
    const forward = describeForward(model, tensors, config.value, file);
    await loadSharp(file);
    return { file, forward, plan: await planBeside(folder, model), config: config.value };
  });
}

/** Gives an action the weights of a checkpoint; its files are not kept open, so that whoever trains can replace them. */
export function withWeights<Result>(
  { checkpoint }: LabSubject,
  action: (sourceOf: SourceOf) => Promise<Result>,
): Promise<Result> {
  return withFiles(checkpoint, ({ sourceOf }) => action(sourceOf));
}

/** The size of the input that a preprocessing gives for every picture; null where that depends on the picture. */
export function fixedSize({ crop, resize }: Preprocessing): Size | null {
  if (crop !== null) return crop.size;
  return resize.mode === 'exact' ? resize.size : null;
}
