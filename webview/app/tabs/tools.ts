import type { Tool } from './MaskCanvas.js';

/** Ways to paint on a picture. */
export const TOOLS: readonly { readonly value: Tool; readonly label: string }[] = [
  { value: 'click', label: 'one click' },
  { value: 'brush', label: 'brush' },
  { value: 'rectangle', label: 'rectangle' },
  { value: 'polygon', label: 'polygon' },
];

/** What to do with each of them. */
export const HINTS: Readonly<Record<Tool, string>> = {
  click: 'Click a thing: what looks alike and hangs together is taken.',
  brush: 'Drag over it.',
  rectangle: 'Drag from corner to corner.',
  polygon: 'Click the corners; a double click or Enter closes it, Escape drops it.',
};
