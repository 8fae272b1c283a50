import * as l10n from '@vscode/l10n';

/** Wire types of protobuf that ONNX uses; groups (3 and 4) are long gone. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** A field of a message: its number and where its content lies. */
export interface WireField {
  readonly number: number;
  readonly wire: number;
  /** A varint's value, as int64 where it has all of its ten bytes; 0 for other wire types. */
  readonly value: number;
  /** First byte of the content, and the one behind the last; the varint itself for a varint. */
  readonly start: number;
  readonly end: number;
}

/** Bytes that are no message; `at` is where. */
export class WireProblem extends Error {
  override readonly name = 'WireProblem';

  constructor(
    readonly problem: string,
    readonly at: number,
  ) {
    super(problem);
  }
}

/** Longest varint of a field's head and length: 5 bytes of tag and 10 of a length or value. */
export const MAX_HEAD = 15;
const MAX_VARINT = 10;
/** Above this, a number takes the way through 64-bit integers. */
const SMALL_BYTES = 7;

/**
 * Reads a varint.
 * @param base place of `bytes[0]` in the file, for messages.
 * @returns the value, and the index behind it.
 */
function readVarint(bytes: Uint8Array, at: number, base: number): readonly [value: number, next: number] {
  let value = 0;
  for (let index = 0; index < MAX_VARINT; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) throw new WireProblem(l10n.t('a number leaves the message'), base + at);
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return [index < SMALL_BYTES ? value : wide(bytes, at, index + 1), at + index + 1];
  }
  throw new WireProblem(l10n.t('a number has more than ten bytes'), base + at);
}

/** A varint of eight bytes or more as the int64 that it is; beyond 2^53 it is rounded. */
function wide(bytes: Uint8Array, at: number, length: number): number {
  let value = 0n;
  for (let index = length - 1; index >= 0; index--) value = (value << 7n) | BigInt((bytes[at + index] ?? 0) & 0x7f);
  return Number(BigInt.asIntN(64, value));
}

/**
 * Reads the head of the field at `at`; its content may lie outside `bytes`.
 * @param base place of `bytes[0]` in the file; the field's places are in the file too.
 * @param limit place behind the message that holds the field.
 * @throws WireProblem.
 */
export function readHead(bytes: Uint8Array, at: number, base: number, limit: number): WireField {
  const [tag, next] = readVarint(bytes, at, base);
  const number = Math.floor(tag / 8);
  const wire = tag % 8;
  if (tag < 8 || tag >= 2 ** 32) throw new WireProblem(l10n.t('there is no field {0}', number), base + at);
  if (wire === WIRE.varint) {
    const [value, end] = readVarint(bytes, next, base);
    return checked({ number, wire, value, start: base + next, end: base + end }, limit);
  }
  if (wire === WIRE.bytes) {
    const [length, start] = readVarint(bytes, next, base);
    if (length < 0) throw new WireProblem(l10n.t('a field has a negative length'), base + at);
    return checked({ number, wire, value: 0, start: base + start, end: base + start + length }, limit);
  }
  if (wire !== WIRE.fixed32 && wire !== WIRE.fixed64) {
    throw new WireProblem(l10n.t('there is no wire type {0}', wire), base + at);
  }
  const size = wire === WIRE.fixed32 ? 4 : 8;
  return checked({ number, wire, value: 0, start: base + next, end: base + next + size }, limit);
}

function checked(field: WireField, limit: number): WireField {
  if (field.end <= limit) return field;
  throw new WireProblem(l10n.t('field {0} is longer than what holds it', field.number), field.start);
}

/** All fields of a message in memory, in order. @param base place of `bytes[0]` in the file. @throws WireProblem. */
export function readFields(bytes: Uint8Array, base: number): WireField[] {
  const fields: WireField[] = [];
  const limit = base + bytes.length;
  for (let at = 0; at < bytes.length;) {
    const field = readHead(bytes, at, base, limit);
    fields.push(field);
    at = field.end - base;
  }
  return fields;
}

/** Numbers side by side without tags. @throws WireProblem. */
export function readPacked(bytes: Uint8Array, base: number, limit: number): number[] {
  const values: number[] = [];
  for (let at = 0; at < bytes.length && values.length < limit;) {
    const [value, next] = readVarint(bytes, at, base);
    values.push(value);
    at = next;
  }
  return values;
}
