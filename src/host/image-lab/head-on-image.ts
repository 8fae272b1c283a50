import * as l10n from '@vscode/l10n';
import type { Basis } from '../../core/analysis/figures.js';
import { type HeadModes, modesOnImage, type ModesOnImage } from '../../core/analysis/image/modes-on-image.js';
import type { Products } from '../../core/analysis/image/products.js';
import { analyzeHead, type SourceOf } from '../../core/analysis/layer.js';
import { CheckpointError, type Warning } from '../../core/errors.js';
import type { ForwardModel } from '../../core/inference/forward.js';
import { tokenGroups } from '../../core/inference/windows.js';
import type { HeadSolver } from '../../core/linalg/head-solver.js';
import type { LayerSpec } from '../../core/model/model.js';
import type { HeadOnImage } from '../../protocol/image.js';
import type { LayerParts } from './layer-parts.js';

/** The modes of a head from its weights, and their cosines. @throws CheckpointError where they are not finite, `wrong-use` for a head that is not there. */
export async function headModes(
  spec: LayerSpec,
  head: number,
  basis: Basis,
  sourceOf: SourceOf,
  solver: HeadSolver,
  file: string,
): Promise<{ readonly modes: HeadModes; readonly cos: Float64Array }> {
  if (head >= spec.heads) {
    const problem = l10n.t('layer {0} has heads 0 to {1}, no head {2}', spec.index, spec.heads - 1, head);
    throw new CheckpointError('wrong-use', file, problem, l10n.t('choose one of them'));
  }
  const { figures, vectors } = await analyzeHead(spec, head, basis, sourceOf, solver);
  if (vectors === null) {
    const problem = l10n.t('head {0} of layer {1} has no modes, since its weights are not finite', head, spec.index);
    throw new CheckpointError('malformed', file, problem, l10n.t('choose another head'));
  }
  const { sigma, cos, blocks } = figures;
  return { modes: { basis, sigma, vectors, blocks }, cos };
}

/** Query and key maps of a head's modes on a picture, and what each contributes. */
export function headOnImage(
  products: Products,
  { attention, norm, tokens, spec }: LayerParts,
  head: number,
  modes: HeadModes,
  forward: ForwardModel,
): Omit<HeadOnImage, 'image'> {
  const weights = attention.heads[head];
  if (weights === undefined) throw new Error(`layer ${spec.index} has no head ${head}`);
  const groups = attention.windows === null ? null : tokenGroups(attention.windows);
  const found = modesOnImage(products, tokens, weights, norm, modes, groups);
  return {
    basis: modes.basis,
    layer: spec.index,
    head,
    queryMaps: Float32Array.from(found.queryMaps),
    keyMaps: Float32Array.from(found.keyMaps),
    entries: found.entries,
    keyBias: { ...found.keyBias, map: Float32Array.from(found.keyBiasMap) },
    scoreVariance: found.scoreVariance,
    notes: modeWarnings(spec, forward, found).map(({ message }) => message),
  };
}

/** What the figures of modes leave out. */
export function modeWarnings(spec: LayerSpec, forward: ForwardModel, { unreadable }: ModesOnImage): Warning[] {
  const warnings: Warning[] = [];
  const attention = forward.blocks[spec.index]?.attention;
  const isBiased = attention !== undefined && (attention.bias !== null || attention.decomposed !== undefined);
  if (spec.qkNorm || forward.rotation !== null || isBiased) {
    const message = l10n.t(
      'The model norms or rotates queries and keys before they meet, or adds a bias of positions; modes and score variance are without that.',
    );
    warnings.push({ code: 'not-the-whole-score', message });
  }
  if (attention?.windows !== undefined) {
    const message = l10n.t(
      'Tokens attend within windows: contributions and score variance are of pairs within them; maps are of all tokens of the layer.',
    );
    warnings.push({ code: 'within-windows', message });
  }
  if (unreadable > 0) {
    const message = l10n.t(
      '{0} channels have a gain too small to read the token from; they are left out of the maps.',
      unreadable,
    );
    warnings.push({ code: 'unreadable-channels', message });
  }
  return warnings;
}
