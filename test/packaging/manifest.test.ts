import { readFileSync } from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { beforeAll, describe, expect, test } from 'vitest';
import { packagedExtension, root } from '../host/paths.js';

const PLACEHOLDER = /^%(.+)%$/u;
/** Where strings for people stand in a manifest, but for the two at its top. */
const PARTS = ['contributes', 'capabilities'];
/** Fields that editors and language models read. */
const FOR_PROGRAMS = ['when', 'enablement', 'inputSchema', 'modelDescription'];

function fieldsOf(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error('no object');
  return { ...value };
}

/** A JSON value with other strings. */
function mapStrings(value: unknown, change: (text: string) => unknown): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each: unknown) => mapStrings(each, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mapStrings(each, change)]));
}

describe('the packaged manifest', () => {
  let manifest: Record<string, unknown> = {};
  let strings: Record<string, unknown> = {};
  beforeAll(() => {
    const wanted = ['extension/package.json', 'extension/package.nls.json'];
    const files = unzipSync(readFileSync(packagedExtension()), { filter: ({ name }) => wanted.includes(name) });
    const text = (name: string): string => new TextDecoder().decode(files[name]);
    [manifest = {}, strings = {}] = wanted.map((name) => fieldsOf(text(name)));
  });

  test('has its strings in the file beside it, each once, and is that of the project with them', () => {
    const used = new Set<string>();
    const whole = mapStrings(manifest, (text) => {
      const key = PLACEHOLDER.exec(text)?.[1];
      if (key === undefined) return text;
      used.add(key);
      return strings[key];
    });
    expect(whole).toEqual(fieldsOf(readFileSync(path.join(root, 'package.json'), 'utf8')));
    expect([...used].sort()).toEqual(Object.keys(strings).sort());
  });

  test('leaves no sentence in itself but those for language models', () => {
    const left: string[] = [];
    for (const part of PARTS) {
      const shown: unknown = JSON.parse(JSON.stringify(manifest[part]), (name, value: unknown) =>
        FOR_PROGRAMS.includes(name) ? undefined : value,
      );
      mapStrings(shown, (text) => {
        if (/\p{L} \p{L}/u.test(text)) left.push(text);
      });
    }
    expect(left).toEqual([]);
  });
});
