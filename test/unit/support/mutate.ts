import { randomNumbers } from './random.js';

/** Numbers that lengths, counts and offsets break at. */
const EXTREMES: readonly bigint[] = [
  0n,
  1n,
  -1n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  2n ** 53n,
  2n ** 62n,
  2n ** 63n - 1n,
];
const EXTREME_TEXTS = [
  '-1',
  '0',
  '1e99',
  '9007199254740993',
  '4294967296',
  '1.5',
  '[]',
  '{}',
  '"F32"',
  '"U8"',
  'null',
  '"w"',
  '',
];
/** Opcodes that do something to what stands around them. */
const OPCODES = 'cRbQ(0.12tleusadio}])N\x81\x85\x86\x87\x88\x90\x93\x94\x8a\x8b\x8d\x95IXqhrj';

/** Random choices, repeatable from a seed. */
export class Dice {
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = randomNumbers(seed);
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<Item>(items: ArrayLike<Item>): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }
}

/** A mutation of a file; `region` is the part worth changing most. */
export type Mutation = (bytes: Uint8Array, dice: Dice, region: Region) => Uint8Array;

/** A part of a file. */
export interface Region {
  readonly start: number;
  readonly end: number;
}

/** Mostly a position in the region, sometimes anywhere. */
function position(bytes: Uint8Array, dice: Dice, { start, end }: Region): number {
  const inside = end > start && dice.below(10) > 0;
  return Math.min(bytes.length, inside ? start + dice.below(end - start) : dice.below(bytes.length + 1));
}

function replaced(bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
  const result = new Uint8Array(at + added.length + Math.max(0, bytes.length - at - removed));
  result.set(bytes.subarray(0, at));
  result.set(added, at);
  result.set(bytes.subarray(at + removed), at + added.length);
  return result;
}

const flipBits: Mutation = (bytes, dice, region) => {
  const copy = new Uint8Array(bytes);
  for (let count = 1 + dice.below(4); count > 0; count--) {
    const at = position(bytes, dice, region);
    copy[at] = (copy[at] ?? 0) ^ (1 << dice.below(8));
  }
  return copy;
};

const setBytes: Mutation = (bytes, dice, region) => {
  const at = position(bytes, dice, region);
  return new Uint8Array(bytes).fill(dice.pick([0, 0x7f, 0x80, 0xff, dice.below(256)]), at, at + 1 + dice.below(8));
};

/** Writes a number at which lengths break over 1 to 8 bytes. */
const setExtreme: Mutation = (bytes, dice, region) => {
  const copy = new Uint8Array(bytes);
  const value = dice.pick(EXTREMES);
  const at = position(bytes, dice, region);
  const width = dice.pick([1, 2, 4, 8]);
  for (let i = 0; i < width && at + i < copy.length; i++) copy[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
  return copy;
};

const truncate: Mutation = (bytes, dice, region) => bytes.slice(0, position(bytes, dice, region));

const remove: Mutation = (bytes, dice, region) =>
  replaced(bytes, position(bytes, dice, region), 1 + dice.below(32), new Uint8Array(0));

/** Puts a piece of the file somewhere else. */
const splice: Mutation = (bytes, dice, region) => {
  const from = position(bytes, dice, region);
  const piece = bytes.slice(from, from + 1 + dice.below(64));
  return replaced(bytes, position(bytes, dice, region), dice.pick([0, piece.length]), piece);
};

const insertOpcode: Mutation = (bytes, dice, region) => {
  const added = Uint8Array.from({ length: 1 + dice.below(3) }, () => dice.pick(OPCODES).charCodeAt(0));
  return replaced(bytes, position(bytes, dice, region), dice.pick([0, added.length]), added);
};

/** The JSON header as text; null where the file has none. */
function headerText(bytes: Uint8Array): string | null {
  if (bytes.length < 8) return null;
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return length > bytes.length - 8 ? null : Buffer.from(bytes.subarray(8, 8 + length)).toString('latin1');
}

/** The file with another header, and the length before it right. */
function withHeader(bytes: Uint8Array, before: string, after: string): Uint8Array {
  const header = Buffer.from(after, 'latin1');
  const result = replaced(bytes, 8, before.length, header);
  new DataView(result.buffer).setBigUint64(0, BigInt(header.length), true);
  return result;
}

/** Swaps a number, text or bracket of a JSON header for something else. */
const editToken: Mutation = (bytes, dice) => {
  const text = headerText(bytes);
  const tokens = [...(text?.matchAll(/-?\d+|"[^"]*"|[[\]{},:]/gu) ?? [])];
  if (text === null || tokens.length === 0) return bytes;
  const token = dice.pick(tokens);
  const other = dice.below(2) === 0 ? dice.pick(EXTREME_TEXTS) : dice.pick(tokens)[0];
  return withHeader(bytes, text, text.slice(0, token.index) + other + text.slice(token.index + token[0].length));
};

/** Changes that often leave a JSON header sound: other types of the same size, other axes, other names. */
const EDITS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/"(F32|I32|U32)"/u, ['"F32"', '"I32"', '"U32"']],
  [/"(F8_E4M3|U8|I8|BOOL)"/u, ['"F8_E5M2"', '"U8"', '"BOOL"', '"F8_E8M0"']],
  [/"shape":\[(\d+)\]/u, ['"shape":[$1,1]', '"shape":[1,$1,1]', '"shape":[$1,0]']],
  [/"shape":\[(\d+),(\d+)\]/u, ['"shape":[$2,$1]', '"shape":[$1,1,$2]']],
  [/weight/u, ['w', '__proto__', 'constructor', '\\u0000']],
  [/\}\s*$/u, ['}    ', ',"e":{"dtype":"F16","shape":[0],"data_offsets":[0,0]}}']],
];

const editSoundly: Mutation = (bytes, dice) => {
  const text = headerText(bytes);
  if (text === null) return bytes;
  const [pattern, others] = dice.pick(EDITS);
  const from = dice.below(Math.max(1, text.length - 200));
  return withHeader(bytes, text, text.slice(0, from) + text.slice(from).replace(pattern, dice.pick(others)));
};

/** Mutations of any file. */
export const ANY_MUTATIONS: readonly Mutation[] = [flipBits, setBytes, setExtreme, truncate, remove, splice];

/** Mutations of a file with a JSON header. */
export const HEADER_MUTATIONS: readonly Mutation[] = [
  ...ANY_MUTATIONS,
  ...[editToken, editToken],
  ...[editSoundly, editSoundly, editSoundly, editSoundly],
];

/** Mutations of a file with a pickle. */
export const PICKLE_MUTATIONS: readonly Mutation[] = [...ANY_MUTATIONS, insertOpcode, insertOpcode, setExtreme];

/** The file after one to three mutations, most often one. */
export function mutate(bytes: Uint8Array, mutations: readonly Mutation[], region: Region, dice: Dice): Uint8Array {
  let result = bytes;
  for (let count = 1 + dice.below(2) * dice.below(3); count > 0; count--)
    result = dice.pick(mutations)(result, dice, region);
  return result;
}
