import { ablate, type Ablation } from '../../core/analysis/image/ablation.js';
import type { HeadWeights, TokenNorm } from '../../core/analysis/image/head-weights.js';
import type { HeadModes } from '../../core/analysis/image/modes-on-image.js';
import type { QueryEdit } from '../../core/inference/edits.js';

/** The modes that go when these are asked for, in order: the modes of a block cannot be told apart, so they go together. */
export function withBlocks(asked: readonly number[], { blocks }: Pick<HeadModes, 'blocks'>): number[] {
  const members = asked.flatMap((mode) => {
    const [first, last] = blocks.find(([from, to]) => from <= mode && mode <= to) ?? [mode, mode];
    return Array.from({ length: last - first + 1 }, (_, n) => first + n);
  });
  return [...new Set(members)].sort((a, b) => a - b);
}

/** The queries of a layer when something is taken out of one of its heads. */
export function ablationEdit(
  layer: number,
  head: number,
  heads: readonly HeadWeights[],
  norm: TokenNorm | null,
  modes: HeadModes,
  ablation: Ablation,
): { readonly heads: readonly HeadWeights[]; readonly edit: QueryEdit } {
  const changed = heads.map((weights, index) => (index === head ? ablate(weights, norm, modes, ablation) : weights));
  const edit = {
    layer,
    weight: joined(changed.map(({ query }) => query)),
    bias: joined(changed.map(({ queryBias, rows }) => queryBias ?? new Float64Array(rows))),
  };
  return { heads: changed, edit };
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
