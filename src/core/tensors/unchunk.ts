import * as l10n from '@vscode/l10n';
import { inflateStart, InflateProblem } from '../bytes/inflate.js';
import type { ChunkFilter } from './tensor-index.js';

/** Bytes of a zlib stream's header and of a checksum. */
const ZLIB_HEADER = 2;
const CHECKSUM = 4;

/** Puts the bytes of each element together again; the filter keeps what does not fill an element at the end. */
function unshuffle(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  const count = Math.floor(bytes.length / size);
  const out = bytes.slice();
  for (let byte = 0; byte < size; byte++) {
    for (let i = 0; i < count; i++) out[i * size + byte] = bytes[byte * count + i] ?? 0;
  }
  return out;
}

/** Runs of LZF up to this first byte are literal; longer matches than 8 bytes have a byte for their length. */
const LITERAL = 32;
const LONG = 7;
/** A match of 264 bytes takes three. */
const MOST_PER_BYTE = 88;

/** Unpacks LZF, as liblzf writes it. @throws InflateProblem where the data are damaged; nothing is allocated for a false claim. */
function unpackLzf(packed: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const damaged = (): InflateProblem => new InflateProblem(l10n.t('its compressed data are damaged (LZF)'));
  if (length > packed.length * MOST_PER_BYTE) throw damaged();
  const out = new Uint8Array(length);
  let at = 0;
  let done = 0;
  while (at < packed.length) {
    const control = packed[at++] ?? 0;
    if (control < LITERAL) {
      const run = control + 1;
      if (at + run > packed.length || done + run > length) throw damaged();
      out.set(packed.subarray(at, at + run), done);
      at += run;
      done += run;
      continue;
    }
    const short = control >> 5;
    const run = 2 + (short === LONG ? LONG + (packed[at++] ?? 0) : short);
    const from = done - ((control & 31) * 256 + (packed[at++] ?? 0)) - 1;
    if (at > packed.length || from < 0 || done + run > length) throw damaged();
    // Matches overlap what they write.
    for (let i = 0; i < run; i++) out[done + i] = out[from + i] ?? 0;
    done += run;
  }
  if (done < length) throw damaged();
  return out;
}

/** Sums stay below 2^32 for so many words. */
const WORDS_PER_ROUND = 360;

/** Takes the carry of a sum of 16-bit words back into it. */
function folded(sum: number): number {
  return (sum & 0xffff) + (sum >>> 16);
}

/** Fletcher's checksum over words of 16 bits, as H5_checksum_fletcher32 of HDF5; an odd byte is the upper half of a word. */
function fletcher32(bytes: Uint8Array): number {
  let first = 0;
  let second = 0;
  for (let start = 0; start < bytes.length; start += 2 * WORDS_PER_ROUND) {
    const end = Math.min(bytes.length, start + 2 * WORDS_PER_ROUND);
    for (let at = start; at < end; at += 2) {
      first += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
      second += first;
    }
    first = folded(first);
    second = folded(second >>> 0);
  }
  return ((folded(second) << 16) | folded(first)) >>> 0;
}

/** The bytes without the checksum behind them. @throws InflateProblem where they do not have that checksum. */
function withoutChecksum(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const length = bytes.length - CHECKSUM;
  if (length < 0) throw new InflateProblem(l10n.t('a chunk is shorter than its checksum'));
  const content = bytes.subarray(0, length);
  const stored = new DataView(bytes.buffer, bytes.byteOffset + length).getUint32(0, true);
  const sum = fletcher32(content);
  // Versions before 1.6.3 wrote the bytes of each half the other way round.
  const turned = (((sum & 0x00ff00ff) << 8) | ((sum >>> 8) & 0x00ff00ff)) >>> 0;
  if (stored !== sum && stored !== turned) throw new InflateProblem(l10n.t('a chunk does not have its checksum'));
  return content;
}

/**
 * Undoes one filter of a chunk.
 * @param size of an element in bytes.
 * @param full bytes of the chunk without filters.
 * @throws InflateProblem where the bytes are damaged.
 */
export function undoFilter(
  filter: ChunkFilter,
  bytes: Uint8Array<ArrayBuffer>,
  size: number,
  full: number,
): Uint8Array<ArrayBuffer> {
  if (filter === 'shuffle') return unshuffle(bytes, size);
  if (filter === 'checksum') return withoutChecksum(bytes);
  if (filter === 'lzf') return unpackLzf(bytes, full);
  return inflateStart(bytes.subarray(ZLIB_HEADER, Math.max(ZLIB_HEADER, bytes.length - CHECKSUM)), full);
}
