import type { FileIdentity } from './contract.js';

/** A file identity as one word: the hash of its header, its size, and the time of its last change. */
export function identityText({ headerHash, sizeBytes, modifiedMs }: FileIdentity): string {
  return `${headerHash}-${String(sizeBytes)}-${String(Math.round(modifiedMs))}`;
}
