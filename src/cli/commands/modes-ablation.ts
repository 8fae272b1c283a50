import type { HeadWeights, TokenNorm } from '../../core/analysis/image/head-weights.js';
import type { HeadModes } from '../../core/analysis/image/modes-on-image.js';
import { ablationEdit, withBlocks } from '../../host/image-lab/ablation-edit.js';
import { type OutputChange, outputChange, type TopClass, topClasses } from '../../host/image-lab/run-output.js';
import type { RunOnImage } from './run-on-image.js';

/** What becomes of the output without some modes of a head. */
export interface AblationResult {
  /** Modes that were taken out: those asked for, and all of a block where one belongs to one. */
  readonly modes: readonly number[];
  readonly outputChange: OutputChange;
  readonly topBefore: readonly TopClass[] | null;
  readonly topAfter: readonly TopClass[] | null;
}

/** Runs the model again without some modes of one head; nothing else of it changes. */
export async function ablation(
  on: RunOnImage,
  layer: number,
  head: number,
  heads: readonly HeadWeights[],
  norm: TokenNorm | null,
  modes: HeadModes,
  asked: readonly number[],
): Promise<AblationResult> {
  const taken = withBlocks(asked, modes);
  const { edit } = ablationEdit(layer, head, heads, norm, modes, { modes: taken, keyBias: false, head: false });
  const after = await on.rerun({ queries: [edit], nearestKeys: null });
  return {
    modes: taken,
    outputChange: outputChange(on.run, after),
    topBefore: topClasses(on.run, on.config),
    topAfter: topClasses(after, on.config),
  };
}
