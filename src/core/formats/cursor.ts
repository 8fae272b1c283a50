import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../bytes/byte-source.js';
import { groupDigits } from '../bytes/quote.js';
import { CheckpointError } from '../errors.js';
import { downloadStopped, malformed } from './problem.js';

/** First read after a jump; names and shapes of a tensor take some hundred bytes. */
const FIRST_BYTES = 512;
/** Largest read ahead. */
const MOST_BYTES = 256 * 2 ** 10;
/** Longer claims than this were never written by a program that saves checkpoints; shorter ones are files cut short. */
const PLAUSIBLE_BYTES = 2 ** 40;

/** Goes through a file from front to back; reads ahead the further the longer it goes without a jump. */
export class Cursor {
  #buffer = new DataView(new ArrayBuffer(0));
  #start = 0;
  #ahead = FIRST_BYTES;

  constructor(
    readonly source: ByteSource,
    public at = 0,
  ) {}

  /** Bytes from here to the end of the file. */
  get left(): number {
    return this.source.size - this.at;
  }

  /**
   * Throws where the file cannot hold so many bytes from here on.
   * @param what they are, such as `a string`.
   * @throws CheckpointError `truncated`, or `malformed` for a claim that was never true.
   */
  check(length: number | bigint, what: () => string): number {
    if (length >= 0 && BigInt(length) <= BigInt(this.left)) return Number(length);
    const { name, size } = this.source;
    const place = l10n.t('{0} at {1} is longer than the file', what(), groupDigits(this.at));
    const problem = l10n.t(
      '{0}: {1} bytes are needed and the file ends at {2}',
      place,
      groupDigits(length),
      groupDigits(size),
    );
    if (length < 0 || length > PLAUSIBLE_BYTES) throw malformed(name, problem);
    throw new CheckpointError('truncated', name, problem, downloadStopped());
  }

  /** Passes over bytes without reading them. */
  skip(length: number | bigint, what: () => string): void {
    this.at += this.check(length, what);
  }

  /** The next bytes; valid until the next call. */
  async take(length: number, what: () => string): Promise<DataView<ArrayBuffer>> {
    this.check(length, what);
    const offset = this.at - this.#start;
    if (offset < 0 || offset + length > this.#buffer.byteLength) await this.#fill(length);
    const { buffer, byteOffset } = this.#buffer;
    const view = new DataView(buffer, byteOffset + this.at - this.#start, length);
    this.at += length;
    return view;
  }

  async #fill(length: number): Promise<void> {
    const goesOn = this.at <= this.#start + this.#buffer.byteLength && this.at >= this.#start;
    this.#ahead = goesOn ? Math.min(MOST_BYTES, this.#ahead * 2) : FIRST_BYTES;
    const bytes = await this.source.read(this.at, Math.min(this.left, Math.max(length, this.#ahead)));
    this.#buffer = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#start = this.at;
  }
}

/** Text of some bytes; what is no UTF-8 becomes the replacement character. */
export function textOf({ buffer, byteOffset, byteLength }: DataView<ArrayBuffer>): string {
  return new TextDecoder().decode(new Uint8Array(buffer, byteOffset, byteLength));
}
