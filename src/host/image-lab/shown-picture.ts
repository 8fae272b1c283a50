import * as l10n from '@vscode/l10n';
import { preprocess, type ModelInput } from '../../core/image/preprocess/preprocess.js';
import { changePreprocessing, type PreprocessingChanges } from '../../core/image/preprocess/preprocessing.js';
import { groupDigits } from '../../core/bytes/quote.js';
import { CheckpointError } from '../../core/errors.js';
import type { ForwardModel, PrefixTokens } from '../../core/inference/forward.js';
import { isWindowed, layerGrid } from '../../core/inference/layer-shapes.js';
import { windowSize } from '../../core/inference/windows.js';
import type { ImageCard, ImageSource } from '../../protocol/image.js';
import type { OpenStep } from '../../protocol/image-worker.js';
import type { LoadedModel, RunResult } from '../../protocol/inference.js';
import type { ModelRunner } from './model-runner.js';
import { checkFinite } from './not-finite.js';
import { fixedSize, type OpenedModel } from './opened-model.js';
import { PictureRun } from './picture-run.js';
import { type NamedPicture, readPicture } from './picture-source.js';
import { topClasses } from './run-output.js';

/** A decoded picture that is kept, in bytes: 21 million pixels. */
const MAX_KEPT_BYTES = 64 * 2 ** 20;

/** A picture that the model was run on. */
export interface ShownPicture {
  /** The picture, to be prepared another way: decoded, or where it is to be had again when it is large. */
  readonly source: ImageSource | NamedPicture;
  readonly input: ModelInput;
  readonly loaded: LoadedModel;
  readonly run: PictureRun;
  readonly result: RunResult;
  readonly card: Omit<ImageCard, 'id' | 'model'>;
}

/**
 * Decodes and prepares a picture and runs the model on it; the model is loaded meanwhile.
 * @param source a picture, or one that was decoded before.
 * @throws CheckpointError naming the picture or the checkpoint.
 */
export async function showPicture(
  { file, forward, plan, config }: OpenedModel,
  runner: ModelRunner,
  source: ImageSource | NamedPicture,
  changes: PreprocessingChanges | null,
  step: (step: OpenStep) => void,
  signal: AbortSignal,
): Promise<ShownPicture> {
  const preprocessing = changes === null ? plan.preprocessing : changePreprocessing(plan.preprocessing, changes);
  const expected = fixedSize(preprocessing);
  if (expected !== null) runner.warm(expected);
  step('image');
  const original = 'kind' in source ? await readPicture(source) : source;
  signal.throwIfAborted();
  const input = preprocess(original.picture, preprocessing, original.name);
  checkPatches(input, forward.patches.patch, original.name);
  step('run');
  const run = new PictureRun(() => runner.base(input.size), input.pixels);
  const { loaded, result } = await run.start();
  signal.throwIfAborted();
  checkFinite(result, file);
  const { picture, name, warnings } = original;
  const card: ShownPicture['card'] = {
    name,
    originalSize: [picture.height, picture.width],
    inputSize: input.size,
    grid: loaded.grid,
    ...windowedLayers(forward, loaded),
    picture: input.picture.pixels,
    prefix: prefixNames(forward.prefix),
    preprocessing,
    preprocessingFrom: changes === null ? plan.from : 'changed',
    sizeIsFree: loaded.sizeIsFree,
    output: { top: topClasses(result, config) ?? [] },
    notes: [
      ...warnings.map(({ message }) => message),
      ...plan.assumed,
      ...loaded.assumptions.map(({ text }) => text),
      ...(loaded.copiedBytes > 0 ? [copyNote(loaded.copiedBytes)] : []),
    ],
    runMs: result.runMs,
  };
  const isLarge = picture.pixels.byteLength > MAX_KEPT_BYTES;
  return { source: isLarge ? source : original, input, loaded, run, result, card };
}

/** @throws CheckpointError `wrong-use` for an input that does not divide into patches, before a process says so. */
function checkPatches({ size: [height, width] }: ModelInput, patch: number, name: string): void {
  if (height % patch === 0 && width % patch === 0) return;
  const problem = l10n.t(
    'this preprocessing makes {0} x {1} pixels of it, which do not divide into patches of {2}',
    height,
    width,
    patch,
  );
  throw new CheckpointError(
    'wrong-use',
    name,
    problem,
    l10n.t('choose a size with sides that are multiples of {0}', patch),
  );
}

/** The tokens of each layer where they attend within windows. */
function windowedLayers(forward: ForwardModel, { grid }: LoadedModel): Pick<ImageCard, 'windowed'> {
  if (!isWindowed(forward)) return {};
  const windowed = forward.blocks.map(({ attention }, layer) => {
    const own = layerGrid(forward, grid, layer);
    return { grid: own, window: attention.windows === undefined ? own : windowSize(attention.windows, own) };
  });
  return { windowed };
}

function prefixNames(prefix: readonly PrefixTokens[]): string[] {
  return prefix.flatMap(({ role, tokens: { rows } }) =>
    role === 'registers' || rows > 1
      ? Array.from({ length: rows }, (_, index) => `${role === 'registers' ? 'register' : role} ${index}`)
      : [role],
  );
}

function copyNote(bytes: number): string {
  return l10n.t(
    '{0} bytes of the weights cannot be used as they lie in the file and were copied to a temporary one.',
    groupDigits(bytes),
  );
}
