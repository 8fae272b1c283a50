import { describe, expect, it } from 'vitest';
import { namePattern } from '../../../../src/core/adapters/name-pattern.js';

const NAMES = [
  'layers.0.attention.q_proj',
  'layers.11.attention.k_proj',
  'vit.layers.1.q',
  'q',
  'a.layers.0',
  'layers.0x',
  '',
];

describe('patterns of modules', () => {
  // What PEFT does: re.match(rf"(.*\.)?({key})$", name).
  it.each([
    'q_proj',
    'layers.0.attention.q_proj',
    String.raw`layers\.\d+\.attention\.k_proj`,
    String.raw`layers\.[01]\..*`,
    String.raw`^layers.*q_proj$`,
    '.*',
    'layers.[0-9]',
    'a?q+',
    'x*',
  ])('%s fits what it fits in Python', (pattern) => {
    const fits = namePattern(pattern);
    const golden = new RegExp(`^(?:.*\\.)?(?:${pattern})$`, 'u');
    // A caret inside of Python's group holds at the beginning alone.
    for (const name of NAMES) expect([name, fits?.(name)]).toEqual([name, golden.test(name)]);
  });

  it.each(['(a|b)', 'a{2}', String.raw`\w+`, '[^a]', '[', 'a|b', String.raw`\1`, '*a', 'a**', 'é', 'a'.repeat(1_000)])(
    'leaves %s alone',
    (pattern) => {
      expect(namePattern(pattern)).toBeNull();
    },
  );

  it('takes time in proportion, whatever repeats', () => {
    const fits = namePattern('a*'.repeat(200));
    expect(fits?.(`${'a'.repeat(900)}b`)).toBe(false);
    expect(fits?.('a'.repeat(900))).toBe(true);
  });
});
