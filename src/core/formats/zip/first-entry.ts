import { LOCAL_BYTES, readLocalHeader } from './local-header.js';

/** Name of the entry with which an archive begins, as far as the first bytes hold it; null for what is no archive. */
export function firstEntryName(head: Uint8Array): string | null {
  const local = readLocalHeader(new DataView(head.buffer, head.byteOffset, head.byteLength));
  if (local === null || LOCAL_BYTES + local.nameLength > head.length) return null;
  return new TextDecoder().decode(head.subarray(LOCAL_BYTES, LOCAL_BYTES + local.nameLength));
}
