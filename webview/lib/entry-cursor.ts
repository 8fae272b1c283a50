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

/**
 * The same where the key bias stands before the entries.
 * @param keyBias what stands for it in place of an entry's first mode.
 * @returns first mode of the entry, or `keyBias`.
 */
export function moveWithKeyBias(
  entries: readonly Pick<Entry, 'first'>[],
  chosen: number,
  key: string,
  keyBias: number,
): number | null {
  const all = [keyBias, ...entries.map(({ first }) => first)];
  const at = all.indexOf(chosen);
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowUp':
      return all[Math.max(0, at - 1)] ?? null;
    case 'ArrowRight':
    case 'ArrowDown':
      return all[Math.min(all.length - 1, at + 1)] ?? null;
    case 'Home':
      return keyBias;
    case 'End':
      return all[all.length - 1] ?? null;
    default:
      return null;
  }
}
