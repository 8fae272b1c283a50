import { END, LITERAL, MATCH } from './huffman.js';

/** Order in which a block tells the lengths of the codes that tell lengths (RFC 1951, 3.2.7). */
export const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Bits that follow the codes 257 to 285 of lengths, and 0 to 29 of distances. */
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5];
const DISTANCE_EXTRA = Array.from({ length: 30 }, (_, code) => Math.max(0, (code >> 1) - 1));

function ranges(extras: readonly number[], first: number): number[] {
  let base = first;
  return extras.map((extra) => {
    const entry = MATCH | (extra << 8) | (base << 12);
    base += 1 << extra;
    return entry;
  });
}

/** Entries of the symbols of each alphabet; those that stand for nothing are absent. */
export const LITERALS = Int32Array.from([
  ...Array.from({ length: 256 }, (_, byte) => LITERAL | (byte << 12)),
  END,
  ...ranges(LENGTH_EXTRA, 3),
  MATCH | (258 << 12),
]);
export const DISTANCES = Int32Array.from(ranges(DISTANCE_EXTRA, 1));
export const CODE_LENGTHS = Int32Array.from({ length: 19 }, (_, symbol) => LITERAL | (symbol << 12));

/** Lengths of the codes of a block with fixed codes. */
export const FIXED_LITERALS = Uint8Array.from({ length: 288 }, (_, n) => (n < 144 ? 8 : n < 256 ? 9 : n < 280 ? 7 : 8));
export const FIXED_DISTANCES = new Uint8Array(30).fill(5);
