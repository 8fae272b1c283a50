import * as l10n from '@vscode/l10n';
import { Hdf5Problem } from './problem.js';

/** How many bytes the file uses for addresses and for lengths. */
export interface Widths {
  readonly address: number;
  readonly length: number;
}

/** Reads the fields of one structure, little-endian, one after the other; never beyond its end. */
export class Fields {
  at = 0;

  constructor(
    readonly view: DataView<ArrayBuffer>,
    readonly widths: Widths,
    readonly what: string,
    /** Where in the file the structure begins. */
    readonly origin: number,
  ) {}

  get left(): number {
    return this.view.byteLength - this.at;
  }

  #advance(bytes: number): number {
    if (bytes < 0 || bytes > this.left) throw new Hdf5Problem(l10n.t('{0} ends before its fields do', this.what));
    const at = this.at;
    this.at += bytes;
    return at;
  }

  skip(bytes: number): this {
    this.#advance(bytes);
    return this;
  }

  u8(): number {
    return this.view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.view.getUint16(this.#advance(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.#advance(4), true);
  }

  /** A number of 1 to 8 bytes; beyond 2^53 it is rounded, and no check of a size lets it pass. */
  uint(bytes: number): number {
    const at = this.#advance(bytes);
    let value = 0;
    for (let i = bytes - 1; i >= 0; i--) value = value * 256 + this.view.getUint8(at + i);
    return value;
  }

  length(): number {
    return this.uint(this.widths.length);
  }

  /** An address in the file; null where it is undefined. */
  address(): number | null {
    const { address } = this.widths;
    const at = this.#advance(address);
    this.at = at;
    let undefinedBytes = 0;
    while (undefinedBytes < address && this.view.getUint8(at + undefinedBytes) === 0xff) undefinedBytes++;
    const value = this.uint(address);
    return undefinedBytes === address ? null : value;
  }

  /** The next bytes as a structure of their own. */
  part(bytes: number, what = this.what): Fields {
    const at = this.#advance(bytes);
    const view = new DataView(this.view.buffer, this.view.byteOffset + at, bytes);
    return new Fields(view, this.widths, what, this.origin + at);
  }

  /** Text of so many bytes, up to the first that is zero. */
  text(bytes: number): string {
    const at = this.#advance(bytes);
    const raw = new Uint8Array(this.view.buffer, this.view.byteOffset + at, bytes);
    const end = raw.indexOf(0);
    return new TextDecoder().decode(end < 0 ? raw : raw.subarray(0, end));
  }

  /** @throws Hdf5Problem where the structure does not begin with these four letters. */
  signature(letters: string): this {
    const found = this.text(letters.length);
    if (found !== letters) throw new Hdf5Problem(l10n.t('{0} does not begin with {1}', this.what, letters));
    return this;
  }

  /** @throws Hdf5Problem `unsupported` for another version. */
  version(known: readonly number[]): number {
    const version = this.u8();
    if (known.includes(version)) return version;
    throw new Hdf5Problem(l10n.t('{0} is of version {1}, which is not read', this.what, version), 'unsupported');
  }
}

/** Whether a size is a power of two, and none beyond which the logarithm would round to one. */
export function isPowerOfTwo(value: number): boolean {
  return value >= 1 && value <= 2 ** 40 && Number.isInteger(Math.log2(value));
}
