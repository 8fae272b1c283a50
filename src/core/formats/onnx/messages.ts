import * as l10n from '@vscode/l10n';
import { quoteName } from '../../bytes/quote.js';
import { readPacked, WIRE, type WireField } from '../../onnx/wire.js';
import { malformed } from '../problem.js';
import type { Pages } from './pages.js';

/** Names and texts that are longer are no names. */
const MAX_TEXT = 4 * 2 ** 10;
/** Numbers in one attribute that are kept: axes, sizes, scalars. */
export const MAX_NUMBERS = 64;

const decoder = new TextDecoder('utf-8', { fatal: false });

/** Fields of one message with ways to read their contents. */
export class Message {
  private constructor(
    readonly pages: Pages,
    readonly start: number,
    readonly end: number,
    readonly fields: readonly WireField[],
  ) {}

  static async read(pages: Pages, { start, end }: Pick<WireField, 'start' | 'end'>): Promise<Message> {
    return new Message(pages, start, end, await pages.fields(start, end));
  }

  /** All fields with a number. */
  all(number: number): WireField[] {
    return this.fields.filter((field) => field.number === number);
  }

  /** The last field with a number, which counts; null when there is none. */
  last(number: number): WireField | null {
    return this.all(number).at(-1) ?? null;
  }

  int(number: number): number | null {
    const field = this.last(number);
    return field?.wire === WIRE.varint ? field.value : null;
  }

  async float(number: number): Promise<number | null> {
    const field = this.last(number);
    if (field?.wire !== WIRE.fixed32) return null;
    const bytes = await this.pages.bytes(field.start, field.end);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true);
  }

  async text(number: number): Promise<string> {
    const field = this.last(number);
    return field === null ? '' : this.textOf(field);
  }

  /** @throws CheckpointError `malformed` for a name of unbelievable length. */
  async textOf(field: WireField): Promise<string> {
    if (field.wire !== WIRE.bytes) return '';
    if (field.end - field.start > MAX_TEXT) {
      const shown = decoder.decode(await this.pages.bytes(field.start, field.start + 40));
      throw malformed(this.pages.source.name, l10n.t('a name of more than {0} bytes: {1}', MAX_TEXT, quoteName(shown)));
    }
    return decoder.decode(await this.pages.bytes(field.start, field.end));
  }

  async texts(number: number): Promise<string[]> {
    const texts: string[] = [];
    for (const field of this.all(number)) texts.push(await this.textOf(field));
    return texts;
  }

  /** Whole numbers of a repeated field, packed or not; at most `limit` of them. */
  async ints(number: number, limit: number): Promise<number[]> {
    const values: number[] = [];
    for (const field of this.all(number)) {
      if (values.length >= limit) break;
      if (field.wire === WIRE.varint) values.push(field.value);
      else if (field.wire === WIRE.bytes) {
        const end = Math.min(field.end, field.start + 10 * limit);
        values.push(...readPacked(await this.pages.bytes(field.start, end), field.start, limit));
      }
    }
    return values;
  }

  /** Float32 numbers of a repeated field, packed or not; at most `limit` of them. */
  async floats(number: number, limit: number): Promise<number[]> {
    const values: number[] = [];
    for (const field of this.all(number)) {
      if (values.length >= limit || field.wire === WIRE.varint) break;
      const bytes = await this.pages.bytes(field.start, Math.min(field.end, field.start + 4 * limit));
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let at = 0; at + 4 <= bytes.length; at += 4) values.push(view.getFloat32(at, true));
    }
    return values;
  }

  /** The message in a field. */
  async inner(field: WireField): Promise<Message> {
    return Message.read(this.pages, field.wire === WIRE.bytes ? field : { start: field.start, end: field.start });
  }
}
