import * as l10n from '@vscode/l10n';

/** Why a text is not the JSON that was expected. */
export class JsonProblem extends Error {}

/** Deepest nesting that is skipped over; what a checkpoint's header needs is three levels. */
const MAX_DEPTH = 64;

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/u;
/** No number of a header needs more characters. */
const MAX_NUMBER = 40;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Reads JSON piece by piece as the caller expects it. Unlike `JSON.parse` it sees a key that stands twice in one
 * object, and it builds nothing that the caller did not ask for, so a hostile header costs no more memory than its text.
 */
export class JsonReader {
  private at = 0;

  constructor(private readonly text: string) {}

  /** The kind of the next value. */
  peek(): 'object' | 'array' | 'string' | 'number' | 'other' {
    const next = this.text[this.skipSpace()];
    if (next === '{') return 'object';
    if (next === '[') return 'array';
    if (next === '"') return 'string';
    return next === '-' || (next !== undefined && next >= '0' && next <= '9') ? 'number' : 'other';
  }

  /** Reads an object; `member` must read the value of each key. @throws JsonProblem, also for a key that stands twice. */
  object(member: (key: string) => void): void {
    this.expect('{', () => l10n.t('an object'));
    if (this.take('}')) return;
    const keys = new Set<string>();
    do {
      const key = this.string();
      if (keys.has(key)) throw new JsonProblem(l10n.t('has the key {0} twice', JSON.stringify(key.slice(0, 100))));
      keys.add(key);
      this.expect(':', () => l10n.t('a colon'));
      member(key);
    } while (this.take(','));
    this.expect('}', () => l10n.t('a comma or the end of the object'));
  }

  /** Reads an array; `item` must read each value. */
  array(item: () => void): void {
    this.expect('[', () => l10n.t('an array'));
    if (this.take(']')) return;
    do item();
    while (this.take(','));
    this.expect(']', () => l10n.t('a comma or the end of the array'));
  }

  string(): string {
    if (this.peek() !== 'string') throw this.problem(l10n.t('a string'));
    const start = this.at;
    let escaped = false;
    for (let at = start + 1; at < this.text.length; at++) {
      const code = this.text.charCodeAt(at);
      if (code === QUOTE) {
        this.at = at + 1;
        return escaped ? this.unescape(start) : this.text.slice(start + 1, at);
      }
      if (code < 0x20) break;
      if (code === BACKSLASH) {
        escaped = true;
        at++;
      }
    }
    throw this.problem(l10n.t('a string that ends'));
  }

  number(): number {
    const start = this.skipSpace();
    let end = start;
    while (end - start <= MAX_NUMBER && '+-.0123456789eE'.includes(this.text[end] ?? ' ')) end++;
    const raw = this.text.slice(start, end);
    if (raw.length > MAX_NUMBER || !NUMBER.test(raw)) throw this.problem(l10n.t('a number'));
    this.at = end;
    return Number(raw);
  }

  /** Passes over one value of any kind. */
  skip(depth = 0): void {
    if (depth > MAX_DEPTH) throw new JsonProblem(l10n.t('is nested more than {0} levels deep', MAX_DEPTH));
    switch (this.peek()) {
      case 'object':
        this.object(() => this.skip(depth + 1));
        break;
      case 'array':
        this.array(() => this.skip(depth + 1));
        break;
      case 'string':
        this.string();
        break;
      case 'number':
        this.number();
        break;
      case 'other':
        if (!['true', 'false', 'null'].some((word) => this.take(word))) throw this.problem(l10n.t('a value'));
    }
  }

  /** @throws JsonProblem when something stands behind the value. */
  end(): void {
    if (this.skipSpace() < this.text.length) throw this.problem(l10n.t('nothing more'));
  }

  private skipSpace(): number {
    while (' \t\n\r'.includes(this.text[this.at] ?? '-')) this.at++;
    return this.at;
  }

  private unescape(start: number): string {
    try {
      const value: unknown = JSON.parse(this.text.slice(start, this.at));
      return typeof value === 'string' ? value : '';
    } catch {
      throw new JsonProblem(l10n.t('is not JSON: at character {0} a string has an unknown escape', start));
    }
  }

  private take(word: string): boolean {
    if (!this.text.startsWith(word, this.skipSpace())) return false;
    this.at += word.length;
    return true;
  }

  private expect(word: string, what: () => string): void {
    if (!this.take(word)) throw this.problem(what());
  }

  private problem(what: string): JsonProblem {
    const there = this.text[this.at];
    const found = there === undefined ? l10n.t('the end') : JSON.stringify(there);
    return new JsonProblem(l10n.t('is not JSON: at character {0} {1} was expected, not {2}', this.at, what, found));
  }
}
