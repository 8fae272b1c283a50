import * as l10n from '@vscode/l10n';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { CheckpointError } from '../../core/errors.js';
import type { ForwardModel, PatchGrid } from '../../core/inference/forward.js';
import type { OutputName } from '../../core/inference/outputs.js';
import type { Meeting } from '../../core/model/onnx/attention.js';
import type { Assumption } from '../../core/model/model.js';
import type { LoadParams, Prompted } from '../../protocol/inference.js';
import { type OnnxRuntime, sessionOptions } from './runtime.js';

/** A graph in the runtime, whoever wrote it, and how it is fed and read. */
export interface ReadyGraph {
  readonly forward: ForwardModel;
  readonly grid: PatchGrid;
  /** Prefix tokens and patches. */
  readonly tokens: number;
  readonly outputs: readonly OutputName[];
  /** True when pictures of other sizes can be run too. */
  readonly sizeIsFree: boolean;
  /** What was assumed of the graph, beside what was of the model. */
  readonly assumptions: readonly Assumption[];
  readonly copiedBytes: number;
  /** How queries and keys meet in each layer, where runs give them. */
  readonly meetings: readonly Meeting[] | null;
  /** Outputs and taps of one picture, by the names that we give them. @throws CheckpointError where the file's own graph cannot be run on it. */
  run(pixels: Tensor, prompt: Prompted | null): Promise<Readonly<Record<string, Tensor>>>;
}

/**
 * Gives a model to the runtime.
 * @param model its bytes.
 * @param folder where its external weights are.
 * @param advice what to do where the runtime refuses it.
 */
export async function createSession(
  runtime: OnnxRuntime,
  model: Uint8Array,
  folder: string,
  { threads, checkpoint, once = false }: Pick<LoadParams, 'threads' | 'checkpoint' | 'once'>,
  advice: string,
): Promise<InferenceSession> {
  const options = sessionOptions(folder, threads, once);
  try {
    return await runtime.InferenceSession.create(model, options);
  } catch (error) {
    const problem = l10n.t('ONNX Runtime refused the model: {0}', firstLine(error));
    throw new CheckpointError('unsupported', checkpoint.files[0]?.name ?? '', problem, advice);
  }
}

/** What ONNX Runtime says of a failure; what follows is where in its own sources. */
export function firstLine(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
}
