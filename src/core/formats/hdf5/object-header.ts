import * as l10n from '@vscode/l10n';
import type { Fields } from './fields.js';
import type { Hdf5File } from './file.js';
import { Hdf5Problem } from './problem.js';

/** One message of an object header. */
export interface Message {
  readonly type: number;
  /** True where it only points to a message elsewhere. */
  readonly shared: boolean;
  readonly fields: Fields;
}

/** Kinds of messages that are looked at. */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

const SHARED = 0x02;
/** An object with its attributes takes a few blocks; messages of one object some dozen, with attributes some thousand. */
const MAX_BLOCKS = 1_000;
const MAX_MESSAGES = 20_000;

interface Block {
  readonly address: number;
  readonly length: number;
}

/** Messages of an object. Format: HDF5 File Format Specification 3.0, IV.A. @throws Hdf5Problem. */
export async function readMessages(file: Hdf5File, address: number): Promise<Message[]> {
  const head = await file.fieldsUpTo(address, 64, l10n.t('an object header'));
  return head.view.byteLength >= 4 && head.text(4) === 'OHDR'
    ? readSecond(file, address, head)
    : readFirst(file, address, await file.fields(address, 16, l10n.t('an object header')));
}

class Collected {
  readonly messages: Message[] = [];
  readonly blocks: Block[] = [];
  readonly #seen = new Set<number>();

  add(message: Message): void {
    if (this.messages.length === MAX_MESSAGES)
      throw new Hdf5Problem(l10n.t('an object has too many messages'), 'limit');
    if (message.type === MESSAGE.continuation) this.addBlock(message.fields);
    else if (message.type !== 0) this.messages.push(message);
  }

  addBlock(fields: Fields): void {
    const address = fields.address();
    const length = fields.length();
    if (address === null || this.#seen.has(address) || this.blocks.length === MAX_BLOCKS) {
      throw new Hdf5Problem(l10n.t('an object header goes on where it cannot'));
    }
    this.#seen.add(address);
    this.blocks.push({ address, length });
  }
}

async function readFirst(file: Hdf5File, address: number, head: Fields): Promise<Message[]> {
  head.version([1]);
  head.skip(7);
  const collected = new Collected();
  collected.blocks.push({ address: address + 16, length: head.u32() });
  for (const block of collected.blocks) {
    const fields = await file.fields(block.address, block.length, l10n.t('an object header'));
    while (fields.left >= 8) {
      const type = fields.u16();
      const size = fields.u16();
      const flags = fields.u8();
      fields.skip(3);
      collected.add({ type, shared: (flags & SHARED) !== 0, fields: fields.part(size) });
    }
  }
  return collected.messages;
}

/** Flags of a header of version 2: width of its size, order of messages, limits of attributes, times. */
const ORDER = 0x04;
const LIMITS = 0x10;
const TIMES = 0x20;

async function readSecond(file: Hdf5File, address: number, head: Fields): Promise<Message[]> {
  head.version([2]);
  const flags = head.u8();
  head.skip(((flags & TIMES) === 0 ? 0 : 16) + ((flags & LIMITS) === 0 ? 0 : 4));
  const size = head.uint(2 ** (flags & 3));
  const collected = new Collected();
  const before = (flags & ORDER) === 0 ? 4 : 6;
  const readBlock = (fields: Fields): void => {
    // What is shorter than a message is a gap.
    while (fields.left >= before) {
      const type = fields.u8();
      const length = fields.u16();
      const shared = (fields.u8() & SHARED) !== 0;
      fields.skip(before - 4);
      collected.add({ type, shared, fields: fields.part(length) });
    }
  };
  readBlock(await file.fields(address + head.at, size, l10n.t('an object header')));
  for (const block of collected.blocks) {
    const fields = await file.fields(block.address, block.length, l10n.t('an object header'));
    fields.signature('OCHK');
    // A checksum ends it.
    readBlock(fields.part(Math.max(0, fields.left - 4)));
  }
  return collected.messages;
}
