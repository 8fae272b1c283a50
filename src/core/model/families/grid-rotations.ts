import * as l10n from '@vscode/l10n';
import type { TensorEntry } from '../../tensors/tensor-index.js';
import { isFloat } from '../../tensors/dtype.js';
import type { GridRotation } from '../rotation.js';
import type { RotationView, StackView } from './family.js';

/** Grid of the pictures of 224 pixels on which all released models with patches of 14 and 16 learned their rotation. */
export const TRAINED_GRID = [16, 16] as const;

/** Base of the periods of the released DINOv3. */
const DINOV3_BASE = 100;

const EVA_BASE = 10_000;

/** DINOv3 of Transformers, as config.json says or DINOv3 was released. */
export function hfDinov3Rotation({ config }: RotationView): GridRotation {
  const [said = DINOV3_BASE] = config.flatMap((view) => view.number(['rope_theta'])?.value ?? []);
  return { kind: 'grid', pairs: 'half', angles: { kind: 'centred', base: said, periods: null }, assumed: null };
}

/** DINOv3 of its own repository and of timm; only the former keeps the periods of its rotation in the file. Null for what only has its names. */
export function dinov3Rotation(view: RotationView): GridRotation | null {
  const { stack } = view;
  if (stack.has('reg_token') && !isTimmDinov3(stack)) return null;
  const tensor = view.tensor('rope_embed.periods');
  const length = view.headSize / 4;
  if (tensor !== null && !isVector(tensor, length)) return null;
  const periods = tensor === null ? null : { tensor, start: 0, length };
  return { kind: 'grid', pairs: 'half', angles: { kind: 'centred', base: DINOV3_BASE, periods }, assumed: null };
}

/** EVA02 of timm and of EVA-CLIP; timm's DINOv3 with biases has the same names. Null for other models of these names. */
export function evaRotation(view: RotationView): GridRotation | null {
  const { stack, patch, imageSize } = view;
  if (isTimmDinov3(stack)) return dinov3Rotation(view);
  // Without a position table, only the models that have registers and no class token turn as EVA02 does.
  if (!stack.has('pos_embed') && stack.has('cls_token')) return null;
  const released = patch === 14 || patch === 16;
  const own =
    patch === null || imageSize === null
      ? null
      : ([Math.floor(imageSize[0] / patch), Math.floor(imageSize[1] / patch)] as const);
  const reference = released ? TRAINED_GRID : own;
  const grid = reference?.join(' x ') ?? l10n.t('its own');
  return {
    kind: 'grid',
    pairs: 'interleaved',
    angles: evaAngles(reference),
    assumed: l10n.t(
      'Rotary positions are scaled to a grid of {0} patches, on which such models were first trained; the file does not say it.',
      grid,
    ),
  };
}

/** EVA02's angles over a grid. */
export function evaAngles(reference: readonly [number, number] | null): GridRotation['angles'] {
  return { kind: 'counted', base: EVA_BASE, reference };
}

/** timm's DINOv3: timm has other models with registers and rotary positions, but they have no class token. */
function isTimmDinov3(stack: StackView): boolean {
  return stack.inBlock('gamma_1') && stack.has('reg_token') && stack.has('cls_token') && !stack.has('pos_embed');
}

function isVector({ shape, dtype }: TensorEntry, length: number): boolean {
  return shape.length === 1 && shape[0] === length && isFloat(dtype);
}
