/** Bits that the first table looks at; longer codes go on in a table of their own. */
const PRIMARY_BITS = 10;
const PRIMARY_SIZE = 1 << PRIMARY_BITS;
export const PRIMARY_MASK = PRIMARY_SIZE - 1;
/** Longest code of deflate, and most symbols of one of its alphabets (RFC 1951). */
const MAX_BITS = 15;
const MAX_SYMBOLS = 288;
/** Every symbol might have a long code of another beginning. */
const TABLE_SIZE = PRIMARY_SIZE + MAX_SYMBOLS * (1 << (MAX_BITS - PRIMARY_BITS));

// An entry: bits 0 to 3 the length of the code, 4 and 5 what it is, 8 to 11 how many more bits follow, from 12 on its value.
export const KIND = 0x30;
export const LITERAL = 0x00;
export const MATCH = 0x10;
export const OTHER = 0x20;
export const LINK = 0x30;
export const END = OTHER | (1 << 12);
/** A code that no symbol has. */
const NONE = OTHER;

/** Entries of a table of codes by the next bits of the stream, least significant first. */
export type HuffmanTable = Int32Array;

/** Room for any table of deflate. */
export function emptyTable(): HuffmanTable {
  return new Int32Array(TABLE_SIZE);
}

/**
 * Fills a table from the lengths of the codes of an alphabet.
 * @param entries for each symbol what stands in its entry beside the length of the code.
 * @returns false where there are more codes than such lengths have room for.
 */
export function fillTable(table: HuffmanTable, lengths: Uint8Array, entries: Int32Array): boolean {
  const counts = new Uint16Array(MAX_BITS + 1);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  counts[0] = 0;
  const next = new Uint16Array(MAX_BITS + 2);
  let longest = 0;
  for (let bits = 1, code = 0; bits <= MAX_BITS; bits++) {
    code = (code + (counts[bits - 1] ?? 0)) << 1;
    next[bits] = code;
    if ((counts[bits] ?? 0) > 0) longest = bits;
    if (code + (counts[bits] ?? 0) > 1 << bits) return false;
  }
  table.fill(NONE, 0, PRIMARY_SIZE);
  const linkBits = Math.max(0, longest - PRIMARY_BITS);
  let free = PRIMARY_SIZE;
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol] ?? 0;
    if (length === 0) continue;
    const code = reversed(next[length] ?? 0, length);
    next[length] = (next[length] ?? 0) + 1;
    const entry = (entries[symbol] ?? NONE) | length;
    if (length <= PRIMARY_BITS) {
      for (let at = code; at < PRIMARY_SIZE; at += 1 << length) table[at] = entry;
      continue;
    }
    const first = code & PRIMARY_MASK;
    let link = table[first] ?? NONE;
    if ((link & KIND) !== LINK) {
      link = LINK | (linkBits << 8) | (free << 12);
      table.fill(NONE, free, free + (1 << linkBits));
      table[first] = link;
      free += 1 << linkBits;
    }
    const start = link >> 12;
    const step = 1 << (length - PRIMARY_BITS);
    for (let at = code >> PRIMARY_BITS; at < 1 << linkBits; at += step) table[start + at] = entry;
  }
  return true;
}

/** The entry that a link leads to. @param hold the next bits of the stream. */
export function followLink(table: HuffmanTable, link: number, hold: number): number {
  return table[(link >> 12) + ((hold >>> PRIMARY_BITS) & ((1 << ((link >> 8) & 15)) - 1))] ?? NONE;
}

function reversed(code: number, length: number): number {
  let turned = 0;
  for (let bit = 0; bit < length; bit++) turned |= ((code >> bit) & 1) << (length - 1 - bit);
  return turned;
}
