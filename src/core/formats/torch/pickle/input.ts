import * as l10n from '@vscode/l10n';
import { groupDigits } from '../../../bytes/quote.js';
import type { ProblemCode } from '../../../errors.js';
import { MAX_INTEGER_BYTES, MAX_LINE, MAX_PICKLE_BYTES } from './limits.js';
import { NeedsMoreBytes, PickleProblem } from './problem.js';

const LINE_END = 0x0a;

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** The bytes of one or more pickles, read from front to back; lengths are checked before anything is taken. */
export class PickleInput {
  /** Position of the next byte. */
  at = 0;
  private readonly view: DataView;
  private readonly utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  private readonly strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  /**
   * @param bytes the stream from its beginning, perhaps not all of it.
   * @param total length of the whole stream.
   * @param endCode what a stream that ends too early is: `truncated` where it ends with its file.
   */
  constructor(
    private readonly bytes: Uint8Array<ArrayBuffer>,
    private readonly total: number,
    private readonly endCode: ProblemCode = 'malformed',
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  opcode(): number {
    if (this.at >= this.total) throw new PickleProblem(l10n.t('the stream ends without STOP'), this.endCode);
    return this.uint8(() => l10n.t('an opcode'));
  }

  uint8(what: () => string): number {
    return this.view.getUint8(this.advance(1, what));
  }

  uint16(what: () => string): number {
    return this.view.getUint16(this.advance(2, what), true);
  }

  uint32(what: () => string): number {
    return this.view.getUint32(this.advance(4, what), true);
  }

  int32(what: () => string): number {
    return this.view.getInt32(this.advance(4, what), true);
  }

  /** A length of 64 bits; any that no stream can have becomes one that is refused by its size. */
  uint64(what: () => string): number {
    return Number(this.view.getBigUint64(this.advance(8, what), true));
  }

  float64(what: () => string): number {
    return this.view.getFloat64(this.advance(8, what), false);
  }

  /** Bytes of the stream itself, not a copy. */
  take(length: number, what: () => string): Uint8Array {
    const start = this.advance(length, what);
    return this.bytes.subarray(start, start + length);
  }

  text(length: number): string {
    return this.utf8.decode(this.take(length, () => l10n.t('a string')));
  }

  /** A string of Python 2, which is text or bytes; null when it is not UTF-8. */
  textOrNull(bytes: Uint8Array): string | null {
    try {
      return this.strictUtf8.decode(bytes);
    } catch {
      return null;
    }
  }

  /** A line of text without its end. */
  line(what: () => string): string {
    const window = this.bytes.subarray(this.at, this.at + MAX_LINE);
    const length = window.indexOf(LINE_END);
    if (length >= 0) {
      this.at += length + 1;
      return latin1(window.subarray(0, length));
    }
    if (window.length === MAX_LINE)
      throw new PickleProblem(l10n.t('{0} has more than {1} characters', what(), MAX_LINE), 'limit');
    this.advance(window.length + 1, what);
    throw new PickleProblem(l10n.t('the stream ends inside {0}', what()), this.endCode);
  }

  /** A whole number of `length` bytes in two's complement. */
  integer(length: number): number | bigint {
    if (length < 0) throw new PickleProblem(l10n.t('an integer has the negative length {0}', length));
    const bytes = this.take(length, () => l10n.t('an integer'));
    if (length > MAX_INTEGER_BYTES)
      throw new PickleProblem(l10n.t('an integer has more than {0} bytes', MAX_INTEGER_BYTES), 'limit');
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
    const signed = BigInt.asIntN(8 * length, value);
    const plain = Number(signed);
    return Number.isSafeInteger(plain) ? plain : signed;
  }

  private advance(length: number, what: () => string): number {
    const start = this.at;
    const end = start + length;
    if (end > this.total) {
      const left = groupDigits(this.total - start);
      throw new PickleProblem(
        l10n.t(
          '{0} ({1} bytes) at {2} is longer than the stream, which has {3} left',
          what(),
          groupDigits(length),
          groupDigits(start),
          left,
        ),
        this.endCode,
      );
    }
    if (end > MAX_PICKLE_BYTES)
      throw new PickleProblem(l10n.t('the pickle has more than {0} bytes', groupDigits(MAX_PICKLE_BYTES)), 'limit');
    if (end > this.bytes.length) throw new NeedsMoreBytes(end);
    this.at = end;
    return start;
  }
}
