import * as l10n from '@vscode/l10n';
import type { Tool } from './MaskCanvas.js';

/** Ways to paint on a picture. */
export const TOOLS: readonly { readonly value: Tool; readonly label: string }[] = [
  { value: 'click', label: l10n.t('one click') },
  { value: 'brush', label: l10n.t('brush') },
  { value: 'rectangle', label: l10n.t('rectangle') },
  { value: 'polygon', label: l10n.t('polygon') },
];

/** What to do with each of them. */
export const HINTS: Readonly<Record<Tool, string>> = {
  click: l10n.t('Click a thing: what looks alike and hangs together is taken.'),
  brush: l10n.t('Drag over it.'),
  rectangle: l10n.t('Drag from corner to corner.'),
  polygon: l10n.t('Click the corners; a double click or Enter closes it, Escape drops it.'),
};
