import type { Entry } from '../../src/core/charts/head-entries.js';

/** Where a key leads among the entries of a head, in their order on the screen; null when nowhere. */
export function moveAmongEntries(entries: readonly Entry[], chosen: number | null, key: string): Entry | null {
  const at = entries.findIndex(({ first }) => first === chosen);
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowUp':
      return entries[Math.max(0, at - 1)] ?? null;
    case 'ArrowRight':
    case 'ArrowDown':
      return entries[Math.min(entries.length - 1, at + 1)] ?? null;
    case 'Home':
      return entries[0] ?? null;
    case 'End':
      return entries[entries.length - 1] ?? null;
    default:
      return null;
  }
}
