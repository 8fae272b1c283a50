import * as l10n from '@vscode/l10n';
import { quoteName } from '../bytes/quote.js';
import { joinPath } from './layout.js';
import type { Assumption, Norm } from './model.js';
import type { ShapedLayer } from './read-layer.js';
import type { FileFacts, Stack } from './stack.js';

/** Keys of config.json that only models with LayerNorm have; T5 has `layer_norm_epsilon` for its RMSNorm. */
const LAYER_NORM_KEYS = ['layer_norm_eps', 'layernorm_epsilon'];

/**
 * Decides what norms without a shift are. A LayerNorm centres tokens and an RMSNorm does not, and neither needs a shift; where the
 * family or config.json does not say which it is, RMSNorm is assumed: LayerNorms are rarely without.
 */
export function settleNorms(
  layers: readonly ShapedLayer[],
  { layout, root }: Stack,
  { config }: FileFacts,
): { layers: readonly ShapedLayer[]; assumptions: Assumption[] } {
  const isOpen = ({ norm }: ShapedLayer): boolean => norm !== null && norm.shift === null;
  const isSaid = LAYER_NORM_KEYS.some((key) => config?.has(key) === true);
  if (layout.norm?.kind !== 'either' || isSaid || !layers.some(isOpen)) return { layers, assumptions: [] };
  const name = quoteName(`${root}${joinPath(layout.block, layout.norm.name)}`);
  const text = l10n.t(
    '{0} has no shift: it was taken for an RMSNorm, which does not centre tokens. For a LayerNorm without shift the folded figures would differ.',
    name,
  );
  const asRms = (norm: Norm): Norm => ({ ...norm, kind: 'rms' });
  return {
    layers: layers.map((layer) =>
      layer.norm !== null && isOpen(layer) ? { ...layer, norm: asRms(layer.norm) } : layer,
    ),
    assumptions: [{ code: 'norm', text, choices: [], value: null }],
  };
}
