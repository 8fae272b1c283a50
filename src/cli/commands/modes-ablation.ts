import { ablate } from '../../core/analysis/image/ablation.js';
import type { HeadWeights, TokenNorm } from '../../core/analysis/image/head-weights.js';
import type { HeadModes } from '../../core/analysis/image/modes-on-image.js';
import { type OutputChange, outputChange, type TopClass, topClasses } from './run-on-image-output.js';
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
  const all = new Set(asked.flatMap((mode) => membersOf(mode, modes)));
  const taken = [...all].sort((a, b) => a - b);
  const changed = heads.map((weights, index) =>
    index === head ? ablate(weights, norm, modes, { modes: taken, keyBias: false, head: false }) : weights,
  );
  const after = await on.rerun({
    queries: [
      {
        layer,
        weight: joined(changed.map(({ query }) => query)),
        bias: joined(changed.map(({ queryBias, rows }) => queryBias ?? new Float64Array(rows))),
      },
    ],
    nearestKeys: null,
  });
  return {
    modes: taken,
    outputChange: outputChange(on.run, after),
    topBefore: topClasses(on.run, on.config),
    topAfter: topClasses(after, on.config),
  };
}

/** The modes of a block cannot be told apart, so they go together. */
function membersOf(mode: number, { blocks }: HeadModes): number[] {
  const [first, last] = blocks.find(([from, to]) => from <= mode && mode <= to) ?? [mode, mode];
  return Array.from({ length: last - first + 1 }, (_, n) => first + n);
}

function joined(parts: readonly Float64Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
