import * as l10n from '@vscode/l10n';
import { groupDigits, quoteName } from '../../bytes/quote.js';
import { type Cursor, textOf } from '../cursor.js';
import { beyondLimit, malformed } from '../problem.js';

/** The start of a value; its content follows. Specification: msgpack/spec.md. */
export type Start =
  | { readonly kind: 'map'; readonly length: number }
  | { readonly kind: 'array'; readonly length: number }
  | { readonly kind: 'text'; readonly length: number }
  | { readonly kind: 'bytes'; readonly length: number }
  | { readonly kind: 'extension'; readonly length: number; readonly type: number }
  | { readonly kind: 'plain'; readonly value: number | boolean | null };

/** Longer texts are no names. */
const MAX_TEXT_BYTES = 4_096;

/** Reads the values of a msgpack stream one start after the other. */
export class ValueReader {
  constructor(readonly cursor: Cursor) {}

  /** Start of the next value. @param what it is, for messages. */
  async start(what: () => string): Promise<Start> {
    const code = (await this.cursor.take(1, what)).getUint8(0);
    if (code < 0x80) return { kind: 'plain', value: code };
    if (code < 0x90) return { kind: 'map', length: code & 15 };
    if (code < 0xa0) return { kind: 'array', length: code & 15 };
    if (code < 0xc0) return { kind: 'text', length: code & 31 };
    if (code >= 0xe0) return { kind: 'plain', value: code - 256 };
    return this.#coded(code, what);
  }

  async #coded(code: number, what: () => string): Promise<Start> {
    const { cursor } = this;
    const number = async (bytes: number): Promise<number> => {
      const view = await cursor.take(bytes, what);
      return bytes === 1 ? view.getUint8(0) : bytes === 2 ? view.getUint16(0) : view.getUint32(0);
    };
    if (code === 0xc0) return { kind: 'plain', value: null };
    if (code === 0xc2 || code === 0xc3) return { kind: 'plain', value: code === 0xc3 };
    if (code >= 0xc4 && code <= 0xc6) return { kind: 'bytes', length: await number(2 ** (code - 0xc4)) };
    if (code >= 0xc7 && code <= 0xc9) return this.#extension(await number(2 ** (code - 0xc7)), what);
    if (code === 0xca) return { kind: 'plain', value: (await cursor.take(4, what)).getFloat32(0) };
    if (code === 0xcb) return { kind: 'plain', value: (await cursor.take(8, what)).getFloat64(0) };
    if (code >= 0xcc && code <= 0xce) return { kind: 'plain', value: await number(2 ** (code - 0xcc)) };
    if (code === 0xcf) return { kind: 'plain', value: Number((await cursor.take(8, what)).getBigUint64(0)) };
    if (code >= 0xd0 && code <= 0xd3) return { kind: 'plain', value: await this.#signed(2 ** (code - 0xd0), what) };
    if (code >= 0xd4 && code <= 0xd8) return this.#extension(2 ** (code - 0xd4), what);
    if (code >= 0xd9 && code <= 0xdb) return { kind: 'text', length: await number(2 ** (code - 0xd9)) };
    if (code === 0xdc || code === 0xdd) return { kind: 'array', length: await number(code === 0xdc ? 2 : 4) };
    if (code === 0xde || code === 0xdf) return { kind: 'map', length: await number(code === 0xde ? 2 : 4) };
    const place = groupDigits(cursor.at - 1);
    throw malformed(
      cursor.source.name,
      l10n.t('{0} at {1} begins with the unknown code 0x{2}', what(), place, code.toString(16)),
    );
  }

  async #signed(bytes: number, what: () => string): Promise<number> {
    const view = await this.cursor.take(bytes, what);
    if (bytes === 8) return Number(view.getBigInt64(0));
    return bytes === 1 ? view.getInt8(0) : bytes === 2 ? view.getInt16(0) : view.getInt32(0);
  }

  async #extension(length: number, what: () => string): Promise<Start> {
    const type = (await this.cursor.take(1, what)).getInt8(0);
    this.cursor.check(length, () => l10n.t('the extension ({0})', what()));
    return { kind: 'extension', length, type };
  }

  /** The text that a start has announced. */
  async text(length: number, what: () => string): Promise<string> {
    const { cursor } = this;
    cursor.check(length, what);
    if (length > MAX_TEXT_BYTES)
      throw beyondLimit(cursor.source.name, l10n.t('{0} has {1} bytes', what(), groupDigits(length)));
    return textOf(await cursor.take(length, what));
  }

  /** A start of one kind. @throws CheckpointError `malformed` for another. */
  async expect<Kind extends Start['kind']>(
    kind: Kind,
    what: () => string,
  ): Promise<Extract<Start, { readonly kind: Kind }>> {
    const start = await this.start(what);
    if (isStart(start, kind)) return start;
    throw malformed(this.cursor.source.name, l10n.t('{0} is no {1} but {2}', quoteName(what()), kind, start.kind));
  }
}

function isStart<Kind extends Start['kind']>(
  start: Start,
  kind: Kind,
): start is Extract<Start, { readonly kind: Kind }> {
  return start.kind === kind;
}
