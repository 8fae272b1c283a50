import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inflateStart, InflateProblem } from '../../../../src/core/bytes/inflate.js';
import { ANY_MUTATIONS, Dice, mutate } from '../../support/mutate.js';

// zlib itself is what ours is compared with.

const RUNS = 400;

/** Bytes of several kinds: noise, few values, long runs, and repeats at all distances. */
function madeBytes(dice: Dice, kind: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const run = kind % 2 === 0 ? 1 : 1 + dice.below(300);
    const from = kind < 2 ? -1 : at - 1 - dice.below(Math.min(at + 1, 32_768));
    const value = dice.below(kind === 4 ? 3 : 256);
    for (let n = 0; n < run && at < length; n++, at++) bytes[at] = from < 0 ? value : (bytes[from + n] ?? 0);
  }
  return bytes;
}

const SHAPES = [
  {},
  { level: 0 },
  { level: 1, windowBits: 9 },
  { level: 9, memLevel: 1 },
  { strategy: constants.Z_FIXED },
  { strategy: constants.Z_HUFFMAN_ONLY },
  { strategy: constants.Z_RLE },
];

const deflated = (bytes: Uint8Array, shape: (typeof SHAPES)[number] = {}): Uint8Array<ArrayBuffer> =>
  new Uint8Array(deflateRawSync(bytes, shape));

/** What zlib makes of a stream as far as it goes; null where it is damaged. */
function byZlib(packed: Uint8Array): Uint8Array | null {
  try {
    return inflateRawSync(packed, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return null;
  }
}

/** Why a stream is refused; null when it is not. */
function problemOf(packed: Uint8Array<ArrayBuffer>, length: number): string | null {
  try {
    inflateStart(packed, length);
    return null;
  } catch (error) {
    if (error instanceof InflateProblem) return error.message;
    throw error;
  }
}

describe('inflateStart', () => {
  it('gives back what zlib packed, by all its ways', () => {
    const dice = new Dice(31);
    for (const shape of SHAPES) {
      for (let kind = 0; kind < 5; kind++) {
        for (const length of [0, 1, 258, 20_000 + dice.below(9_000)]) {
          const bytes = madeBytes(dice, kind, length);
          expect(Buffer.compare(inflateStart(deflated(bytes, shape), length), bytes)).toBe(0);
        }
      }
    }
  });

  it('stops at any byte that is enough', () => {
    const bytes = madeBytes(new Dice(32), 3, 600);
    const packed = deflated(bytes);
    for (let length = 0; length <= bytes.length; length += 1 + (length % 7)) {
      expect(Buffer.compare(inflateStart(packed, length), bytes.subarray(0, length))).toBe(0);
    }
  });

  it('gives what a cut stream holds, and no byte more, or says that it ends early', () => {
    for (const shape of SHAPES) {
      const bytes = madeBytes(new Dice(33), 3, 900);
      const packed = deflated(bytes, shape);
      for (let size = 1; size < packed.length; size += 1 + (size % 3)) {
        const cut = packed.slice(0, size);
        const expected = byZlib(cut);
        if (expected === null || bytes.length > size * 1032) continue;
        const found = inflateStart(cut, bytes.length, false);
        expect(Buffer.compare(found, bytes.subarray(0, found.length))).toBe(0);
        expect(found.length).toBe(expected.length);
        if (found.length < bytes.length) expect(problemOf(cut, bytes.length)).toContain('ends early');
      }
    }
  });

  it('says how much there is where less was declared than it unpacks to', () => {
    expect(problemOf(deflated(new Uint8Array(100)), 101)).toBe('it unpacks to 100 bytes, not the 101 that it declares');
    expect(problemOf(new Uint8Array(3), 1e9)).toBe('3 bytes cannot unpack to 1000000000');
  });

  it.each([
    ['a block of no known kind', [0b111]],
    ['a stored block of uncertain size', [1, 5, 0, 5, 0]],
    ['too many codes', [0b11111101, 0b11111]],
    ['more codes than their lengths have room for', [0b101, 0, 0b10010010, 0b100100, 0, 0]],
    ['a code that stands for nothing', [0b0001_1011, 0b011]],
    ['a distance to before its beginning', [0b11, 0b10, 0, 0]],
  ])('refuses %s', (words, bytes) => {
    expect(problemOf(Uint8Array.from([...bytes, ...Array<number>(8).fill(0)]), 8)).toContain(words);
  });

  it(`agrees with zlib on mutated streams: ${String(RUNS)}`, () => {
    const dice = new Dice(34);
    let alike = 0;
    for (let run = 0; run < RUNS; run++) {
      const bytes = madeBytes(dice, run % 5, 1 + dice.below(700));
      const packed = deflated(bytes, SHAPES[run % SHAPES.length]);
      const whole = { start: 0, end: packed.length };
      const mutated = Uint8Array.from(mutate(packed, ANY_MUTATIONS, whole, dice));
      const expected = byZlib(mutated);
      if (expected === null) {
        // zlib refuses a set of codes with gaps where ours refuses the use of one.
        problemOf(mutated, 700);
        continue;
      }
      const found = inflateStart(mutated, Math.min(expected.length, mutated.length * 1032), false);
      expect(Buffer.compare(found, expected.subarray(0, found.length))).toBe(0);
      expect(found.length).toBe(expected.length);
      alike++;
    }
    expect(alike).toBeGreaterThan(RUNS / 20);
  });
});
