import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../../bytes/byte-source.js';
import { MAX_HEAD, readFields, readHead, type WireField, WireProblem } from '../../onnx/wire.js';
import { beyondLimit } from '../problem.js';

/** First read behind a jump; a field's head and the small fields of a tensor fit in. */
const FIRST_PAGE = 2 * 2 ** 10;
/** Reading on without a jump doubles the page up to this. */
const LAST_PAGE = 256 * 2 ** 10;
/** Messages up to this size are read whole. */
const SMALL_MESSAGE = 64 * 2 ** 10;
/** Fields of the largest published graphs (100,000 nodes with the stack traces of their export) stay below half of this. */
const MAX_FIELDS = 4_000_000;

/** Walks protobuf messages in a file by pages: what nobody asks for, such as weights, is jumped over. */
export class Pages {
  #page: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #start = 0;
  #size = FIRST_PAGE;
  #fields = 0;

  constructor(readonly source: ByteSource) {}

  /** The bytes of a range, which must be short. */
  async bytes(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    if (!this.#holds(start, end)) await this.#turnTo(start, end - start);
    return this.#page.subarray(start - this.#start, end - this.#start);
  }

  /** All fields of a message, in order; contents of large ones are not read. @throws WireProblem. */
  async fields(start: number, end: number): Promise<WireField[]> {
    if (end - start <= SMALL_MESSAGE) {
      const fields = readFields(await this.bytes(start, end), start);
      this.#count(fields.length);
      return fields;
    }
    const fields: WireField[] = [];
    for await (const field of this.walk(start, end)) fields.push(field);
    return fields;
  }

  /** The fields of a message one by one, so that each can be read before the next is looked for. @throws WireProblem. */
  async *walk(start: number, end: number): AsyncGenerator<WireField, void> {
    for (let at = start; at < end;) {
      const head = Math.min(end, at + MAX_HEAD);
      if (!this.#holds(at, head)) await this.#turnTo(at, head - at);
      const field = readHead(this.#page.subarray(at - this.#start, head - this.#start), 0, at, end);
      this.#count(1);
      yield field;
      at = field.end;
    }
  }

  #holds(start: number, end: number): boolean {
    return start >= this.#start && end <= this.#start + this.#page.length;
  }

  /** Reads the page that starts at `start` and has at least `least` bytes. */
  async #turnTo(start: number, least: number): Promise<void> {
    const goesOn = start >= this.#start && start <= this.#start + this.#page.length;
    this.#size = goesOn ? Math.min(LAST_PAGE, this.#size * 2) : FIRST_PAGE;
    const length = Math.min(Math.max(this.#size, least), this.source.size - start);
    if (length < least) throw new WireProblem(l10n.t('the file ends there'), this.source.size);
    this.#page = await this.source.read(start, length);
    this.#start = start;
  }

  #count(fields: number): void {
    this.#fields += fields;
    if (this.#fields > MAX_FIELDS)
      throw beyondLimit(this.source.name, l10n.t('its graph has more than 4 000 000 parts'));
  }
}
