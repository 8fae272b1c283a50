import { parse, record, string } from 'valibot';
import { describe, expect, it } from 'vitest';
import { TorchMeaning } from '../../../../../src/core/formats/torch/meaning.js';
import { PickleInput } from '../../../../../src/core/formats/torch/pickle/input.js';
import type { PickleValue } from '../../../../../src/core/formats/torch/pickle/values.js';
import { runPickle } from '../../../../../src/core/formats/torch/run-pickle.js';
import { cpuTime } from '../../../support/cpu-time.js';
import { fixtureJson } from '../../../support/fixtures.js';
import { bytesOf, call, int, pickle, text, tuple } from '../../../support/pickle-writer.js';

const pickles = parse(record(string(), string()), fixtureJson('torch-files/pickles.json'));

function run(bytes: Uint8Array): PickleValue {
  return runPickle(new PickleInput(Uint8Array.from(bytes), bytes.length), new TorchMeaning(), 'data.pkl');
}

/** A value as plain JavaScript, for comparison. */
function plain(value: PickleValue | undefined): unknown {
  if (value === undefined || value === null || typeof value !== 'object') return value;
  switch (value.kind) {
    case 'dict':
      return Object.fromEntries(Array.from(value.entries, ([key, item]) => [String(plain(key)), plain(item)]));
    case 'list':
    case 'tuple':
    case 'set':
      return value.items.map(plain);
    case 'bytes':
      return typeof value.data === 'string' ? [...bytesOf(value.data)] : [...value.data];
    case 'record':
      return { type: value.type?.name, args: value.args.map(plain) };
    default:
      return value;
  }
}

const EXPECTED = {
  text: 'héllo',
  integers: [0, 1, 255, 256, 65535, 65536, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 40],
  large: 2n ** 80n,
  floats: [0.5, -1.25, 1e300],
  true: true,
  false: false,
  none: null,
  tuples: [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4]],
  bytes: [0, 255],
  set: [1],
  frozenset: [2],
  long: 'x'.repeat(300),
  again: [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4]],
};

/** More than linear work takes on a slow machine, far less than quadratic work takes on any. */
const MAX_MILLISECONDS = 5_000;

describe('the pickle machine', { timeout: 60_000 }, () => {
  it.each(Object.entries(pickles))('reads plain data as Python writes them in protocol %s', (_protocol, base64) => {
    expect(plain(run(Buffer.from(base64, 'base64')))).toMatchObject(EXPECTED);
  });

  it.each([
    ['INST', '(ios.path\nPurePath\n.', { type: 'PurePath', args: [] }],
    ['OBJ', '(cmodel\nConfig\nK\x01o.', { type: 'Config', args: [1] }],
    ['NEWOBJ_EX', 'cmodel\nConfig\nK\x01\x85}\x92.', { type: 'Config', args: [1] }],
    ['POP and POP_MARK', '](K\x01K\x021K\x070K\x08a.', [8]],
    ['DUP', 'K\x032\x86.', [3, 3]],
    ['LIST and DICT', '(K\x01(K\x02K\x03dl.', [1, { 2: 3 }]],
    ['LONG_BINGET of LONG_BINPUT', 'K\x05r\x00\x01\x00\x000j\x00\x01\x00\x00.', 5],
    ['EXT1', '\x82\x05)R.', { type: 'extension 5', args: [] }],
    ['BINSTRING of Python 2', 'U\x03abc.', 'abc'],
    ['BINSTRING that is no text', 'U\x02\xff\xfe.', [255, 254]],
    ['STRING with escapes', "S'a\\n\\x41'\n.", 'a\nA'],
    ['UNICODE with escapes', 'V\\u00e9\\U0001f600\n.', 'é😀'],
    ['FLOAT', 'F1.5\n.', 1.5],
    ['FLOAT infinity', 'Finf\n.', Infinity],
    ['INT as bool', 'I01\n.', true],
  ])('knows %s', (_name, stream, expected) => {
    expect(plain(run(bytesOf(stream)))).toEqual(expected);
  });

  it.each([
    ['a protocol of the future', '\x80\x06N.', /protocol 6 is unknown/],
    ['buffers outside the file', '\x97.', /buffer outside the file/],
    ['a value appended to a number', 'K\x01K\x02a.', /appended to a number/],
    ['an item set on a list', ']K\x01K\x02s.', /set on a list/],
    ['a member added to a dictionary', '}(K\x01\x90.', /added to a dict/],
    ['a key without a value', '}(K\x01u.', /a key has no value/],
    ['an unmatched mark', 'K\x01t.', /no mark on the stack/],
    ['a value that was never remembered', 'h\x07.', /value 7 is recalled/],
    ['a name that is a number', 'K\x01K\x02\x93.', /in place of a name/],
    ['a call without a tuple', 'cm\nf\nK\x01R.', /in place of its arguments/],
    ['a frame beyond the end', '\x95\xff\x00\x00\x00\x00\x00\x00\x00N.', /a frame \(255 bytes\)/],
    ['a line that does not end', 'cos', /ends inside the name of a module|longer than the stream/],
    ['a line without end', `c${'a'.repeat(5_000)}`, /more than 4096 characters/],
    ['an integer of 2,000 bytes', `\x8b\xd0\x07\x00\x00${'\x01'.repeat(2_000)}.`, /more than 1024 bytes/],
    ['an integer of 2,000 digits', `L${'9'.repeat(2_000)}L\n.`, /too long/],
    ['text that is no number', 'Fabc\n.', /no number/],
    ['a string without quotes', 'Sabc\n.', /no quotes/],
    ['a string of negative length', 'T\xff\xff\xff\xff.', /negative length -1/],
    ['a persistent id in text form', 'P0\n.', /not a storage/],
    ['an object without a class', '(o.', /no class/],
    ['nothing behind STOP', '.', /the stack is empty/],
  ])('refuses %s', (_name, stream, words) => {
    expect(() => run(bytesOf(stream))).toThrow(words);
  });

  it('calls nothing: what it does not know stays a record', () => {
    const bytes = pickle(call('some.module build', int(1), call('other thing', text('x'))));
    expect(plain(run(bytes))).toEqual({ type: 'build', args: [1, { type: 'thing', args: ['x'] }] });
  });

  it('does not copy what is referred to many times', () => {
    const encoded = call('_codecs encode', bytesOf('h\x00'), text('latin1'));
    const many = bytesOf(...Array.from({ length: 50_000 }, () => encoded));
    const bytes = pickle('](', text('a'.repeat(100_000)), 'q\x00', many, 'e');
    const memory = process.memoryUsage.rss();
    const start = cpuTime();
    run(bytes);
    expect(cpuTime() - start).toBeLessThan(MAX_MILLISECONDS);
    expect(process.memoryUsage.rss() - memory).toBeLessThan(256 * 2 ** 20);
  });

  const pairs = tuple(...Array.from({ length: 3_000 }, () => tuple(int(1), int(2))));
  it.each([
    ['objects', bytesOf(']0'.repeat(2_000_001)), /more than 2000000 objects/],
    ['steps', bytesOf('K\x010'.repeat(5_000_001)), /more than 10000000 steps/],
    ['waiting values', bytesOf('N'.repeat(1_000_001)), /values wait on the stack/],
    ['marks', bytesOf('('.repeat(1_000_001)), /marks wait on the stack/],
    ['remembered values', bytesOf('N', '\x94'.repeat(2_000_001)), /values are remembered/],
    ['copies', bytesOf(pairs, 'q\x00', 'ccollections\nOrderedDict\nh\x00\x85R0'.repeat(3_000)), /objects/],
  ])('stops at too many %s', (_name, stream, words) => {
    const start = cpuTime();
    expect(() => run(bytesOf(stream, '.'))).toThrow(words);
    expect(cpuTime() - start).toBeLessThan(MAX_MILLISECONDS);
  });
});
