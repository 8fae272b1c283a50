import * as l10n from '@vscode/l10n';
import { quoteName } from '../bytes/quote.js';
import type { Model } from '../model/model.js';
import type { TensorEntry } from '../tensors/tensor-index.js';
import { notRunnable } from './not-runnable.js';

/** @param blocks paths of the layers, each with a dot at its end. @throws CheckpointError where a layer holds what its family does not have: it computes something else. */
export function refuseUnknownParts(
  { unmatched }: Model,
  tensors: ReadonlyMap<string, TensorEntry>,
  blocks: readonly string[],
  file: string,
): void {
  const known = new Set(blocks);
  const depth = (blocks[0] ?? '').split('.').length - 1;
  if (depth === 0) return;
  const odd = new Set(unmatched);
  for (const [path, { name }] of tensors) {
    if (!odd.has(name) || !known.has(startOf(path, depth))) continue;
    const why = l10n.t('its layers also hold {0}, and nothing is known of what that does', quoteName(name));
    throw notRunnable(file, why, l10n.t('layers of the parts that its family has'));
  }
}

/** The first modules of a path, with the dot behind them. */
function startOf(path: string, depth: number): string {
  let end = 0;
  for (let count = 0; count < depth; count++) {
    end = path.indexOf('.', end) + 1;
    if (end === 0) return '';
  }
  return path.slice(0, end);
}
