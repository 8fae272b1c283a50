import * as l10n from '@vscode/l10n';
import type { GridRotation } from '../rotation.js';
import type { RotationView, StackView } from './family.js';
import { evaAngles, evaRotation, TRAINED_GRID } from './grid-rotations.js';

/** RoPE-ViT (arXiv 2403.13298) with angles by row and column, with frequencies that each head learned, timm's own with registers, and Perception Encoder (arXiv 2504.13181). */
export type RotaryKind = 'axial' | 'mixed' | 'registers' | 'perception';

const ROPE_VIT = /^vit_\w+?_patch\d+_rope(_mixed)?(?:_ape)?_\d+/u;
const WITH_REGISTERS = /^vit_\w+?_patch\d+_rope_reg\d+_gap_\d+/u;
const PERCEPTION_ENCODER = /^vit_pe_(?:core|lang|spatial)_\w+?_patch(\d+)_(\d+)/u;

/** Bases of the periods. */
const AXIAL_BASE = 100;
const PERCEPTION_BASE = 10_000;

/** Settings of config.json that make another rotation of an architecture. */
const CHANGES = ['rope_temperature', 'rope_type', 'rope_grid_indexing', 'rope_rotate_half', 'ref_feat_shape'];

/** Where a position bias for all layers would be. */
const SHARED_BIASES = ['rel_pos_bias.relative_position_bias_table', 'shared_rel_pos.mlp.fc1.weight'];

/** Which of timm's rotary vision transformers it is, by the architecture's name or else by tensors that no other model has; null for none. */
export function rotaryKind(stack: StackView): RotaryKind | null {
  return kindByName(stack.architecture) ?? kindByTensors(stack);
}

function kindByName(architecture: string): RotaryKind | null {
  const vit = ROPE_VIT.exec(architecture);
  if (vit !== null) return vit[1] === undefined ? 'axial' : 'mixed';
  if (WITH_REGISTERS.test(architecture)) return 'registers';
  return PERCEPTION_ENCODER.test(architecture) ? 'perception' : null;
}

function kindByTensors(stack: StackView): RotaryKind | null {
  if (stack.has('rope.freqs')) return 'mixed';
  // timm's other vision transformers name their layer scales otherwise, and those of DeiT and BEiT have positions.
  const scaled = stack.inBlock('gamma_1');
  if (stack.has('norm_pre.weight')) {
    return stack.has('attn_pool.latent') || (scaled && isCutOff(stack)) ? 'perception' : null;
  }
  if (!scaled || stack.has('pos_embed') || SHARED_BIASES.some((name) => stack.has(name))) return null;
  if (stack.has('reg_token')) return stack.has('cls_token') ? null : 'registers';
  return stack.has('cls_token') ? 'axial' : null;
}

/** True when no norm stands behind the last layer. */
export function isCutOff(stack: StackView): boolean {
  return !['norm.weight', 'fc_norm.weight', 'attn_pool.norm.weight'].some((name) => stack.has(name));
}

/** The rotation of such a model; null for frequencies that were learned, and where config.json changes what the name says. */
export function ropeVitRotation(view: RotationView): GridRotation | null {
  const { stack, config } = view;
  const kind = rotaryKind(stack);
  if (kind === null || kind === 'mixed' || config.some((each) => CHANGES.some((key) => each.has(key)))) return null;
  const assumed = kindByName(stack.architecture) === null ? untold() : null;
  if (kind === 'perception') return { ...perceptionRotation(view), assumed };
  // Where the name does not tell the grid, it is taken as EVA02's, with a word.
  if (kind === 'registers' && assumed !== null) return evaRotation(view);
  if (kind === 'registers') return { kind: 'grid', pairs: 'interleaved', angles: evaAngles(TRAINED_GRID), assumed };
  const angles = { kind: 'counted', base: AXIAL_BASE, reference: null, order: 'xy' } as const;
  return { kind: 'grid', pairs: 'interleaved', angles, assumed };
}

/** Perception Encoder's, over the grid on which it was trained: the one that its name tells, or the one of its position table. */
export function perceptionRotation({ stack, patch, imageSize }: RotationView): GridRotation {
  const [, saidPatch, saidSize] = PERCEPTION_ENCODER.exec(stack.architecture) ?? [];
  const side = Math.floor(Number(saidSize) / Number(saidPatch));
  const own =
    patch === null || imageSize === null
      ? null
      : ([Math.floor(imageSize[0] / patch), Math.floor(imageSize[1] / patch)] as const);
  const reference = side > 0 && Number.isFinite(side) ? ([side, side] as const) : own;
  const angles = { kind: 'counted', base: PERCEPTION_BASE, reference, order: 'xy', first: 1 } as const;
  return { kind: 'grid', pairs: 'interleaved', angles, assumed: reference === own ? untold() : null };
}

function untold(): string {
  return l10n.t(
    'Queries and keys are turned as in the only known models with these tensors; the file does not say that they are.',
  );
}
