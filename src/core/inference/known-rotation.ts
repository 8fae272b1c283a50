import * as l10n from '@vscode/l10n';
import type { GridRotation } from '../model/rotation.js';
import type { ForwardView } from './forward-view.js';
import { notRunnable } from './not-runnable.js';

/** The rotation of queries and keys as it was recognised. @throws CheckpointError `unsupported` where the file does not tell which it is. */
export function knownRotation({ model, facts, root }: ForwardView): GridRotation {
  const { rotation } = model;
  if (rotation?.kind !== 'grid') {
    const why = l10n.t('its rotary positions are of a kind that the file does not tell');
    throw notRunnable(root.file, why, l10n.t('positions that are known'));
  }
  if (rotation.assumed !== null) facts.assume(rotation.assumed);
  return rotation;
}
