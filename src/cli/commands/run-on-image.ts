import { groupDigits } from '../../core/bytes/quote.js';
import type { Warning } from '../../core/errors.js';
import { changePreprocessing } from '../../core/image/preprocess/preprocessing.js';
import type { SourceOf } from '../../core/analysis/layer.js';
import { type ForwardEdits, NO_EDITS } from '../../core/inference/edits.js';
import type { ForwardModel } from '../../core/inference/forward.js';
import { checkChangeable } from '../../core/inference/own-graph-model.js';
import type { Model } from '../../core/model/model.js';
import type { Inspection } from '../../host/engine/contract.js';
import type { ImageChoice, Input } from '../../host/image-lab/model-input.js';
import { checkFinite } from '../../host/image-lab/not-finite.js';
import { fixedSize } from '../../host/image-lab/opened-model.js';
import type { Run } from '../../host/inference/inference-session.js';
import type { LoadedModel } from '../../protocol/inference.js';
import type { CommandContext } from '../context.js';
import type { CommonOptions } from '../options.js';
import { withVisionModel } from './vision-model.js';

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
  /** @throws CheckpointError for a model that can only be run as its file says. */
  checkChangeable(): void;
  /** Outputs for the same input with a changed model; the first one ends, so that only one is in memory, and gives no taps any more. */
  rerun(edits: ForwardEdits): Promise<Run>;
}

/**
 * Inspects a checkpoint, runs its vision model on a picture, and gives all that to `use`.
 * @param check throws UsageError where the model cannot be asked this, before it is loaded.
 * @throws CheckpointError, UsageError
 */
export async function runOnImage(
  context: CommandContext,
  file: string,
  choice: ImageChoice,
  options: CommonOptions,
  check: (model: Model) => void,
  use: (run: RunOnImage) => Promise<void>,
): Promise<void> {
  const { signal } = context;
  await withVisionModel(context, file, options, async (vision) => {
    check(vision.model);
    const known = fixedSize(
      choice.size === null
        ? vision.plan.preprocessing
        : changePreprocessing(vision.plan.preprocessing, { size: choice.size }),
    );
    // The model loads while the picture is prepared, where its size is known before.
    const ahead = choice.image === null || known === null ? null : vision.session(NO_EDITS, known, true, true);
    ahead?.load(signal).catch(() => undefined);
    const { input, warnings } = await vision.prepare(choice);
    const session = ahead ?? vision.session(NO_EDITS, input.size, true, true);
    const loaded = await session.load(signal);
    const run = await session.run(input.pixels, signal);
    checkFinite(run, vision.name);
    const { inspection, model, forward, sourceOf, bytesRead, config } = vision;
    await use({
      inspection,
      model,
      input,
      loaded,
      run,
      forward,
      sourceOf,
      bytesRead,
      config,
      warnings: [...vision.warnings, ...warnings, ...assumed(loaded)],
      checkChangeable: () => {
        checkChangeable(forward, vision.name);
      },
      async rerun(edits) {
        await session.dispose();
        const changed = vision.session(edits, input.size, false, true);
        const result = await changed.run(input.pixels, signal);
        await changed.dispose();
        checkFinite(result, vision.name);
        return result;
      },
    });
  });
}

/** What was assumed of a model that was loaded, and what was copied of it. */
export function assumed({ assumptions, copiedBytes }: LoadedModel): Warning[] {
  const message = `${groupDigits(copiedBytes)} bytes of the weights cannot be used as they lie and were copied to a temporary file.`;
  return [
    ...assumptions.map(({ text }) => ({ code: 'assumed', message: text })),
    ...(copiedBytes > 0 ? [{ code: 'copied', message }] : []),
  ];
}
