import type { NamedNumber, SourceLink, SourceRange, TextFacts } from '../contract.js';
import { MODEL_NUMBERS, WEIGHT_FILE } from './known-calls.js';

/** Longer lines are data, not configuration. */
const MAX_LINE = 2_000;

/** Longer texts are no configuration. */
const MAX_LINES = 20_000;

const YAML = /^(\s*(?:-\s+)?)(["']?)([\w./-]+)\2(\s*:\s*)(.*)$/u;
const JSON_ENTRY = /"([\w./-]{1,100})"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?)/gu;

/** Keys under which configurations name a model rather than a file. */
const MODEL_KEY = /^(?:model_name|arch|architecture|model_type|backbone_name)$/u;

/** Keys that hold a path, and numbers such as `num_heads: 6`, of a YAML (Hydra) or JSON text; by lines, so that half-written text is fine. */
export function configFacts(text: string, language: 'yaml' | 'json'): TextFacts {
  const links: SourceLink[] = [];
  const numbers: (NamedNumber & { via: string })[] = [];
  const sections: { readonly indent: number; readonly key: string }[] = [];
  const take = (line: number, entry: Entry, via: string): void => {
    const range = rangeIn(line, entry.valueAt, entry.valueAt + entry.value.length);
    const link = linkOf(entry.key, entry.value);
    if (link !== null) {
      const callRange = rangeIn(line, entry.keyAt, entry.valueAt + entry.value.length);
      links.push({
        kind: link,
        via: via === '' ? entry.key : `${via}.${entry.key}`,
        target: entry.value,
        range,
        callRange,
      });
    } else if (MODEL_NUMBERS.has(entry.key) && /^\d+(?:\.\d+)?$/u.test(entry.value)) {
      const nameRange = rangeIn(line, entry.keyAt, entry.keyAt + entry.key.length);
      numbers.push({ via, name: entry.key, value: Number(entry.value), nameRange, range });
    }
  };
  for (const [number, line] of text.split(/\r?\n/u, MAX_LINES).entries()) {
    if (line.length > MAX_LINE) continue;
    if (language === 'json') for (const entry of jsonEntries(line)) take(number, entry, '');
    else {
      const entry = yamlEntry(line);
      if (entry === null) continue;
      while ((sections.at(-1)?.indent ?? -1) >= entry.indent) sections.pop();
      take(number, entry, sections.map(({ key }) => key).join('.'));
      if (entry.value === '') sections.push({ indent: entry.indent, key: entry.key });
    }
  }
  return { links, numbers };
}

interface Entry {
  readonly key: string;
  readonly keyAt: number;
  /** Without quotes and comment. */
  readonly value: string;
  readonly valueAt: number;
}

function yamlEntry(line: string): (Entry & { readonly indent: number }) | null {
  const found = YAML.exec(line);
  if (found === null) return null;
  const [, indent = '', quote = '', key = '', colon = '', rest = ''] = found;
  const keyAt = indent.length + quote.length;
  const start = keyAt + key.length + quote.length + colon.length;
  const quoted = /^(["'])(.*?)\1/u.exec(rest);
  const value = quoted === null ? rest.replace(/\s+#.*$|^#.*$/u, '').trimEnd() : (quoted[2] ?? '');
  return { key, keyAt, value, valueAt: start + (quoted === null ? 0 : 1), indent: indent.length };
}

function jsonEntries(line: string): Entry[] {
  return [...line.matchAll(JSON_ENTRY)].map((found) => {
    const [whole, key = '', raw = ''] = found;
    const quoted = raw.startsWith('"');
    const at = found.index + whole.length - raw.length;
    return { key, keyAt: found.index + 1, value: quoted ? raw.slice(1, -1) : raw, valueAt: at + (quoted ? 1 : 0) };
  });
}

function linkOf(key: string, value: string): SourceLink['kind'] | null {
  if (WEIGHT_FILE.test(value)) return 'file';
  return MODEL_KEY.test(key) && /^[\w./-]{3,200}$/u.test(value) ? 'model' : null;
}

function rangeIn(line: number, start: number, end: number): SourceRange {
  return { start: { line, column: start }, end: { line, column: end } };
}
