import { describe, expect, it } from 'vitest';
import { groupDigits, quoteName } from '../../../../src/core/bytes/quote.js';
import { readRanges } from '../../../../src/core/bytes/read-ranges.js';
import { memorySource } from '../../support/memory-source.js';

describe('readRanges', () => {
  const bytes = Uint8Array.from({ length: 10_000 }, (_, index) => index % 251);

  it('reads close ranges together and far ones apart, and gives each its own bytes', async () => {
    const source = memorySource('f', bytes, 3);
    const offsets = [5_000, 0, 30, 500, 9_999, 30];
    const found: [number, number][] = [];
    const ranges = offsets.map((offset) => ({ offset, length: 1 }));
    await readRanges(source, ranges, ({ offset }, view) => found.push([offset, view.getUint8(0)]));
    expect(found.sort(([a], [b]) => a - b)).toEqual(offsets.sort((a, b) => a - b).map((at) => [at, at % 251]));
    expect([...source.reads].sort((a, b) => a.offset - b.offset)).toEqual([
      { offset: 0, length: 501 },
      { offset: 5_000, length: 1 },
      { offset: 9_999, length: 1 },
    ]);
  });

  it('fails when one of the reads or uses fails', async () => {
    const use = () => {
      throw new Error('no');
    };
    await expect(readRanges(memorySource('f', bytes), [{ offset: 1, length: 1 }], use)).rejects.toThrow('no');
  });
});

describe('words for messages', () => {
  it('escapes what could forge a line and shortens', () => {
    expect(quoteName('a\n\u001b[1m\u202e\u2028b é 😀')).toBe('a\\u000a\\u001b[1m\\u202e\\u2028b é 😀');
    expect(quoteName('x'.repeat(200))).toBe(`${'x'.repeat(100)}...`);
  });

  it('groups digits', () => {
    expect([groupDigits(7), groupDigits(1_234), groupDigits(-44_136_744), groupDigits(2n ** 62n)]).toEqual([
      '7',
      '1 234',
      '-44 136 744',
      '4 611 686 018 427 387 904',
    ]);
  });
});
