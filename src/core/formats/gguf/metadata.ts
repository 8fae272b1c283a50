import * as l10n from '@vscode/l10n';
import { quoteName } from '../../bytes/quote.js';
import { MAX_SETTINGS, type Setting } from '../../tensors/tensor-index.js';
import { type Cursor, textOf } from '../cursor.js';
import { beyondLimit, malformed } from '../problem.js';
import { addSetting } from '../settings.js';

/** Kinds of values, with the bytes of those that have a fixed size. */
const UINT8 = 0;
const STRING = 8;
const ARRAY = 9;
const SIZES: readonly number[] = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];

/** Keys and names of tensors have at most 65,535 bytes by the specification. */
const MAX_NAME_BYTES = 65_535;
/** A text that is kept; chat templates are longer and are passed over. */
const MAX_TEXT_BYTES = 8_000;
/** Longer lists, such as those of a vocabulary, are passed over. */
const MAX_LIST = 64;
/** Lists in lists do not occur in practice. */
const MAX_DEPTH = 4;

/** A 64-bit number that must be exact; larger ones are counts that no file has. */
async function readCount(cursor: Cursor, what: () => string): Promise<bigint> {
  return (await cursor.take(8, what)).getBigUint64(0, true);
}

/** A key or the name of a tensor. */
export async function readName(cursor: Cursor, what: () => string): Promise<string> {
  const length = cursor.check(await readCount(cursor, () => l10n.t('the length of {0}', what())), what);
  if (length > MAX_NAME_BYTES) {
    throw beyondLimit(cursor.source.name, l10n.t('{0} has {1} bytes, more than {2}', what(), length, MAX_NAME_BYTES));
  }
  return textOf(await cursor.take(length, what));
}

function fixedValue(view: DataView, kind: number): Setting {
  switch (kind) {
    case UINT8:
      return view.getUint8(0);
    case 1:
      return view.getInt8(0);
    case 2:
      return view.getUint16(0, true);
    case 3:
      return view.getInt16(0, true);
    case 4:
      return view.getUint32(0, true);
    case 5:
      return view.getInt32(0, true);
    case 6:
      return view.getFloat32(0, true);
    case 7:
      return view.getUint8(0) !== 0;
    case 10:
      return Number(view.getBigUint64(0, true));
    case 11:
      return Number(view.getBigInt64(0, true));
    default:
      return view.getFloat64(0, true);
  }
}

/** Reads the key-value pairs of a GGUF file; long texts and lists are passed over. */
export class MetadataReader {
  readonly settings = new Map<string, Setting>();
  /** True where tensors may start at multiples of another number than 32. */
  alignment = 32;

  constructor(readonly cursor: Cursor) {}

  async pair(): Promise<void> {
    const key = await readName(this.cursor, () => l10n.t('a key of the metadata'));
    const kind = await this.#kind(key);
    await this.#value(key, kind, 0);
    const alignment = key === 'general.alignment' ? this.settings.get(key) : undefined;
    if (alignment === undefined) return;
    if (typeof alignment !== 'number' || !Number.isInteger(alignment) || alignment < 1 || alignment > 2 ** 20) {
      throw malformed(this.cursor.source.name, l10n.t('general.alignment is {0}', String(alignment)));
    }
    this.alignment = alignment;
  }

  async #kind(key: string): Promise<number> {
    const kind = (await this.cursor.take(4, () => l10n.t('the type of {0}', quoteName(key)))).getUint32(0, true);
    if (kind < SIZES.length) return kind;
    throw malformed(
      this.cursor.source.name,
      l10n.t('the metadata {0} is of the unknown type {1}', quoteName(key), kind),
    );
  }

  async #value(key: string, kind: number, depth: number): Promise<void> {
    const what = (): string => l10n.t('the value of {0}', quoteName(key));
    if (kind === STRING) return this.#text(key, what);
    if (kind === ARRAY) return this.#list(key, what, depth);
    addSetting(this.settings, key, fixedValue(await this.cursor.take(SIZES[kind] ?? 0, what), kind));
  }

  async #text(key: string | null, what: () => string): Promise<void> {
    const length = this.cursor.check(await readCount(this.cursor, what), () => l10n.t('a string ({0})', what()));
    if (key === null || length > MAX_TEXT_BYTES) this.cursor.skip(length, what);
    else addSetting(this.settings, key, textOf(await this.cursor.take(length, what)));
  }

  async #list(key: string, what: () => string, depth: number): Promise<void> {
    const { cursor } = this;
    if (depth === MAX_DEPTH) throw beyondLimit(cursor.source.name, l10n.t('{0} is nested too deeply', what()));
    const kind = await this.#kind(key);
    const count = await readCount(cursor, what);
    const size = SIZES[kind] ?? 0;
    // Each string and list takes eight bytes and more.
    cursor.check(count * BigInt(size === 0 ? 8 : size), what);
    const isKept = count <= BigInt(MAX_LIST) && this.settings.size < MAX_SETTINGS;
    if (size > 0 && !isKept) {
      cursor.skip(count * BigInt(size), what);
      return;
    }
    for (let index = 0; index < Number(count); index++) {
      if (kind === STRING) await this.#text(isKept ? `${key}.${String(index)}` : null, what);
      else await this.#value(`${key}.${String(index)}`, kind, depth + 1);
    }
  }
}
