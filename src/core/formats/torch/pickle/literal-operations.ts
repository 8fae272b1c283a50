import * as l10n from '@vscode/l10n';
import type { PickleMachine } from './machine.js';
import type { OperationTable } from './operations.js';
import { MAX_INTEGER_BYTES } from './limits.js';
import { PickleProblem } from './problem.js';
import type { PickleValue } from './values.js';

const HIGHEST_PROTOCOL = 5;

function pushText(machine: PickleMachine, length: number): void {
  machine.count(1);
  machine.push(machine.input.text(length));
}

function pushBytes(machine: PickleMachine, length: number): void {
  machine.count(1);
  machine.push({ kind: 'bytes', data: machine.input.take(length, () => l10n.t('a run of bytes')) });
}

/** The str of Python 2: text where it is UTF-8, as torch.load takes it, else bytes. */
function pushOldString(machine: PickleMachine, length: number): void {
  machine.count(1);
  if (length < 0) throw new PickleProblem(l10n.t('a string has the negative length {0}', length));
  const data = machine.input.take(length, () => l10n.t('a string'));
  machine.push(machine.input.textOrNull(data) ?? { kind: 'bytes', data });
}

function parseInteger(text: string): PickleValue {
  if (text === '00') return false;
  if (text === '01') return true;
  const digits = text.replace(/L$/u, '');
  if (!/^\s*[+-]?\d+\s*$/u.test(digits)) throw new PickleProblem(l10n.t('an integer in text form is no number'));
  if (digits.length > MAX_INTEGER_BYTES)
    throw new PickleProblem(l10n.t('an integer in text form is too long'), 'limit');
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'", '"': '"' };

/** The quoted string of protocol 0. */
function parseQuoted(line: string): string {
  const quoted = /^(['"])(.*)\1$/su.exec(line)?.[2];
  if (quoted === undefined) throw new PickleProblem(l10n.t('a string in text form has no quotes'));
  return quoted.replace(
    /\\(?:x([0-9a-fA-F]{2})|(.))/gsu,
    (all, hex: string | undefined, character: string | undefined) =>
      hex === undefined ? (ESCAPES[character ?? ''] ?? all) : String.fromCharCode(parseInt(hex, 16)),
  );
}

function parseUnicode(line: string): string {
  return line.replace(
    /\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/gu,
    (all, short: string | undefined, long: string | undefined) => {
      const code = parseInt(short ?? long ?? '0', 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}

/** Opcodes that put a plain value on the stack, and those that only describe the stream. */
export const LITERAL_OPERATIONS: OperationTable = {
  // PROTO, FRAME
  '\x80': ({ input }) => {
    const protocol = input.uint8(() => l10n.t('the protocol'));
    if (protocol > HIGHEST_PROTOCOL)
      throw new PickleProblem(l10n.t('pickle protocol {0} is unknown', protocol), 'unsupported');
  },
  '\x95': ({ input }) => {
    // A frame only groups bytes; one that is longer than the stream shows that the stream is cut short.
    const length = input.uint64(() => l10n.t('the length of a frame'));
    const start = input.at;
    input.take(length, () => l10n.t('a frame'));
    input.at = start;
  },
  // NONE, NEWTRUE, NEWFALSE
  N: (machine) => machine.push(null),
  '\x88': (machine) => machine.push(true),
  '\x89': (machine) => machine.push(false),
  // INT, LONG, FLOAT: text forms
  I: (machine) => machine.push(parseInteger(machine.input.line(() => l10n.t('an integer')))),
  L: (machine) => machine.push(parseInteger(machine.input.line(() => l10n.t('an integer')))),
  F: (machine) => {
    const text = machine.input.line(() => l10n.t('a number')).trim();
    const value = text === '' ? NaN : Number(text.replace(/^([+-]?)inf(inity)?$/iu, '$1Infinity'));
    if (Number.isNaN(value) && !/^[+-]?nan$/iu.test(text))
      throw new PickleProblem(l10n.t('a number in text form is no number'));
    machine.push(value);
  },
  // BININT, BININT1, BININT2, LONG1, LONG4, BINFLOAT
  J: (machine) => machine.push(machine.input.int32(() => l10n.t('an integer'))),
  K: (machine) => machine.push(machine.input.uint8(() => l10n.t('an integer'))),
  M: (machine) => machine.push(machine.input.uint16(() => l10n.t('an integer'))),
  '\x8a': (machine) =>
    machine.push(machine.input.integer(machine.input.uint8(() => l10n.t('the length of an integer')))),
  '\x8b': (machine) =>
    machine.push(machine.input.integer(machine.input.int32(() => l10n.t('the length of an integer')))),
  G: (machine) => machine.push(machine.input.float64(() => l10n.t('a number'))),
  // STRING, BINSTRING, SHORT_BINSTRING
  S: (machine) => {
    machine.count(1);
    machine.push(parseQuoted(machine.input.line(() => l10n.t('a string')).trim()));
  },
  T: (machine) =>
    pushOldString(
      machine,
      machine.input.int32(() => l10n.t('the length of a string')),
    ),
  U: (machine) =>
    pushOldString(
      machine,
      machine.input.uint8(() => l10n.t('the length of a string')),
    ),
  // UNICODE, BINUNICODE, SHORT_BINUNICODE, BINUNICODE8
  V: (machine) => {
    machine.count(1);
    machine.push(parseUnicode(machine.input.line(() => l10n.t('a string'))));
  },
  X: (machine) =>
    pushText(
      machine,
      machine.input.uint32(() => l10n.t('the length of a string')),
    ),
  '\x8c': (machine) =>
    pushText(
      machine,
      machine.input.uint8(() => l10n.t('the length of a string')),
    ),
  '\x8d': (machine) =>
    pushText(
      machine,
      machine.input.uint64(() => l10n.t('the length of a string')),
    ),
  // BINBYTES, SHORT_BINBYTES, BINBYTES8, BYTEARRAY8
  B: (machine) =>
    pushBytes(
      machine,
      machine.input.uint32(() => l10n.t('the length of bytes')),
    ),
  C: (machine) =>
    pushBytes(
      machine,
      machine.input.uint8(() => l10n.t('the length of bytes')),
    ),
  '\x8e': (machine) =>
    pushBytes(
      machine,
      machine.input.uint64(() => l10n.t('the length of bytes')),
    ),
  '\x96': (machine) =>
    pushBytes(
      machine,
      machine.input.uint64(() => l10n.t('the length of bytes')),
    ),
};
