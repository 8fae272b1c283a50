import type { GridRotation } from '../rotation.js';
import { vitTitle } from '../titles.js';
import type { Family, RotationView, StackView } from './family.js';
import { hasTimmEmbedding, TIMM_EMBEDDING, TIMM_FUSED, TIMM_KNOWN, TIMM_ROOTS } from './timm-blocks.js';

/** RoPE-ViT as timm calls it (arXiv 2403.13298): axial, or `mixed` with frequencies of its own for each head. */
const ROPE_VIT = /^vit_\w+_patch\d+_rope(_mixed)?(_ape)?_\d+$/u;
const ROPE_VIT_BASE = 100;
/** Perception Encoder (arXiv 2504.13181), whose names say the grid on which it was trained. */
const PERCEPTION_ENCODER = /^vit_pe_(?:core|lang|spatial)_\w+_patch(\d+)_(\d+)$/u;
const PERCEPTION_ENCODER_BASE = 10_000;

function isRotary(stack: StackView): boolean {
  const { architecture } = stack;
  return ROPE_VIT.test(architecture) || PERCEPTION_ENCODER.test(architecture) || stack.has('rope.freqs');
}

/** The rotation that an architecture of timm stands for; null for learned frequencies, and where config.json changes what the name says. */
function ropeRotation({ stack, config }: RotationView): GridRotation | null {
  const { architecture } = stack;
  if (stack.has('rope.freqs') || config.some((view) => view.has('model_args'))) return null;
  const common = { kind: 'grid', pairs: 'interleaved', assumed: null } as const;
  if (ROPE_VIT.exec(architecture)?.[1] === undefined && ROPE_VIT.test(architecture)) {
    return { ...common, angles: { kind: 'counted', base: ROPE_VIT_BASE, reference: null, order: 'xy' } };
  }
  const [, patch, size] = PERCEPTION_ENCODER.exec(architecture) ?? [];
  const side = Math.floor(Number(size) / Number(patch));
  if (!(side > 0 && Number.isFinite(side))) return null;
  const angles = { kind: 'counted', base: PERCEPTION_ENCODER_BASE, reference: [side, side], order: 'xy' } as const;
  return { ...common, angles };
}

/** Vision transformers of timm with rotary positions: their tensors are those of others, and config.json names the architecture. */
export const timmRope: Family = {
  id: 'timm-rope',
  towers: [
    {
      tower: 'vision',
      layouts: [TIMM_FUSED],
      accepts: (stack) => isRotary(stack) && hasTimmEmbedding(stack),
      position: 'rope',
      rotation: ropeRotation,
      embedding: TIMM_EMBEDDING,
      known: TIMM_KNOWN,
      roots: TIMM_ROOTS,
      title: (facts) => vitTitle('RoPE', facts),
    },
  ],
};
