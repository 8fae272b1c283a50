import * as l10n from '@vscode/l10n';
import {
  CODE_LENGTHS,
  DISTANCES,
  FIXED_DISTANCES,
  FIXED_LITERALS,
  LENGTH_ORDER,
  LITERALS,
} from './deflate-alphabets.js';
import {
  emptyTable,
  END,
  fillTable,
  followLink,
  type HuffmanTable,
  KIND,
  LINK,
  LITERAL,
  PRIMARY_MASK,
  MATCH,
  OTHER,
} from './huffman.js';

/** Why compressed bytes cannot be unpacked: the end of a sentence. */
export class InflateProblem extends Error {}

/** Deflate makes at most 1032 bytes out of one: a claim beyond that is false. */
const MOST_PER_BYTE = 1_032;
/** Shorter runs are copied byte by byte, which takes less than a call. */
const SHORT_RUN = 24;
/** More bytes than one code reads ahead: three times three, and four at once. */
const AHEAD = 16;
/** Most codes that a block may tell the lengths of. */
const MOST_LITERALS = 286;
const MOST_DISTANCES = 30;

/**
 * Unpacks the first `length` bytes of a deflate stream (RFC 1951); what comes after them is not unpacked.
 * @param enough false where fewer bytes are welcome, since the input may end before the stream does.
 * @throws InflateProblem when the stream is damaged or too short; nothing is allocated for a false claim.
 */
export function inflateStart(packed: Uint8Array<ArrayBuffer>, length: number, enough = true): Uint8Array<ArrayBuffer> {
  if (length > packed.length * MOST_PER_BYTE) {
    throw new InflateProblem(l10n.t('{0} bytes cannot unpack to {1}', packed.length, length));
  }
  const stream = new DeflateStream(packed, new Uint8Array(length));
  const done = stream.run();
  if (enough && done < length) {
    if (stream.isCut) throw damaged(l10n.t('it ends early'));
    throw new InflateProblem(l10n.t('it unpacks to {0} bytes, not the {1} that it declares', done, length));
  }
  return stream.out.subarray(0, done);
}

function damaged(why: string): InflateProblem {
  return new InflateProblem(l10n.t('its compressed data are damaged ({0})', why));
}

/** A deflate stream in memory and what came out of it. */
class DeflateStream {
  readonly out: Uint8Array<ArrayBuffer>;
  /** True once the input ended before the stream did. */
  isCut = false;
  readonly #packed: Uint8Array<ArrayBuffer>;
  readonly #literals = emptyTable();
  readonly #distances = emptyTable();
  /** Next byte of the input, which goes on in zeros behind its end; bits that were taken from it, least significant first. */
  #at = 0;
  #hold = 0;
  #bits = 0;
  #done = 0;

  constructor(packed: Uint8Array<ArrayBuffer>, out: Uint8Array<ArrayBuffer>) {
    this.#packed = packed;
    this.out = out;
  }

  /** Unpacks until the stream, the input or the room ends. @returns number of bytes. */
  run(): number {
    try {
      this.#blocks();
    } catch (error) {
      // The zeros behind the end of the input may look like damage, and are none.
      if (!(error instanceof InflateProblem) || this.#at <= this.#packed.length) throw error;
      this.isCut = true;
    }
    return this.#done;
  }

  #blocks(): void {
    let last = false;
    while (!last && !this.isCut && this.#done < this.out.length) {
      last = this.#take(1) === 1;
      const kind = this.#take(2);
      if (this.#isBeyond()) return;
      if (kind === 0) this.#stored();
      else if (kind === 1) this.#fixed();
      else if (kind === 2) this.#dynamic();
      else throw damaged(l10n.t('a block of no known kind'));
    }
  }

  #refill(): void {
    while (this.#bits < 16) {
      this.#hold |= (this.#packed[this.#at++] ?? 0) << this.#bits;
      this.#bits += 8;
    }
  }

  /** The next bits, at most 16. */
  #take(count: number): number {
    this.#refill();
    const value = this.#hold & ((1 << count) - 1);
    this.#hold >>>= count;
    this.#bits -= count;
    return value;
  }

  /** True where bits were taken that the input does not have. */
  #isBeyond(): boolean {
    this.isCut ||= this.#at * 8 - this.#bits > this.#packed.length * 8;
    return this.isCut;
  }

  #stored(): void {
    this.#take(this.#bits % 8);
    const size = this.#take(16);
    const check = this.#take(16);
    if (this.#isBeyond()) return;
    if ((size ^ check) !== 0xffff) throw damaged(l10n.t('a stored block of uncertain size'));
    const start = this.#at - this.#bits / 8;
    const piece = this.#packed.subarray(start, start + Math.min(size, this.out.length - this.#done));
    this.out.set(piece, this.#done);
    this.#done += piece.length;
    this.#at = start + size;
    this.#hold = this.#bits = 0;
    this.#isBeyond();
  }

  #fixed(): void {
    fillTable(this.#literals, FIXED_LITERALS, LITERALS);
    fillTable(this.#distances, FIXED_DISTANCES, DISTANCES);
    this.#codes();
  }

  #dynamic(): void {
    const literals = this.#take(5) + 257;
    const distances = this.#take(5) + 1;
    const count = this.#take(4) + 4;
    if (literals > MOST_LITERALS || distances > MOST_DISTANCES) throw damaged(l10n.t('too many codes'));
    const own = new Uint8Array(LENGTH_ORDER.length);
    for (const symbol of LENGTH_ORDER.slice(0, count)) own[symbol] = this.#take(3);
    fill(this.#literals, own, CODE_LENGTHS);
    const lengths = new Uint8Array(literals + distances);
    for (let at = 0; at < lengths.length;) {
      const symbol = this.#codeLength();
      if (this.#isBeyond()) return;
      if (symbol < 16) {
        lengths[at++] = symbol;
        continue;
      }
      const repeats = symbol === 16 ? 3 + this.#take(2) : symbol === 17 ? 3 + this.#take(3) : 11 + this.#take(7);
      if (at + repeats > lengths.length || (symbol === 16 && at === 0))
        throw damaged(l10n.t('lengths of codes that repeat too far'));
      lengths.fill(symbol === 16 ? (lengths[at - 1] ?? 0) : 0, at, at + repeats);
      at += repeats;
    }
    fill(this.#literals, lengths.subarray(0, literals), LITERALS);
    fill(this.#distances, lengths.subarray(literals), DISTANCES);
    this.#codes();
  }

  #codeLength(): number {
    this.#refill();
    const entry = this.#literals[this.#hold & PRIMARY_MASK] ?? 0;
    if ((entry & KIND) !== LITERAL) throw damaged(l10n.t('a code that stands for nothing'));
    this.#take(entry & 15);
    return entry >> 12;
  }

  /** The codes of a block, to its end, that of the input or that of the room. */
  #codes(): void {
    let ended = this.#codesAhead();
    while (!ended && this.#done < this.out.length) ended = this.#code();
  }

  /** One code, where the input may end. @returns true at the end of the block, and where the input ended. */
  #code(): boolean {
    const entry = this.#entry(this.#literals);
    const run = (entry >> 12) + this.#take((entry >> 8) & 15);
    if (this.#isBeyond()) return true;
    const kind = entry & KIND;
    if (kind === LITERAL) this.out[this.#done++] = run;
    if (kind === OTHER) return endsBlock(entry);
    if (kind !== MATCH) return false;
    const code = this.#entry(this.#distances);
    const distance = (code >> 12) + this.#take((code >> 8) & 15);
    if (this.#isBeyond()) return true;
    this.#done = repeat(this.out, this.#done, code, distance, run);
    return false;
  }

  #entry(table: HuffmanTable): number {
    this.#refill();
    let entry = table[this.#hold & PRIMARY_MASK] ?? 0;
    if ((entry & KIND) === LINK) entry = followLink(table, entry, this.#hold);
    this.#take(entry & 15);
    return entry;
  }

  /**
   * The codes of a block up to a few bytes before the end of the input, with its state in local variables. Four bytes at a time are laid
   * over the bits that are held; those beyond the whole bytes that `bits` counts are laid there again, as the same bits.
   * @returns true at the end of the block.
   */
  #codesAhead(): boolean {
    const [literals, distances, packed, out] = [this.#literals, this.#distances, this.#packed, this.out];
    const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
    const [last, room] = [packed.length - AHEAD, out.length];
    let [at, hold, bits, done] = [this.#at, this.#hold, this.#bits, this.#done];
    let ended = false;
    while (at < last && done < room) {
      hold |= view.getUint32(at, true) << bits;
      at += (31 - bits) >> 3;
      bits |= 24;
      let entry = literals[hold & PRIMARY_MASK] ?? 0;
      // Literals come in rows: as many as the bits at hand have whole codes of.
      while ((entry & KIND) === LITERAL && (entry & 15) <= bits && done < room) {
        out[done++] = entry >> 12;
        hold >>>= entry & 15;
        bits -= entry & 15;
        entry = literals[hold & PRIMARY_MASK] ?? 0;
      }
      if (bits < 24 || done === room) continue;
      if ((entry & KIND) === LINK) entry = followLink(literals, entry, hold);
      hold >>>= entry & 15;
      bits -= entry & 15;
      const kind = entry & KIND;
      if (kind === LITERAL) {
        out[done++] = entry >> 12;
        continue;
      }
      if (kind !== MATCH) {
        ended = endsBlock(entry);
        break;
      }
      let extra = (entry >> 8) & 15;
      const run = (entry >> 12) + (hold & ((1 << extra) - 1));
      hold >>>= extra;
      bits -= extra;
      hold |= view.getUint32(at, true) << bits;
      at += (31 - bits) >> 3;
      bits |= 24;
      entry = distances[hold & PRIMARY_MASK] ?? 0;
      if ((entry & KIND) === LINK) entry = followLink(distances, entry, hold);
      hold >>>= entry & 15;
      bits -= entry & 15;
      hold |= view.getUint32(at, true) << bits;
      at += (31 - bits) >> 3;
      bits |= 24;
      extra = (entry >> 8) & 15;
      const distance = (entry >> 12) + (hold & ((1 << extra) - 1));
      hold >>>= extra;
      bits -= extra;
      done = repeat(out, done, entry, distance, run);
    }
    [this.#at, this.#hold, this.#bits, this.#done] = [at, hold & ((1 << bits) - 1), bits, done];
    return ended;
  }
}

/** True for the end of a block. @throws InflateProblem for a code that no symbol has. */
function endsBlock(entry: number): boolean {
  if ((entry & ~15) === END) return true;
  throw damaged(l10n.t('a code that stands for nothing'));
}

/**
 * Repeats what came out before, up to the end of the room.
 * @param entry of the distance.
 * @returns number of bytes that came out then.
 */
function repeat(out: Uint8Array, done: number, entry: number, distance: number, run: number): number {
  if ((entry & KIND) !== MATCH) throw damaged(l10n.t('a distance that stands for nothing'));
  if (distance > done) throw damaged(l10n.t('a distance to before its beginning'));
  const end = Math.min(out.length, done + run);
  if (run <= SHORT_RUN || distance < run) {
    for (let at = done; at < end; at++) out[at] = out[at - distance] ?? 0;
  } else {
    out.copyWithin(done, done - distance, end - distance);
  }
  return end;
}

/** @throws InflateProblem for lengths that no codes can have. */
function fill(table: HuffmanTable, lengths: Uint8Array, entries: Int32Array): void {
  if (!fillTable(table, lengths, entries)) throw damaged(l10n.t('more codes than their lengths have room for'));
}
