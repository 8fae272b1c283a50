import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonProblem, JsonReader } from '../../../../../src/core/formats/json/json-reader.js';

/** All of a JSON text, read piece by piece. */
function readAll(reader: JsonReader): unknown {
  switch (reader.peek()) {
    case 'object': {
      const entries: [string, unknown][] = [];
      reader.object((key) => entries.push([key, readAll(reader)]));
      return new Map(entries);
    }
    case 'array': {
      const items: unknown[] = [];
      reader.array(() => items.push(readAll(reader)));
      return items;
    }
    case 'string':
      return reader.string();
    case 'number':
      return reader.number();
    case 'other':
      reader.skip();
      return null;
  }
}

function withMaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withMaps);
  if (typeof value === 'boolean') return null;
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([key, item]) => [key, withMaps(item)]));
}

describe('JsonReader', { timeout: 60_000 }, () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(0, 1), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), null, indent);
        const reader = new JsonReader(spaced);
        expect(readAll(reader)).toEqual(withMaps(JSON.parse(spaced)));
        reader.end();
      }),
      { numRuns: 500 },
    );
  });

  it('fails with a JsonProblem on any other text', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 3 }), (text, at, noise) => {
        const broken = text.slice(0, at % (text.length + 1)) + noise + text.slice((at % (text.length + 1)) + 1);
        try {
          const reader = new JsonReader(broken);
          readAll(reader);
          reader.end();
        } catch (error) {
          expect(error).toBeInstanceOf(JsonProblem);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['"\\x"', /unknown escape/],
    ['"a\nb"', /a string that ends/],
    ['"abc', /a string that ends/],
    ['-', /a number/],
    ['01', /a number/],
    [`1${'0'.repeat(100)}`, /a number/],
    ['{"a":1,}', /a string/],
    ['[1,]', /a value/],
    ['nul', /a value/],
  ])('refuses %s', (text, words) => {
    expect(() => new JsonReader(text).skip()).toThrow(words);
  });

  it('reads strings and spaces of any length', () => {
    const long = 'a'.repeat(10_000_000);
    expect(new JsonReader(`${' '.repeat(1_000_000)}"${long}"`).string()).toBe(long);
  });
});
