import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../../../src/core/formats/open-checkpoint.js';
import type { OpenOptions } from '../../../../../src/core/formats/format.js';
import type { TensorIndex } from '../../../../../src/core/tensors/tensor-index.js';
import { readMatrixView } from '../../../../../src/core/tensors/read.js';
import { fixtureBytes } from '../../../support/fixtures.js';
import { memorySource, NO_FILES } from '../../../support/memory-source.js';
import { bytesOf, dict, int, pickle, tensor, text } from '../../../support/pickle-writer.js';
import { problemOf } from '../../../support/problem-of.js';
import { torchArchive, zipOf } from '../../../support/zip-writer.js';

const PICKLE = pickle(dict({ w: tensor() }));
const STORAGE = new Uint8Array(16);

function open(bytes: Uint8Array, options: OpenOptions = {}): Promise<TensorIndex> {
  return openCheckpoint(memorySource('model.pt', bytes), NO_FILES, options);
}

/** The archive with bytes written over it behind the last place where `mark` stands. */
function patched(archive: Uint8Array, mark: string, offset: number, bytes: readonly number[]): Uint8Array {
  const copy = Uint8Array.from(archive);
  copy.set(bytes, Buffer.from(archive).lastIndexOf(mark, undefined, 'latin1') + offset);
  return copy;
}

const archive = torchArchive(PICKLE, { '0': STORAGE });

describe('zip archives of PyTorch', () => {
  it('open with a comment, with padding and with any name of the folder', async () => {
    const files = [
      { name: 'epoch=4/data.pkl', data: PICKLE, padding: 40 },
      { name: 'epoch=4/data/0', data: STORAGE, padding: 57 },
    ];
    const index = await open(zipOf(files, 'a comment'));
    expect(index.tensors).toMatchObject([{ name: 'w', byteLength: 16 }]);
    const [entry] = index.tensors;
    const whole = zipOf(files, 'a comment');
    expect(entry?.offset).toBe(Buffer.from(whole).indexOf('epoch=4/data/0') + 'epoch=4/data/0'.length + 57);
  });

  it.each([
    [
      'big-endian numbers',
      torchArchive(PICKLE, { '0': STORAGE }, [{ name: 'archive/byteorder', data: bytesOf('big') }]),
      'unsupported',
      /big-endian/,
    ],
    [
      'a record that one of two headers calls compressed',
      patched(archive, 'archive/data/0', -36, [8, 0]),
      'malformed',
      /contradicts the zip directory: stored and compressed/,
    ],
    ['a part of a split archive', patched(archive, 'PK\x05\x06', 4, [1, 0]), 'unsupported', /was split/],
    [
      'a local header elsewhere',
      patched(archive, 'archive/data/0', -4, [1, 0, 0, 0]),
      'malformed',
      /is not at 1, where the zip directory says/,
    ],
    [
      'a record that runs into the directory',
      patched(patched(archive, 'archive/data/0', -26, [50]), 'archive/data/0', -22, [50]),
      'malformed',
      /contradicts the zip directory|reach beyond/,
    ],
    [
      'the same entry twice',
      torchArchive(PICKLE, { '0': STORAGE }, [{ name: 'archive/data/0', data: STORAGE }]),
      'malformed',
      /holds the entry archive\/data\/0 twice/,
    ],
    [
      'a path with a backslash',
      torchArchive(PICKLE, {}, [{ name: 'archive\\x', data: STORAGE }]),
      'hostile',
      /leaves the archive's folder/,
    ],
    [
      'a path with a drive',
      torchArchive(PICKLE, {}, [{ name: 'c:x', data: STORAGE }]),
      'hostile',
      /leaves the archive's folder/,
    ],
    [
      'a directory of fewer entries than it says',
      patched(archive, 'PK\x05\x06', 10, [3, 0]),
      'malformed',
      /holds 2 entries and says 3/,
    ],
    [
      'a directory behind the end',
      patched(archive, 'PK\x05\x06', 16, [0xff, 0xff, 0xff, 0x7f]),
      'malformed',
      /does not end before its end record/,
    ],
    [
      'an extra field longer than its entry',
      patched(archive, 'archive/data/0', -16, [4]),
      'malformed',
      /zip directory|longer than/,
    ],
    ['an empty archive', zipOf([]), 'not-a-checkpoint', /no data\.pkl in the archive, which is empty/],
    [
      'arrays of NumPy among others',
      zipOf([
        { name: 'notes.txt', data: STORAGE },
        { name: 'w.npy', data: STORAGE },
      ]),
      'not-a-checkpoint',
      /NumPy arrays/,
    ],
    [
      'a storage of an unknown class',
      torchArchive(pickle(dict({ w: tensor({ storage: 'torch OddStorage' }) }))),
      'unsupported',
      /unknown class torch\.OddStorage/,
    ],
    [
      'a tensor with a negative dimension',
      torchArchive(pickle(dict({ w: tensor({ shape: [-1] }) }))),
      'malformed',
      /negative dimension/,
    ],
    [
      'a tensor with negative strides',
      torchArchive(pickle(dict({ w: tensor({ strides: [-1] }) }))),
      'malformed',
      /has the strides \[-1\]/,
    ],
    [
      'a tensor with a stride too few',
      torchArchive(pickle(dict({ w: tensor({ shape: [2, 2] }) }))),
      'malformed',
      /has the strides \[1\] for the shape \[2, 2\]/,
    ],
    [
      'a tensor of 2^90 elements',
      torchArchive(pickle(dict({ w: tensor({ shape: [2 ** 30, 2 ** 30, 2 ** 30], strides: [0, 0, 0] }) }))),
      'malformed',
      /more than 2\^53 elements/,
    ],
    [
      'a storage of negative length',
      torchArchive(pickle(dict({ w: tensor({ numel: -4 }) }))),
      'malformed',
      /not a storage/,
    ],
    [
      'a tensor without its storage',
      torchArchive(pickle('ctorch._utils\n_rebuild_tensor_v2\n(K\x01K\x00))tR')),
      'malformed',
      /rebuilt from no storage/,
    ],
  ])('are refused with %s', async (_name, bytes, code, words) => {
    const problem = await problemOf(open(bytes));
    expect(problem.problem).toMatch(words);
    expect(problem.code).toBe(code);
  });

  it('open where another program has compressed them', async () => {
    const numbers = Float32Array.from([1, 2, 3, 4]);
    const bytes = zipOf([
      { name: 'archive/data.pkl', data: PICKLE, deflated: true },
      { name: 'archive/data/0', data: new Uint8Array(numbers.buffer), deflated: true },
    ]);
    const [entry] = (await open(bytes)).tensors;
    if (entry === undefined) throw new Error('no tensor');
    const source = memorySource('model.pt', bytes);
    const view = { tensor: entry, rowStart: 1, rows: 2, columns: 1, transposed: false };
    expect([...(await readMatrixView(source, view))]).toEqual([2, 3]);
  });

  it('are TorchScript where they hold constants, which name the weights of a frozen model', async () => {
    const constants = [
      { name: 'archive/constants.pkl', data: pickle('(', tensor({ key: '0' }), 't') },
      { name: 'archive/constants/0', data: STORAGE },
    ];
    const script = await open(torchArchive(PICKLE, { '0': STORAGE }, constants));
    expect(script).toMatchObject({ format: 'torchscript', tensors: [{ name: 'w' }] });
    const frozen = await open(torchArchive(pickle(dict({ training: int(0) })), {}, constants));
    expect(frozen).toMatchObject({ format: 'torchscript', tensors: [{ name: 'constants.0' }] });
  });
});

describe('PyTorch files that are cut short', { timeout: 60_000 }, () => {
  const whole = fixtureBytes('checkpoints/timm_vit_pth/vit.pth');
  const legacy = fixtureBytes('checkpoints/torch_legacy/vit_legacy.pth');

  it.each([
    ['zip', whole, 9, 'blocks.0.attn.proj.bias'],
    ['legacy', legacy, 6, 'blocks.0.mlp.fc1.weight'],
  ])('%s: tell what lies whole, and give it when asked', async (_name, bytes, wholeTensors, brokenTensor) => {
    const cut = bytes.subarray(0, 50_000);
    const problem = await problemOf(open(cut));
    expect(problem.code).toBe('truncated');
    expect(problem.remains).toEqual({ wholeTensors, brokenTensor });
    const part = await open(cut, { partial: true });
    expect(part.tensors).toHaveLength(wholeTensors);
    expect(part.warnings).toMatchObject([{ code: 'cut-short' }]);
    const all = await open(bytes);
    const places = new Map(all.tensors.map((tensor) => [tensor.name, tensor]));
    for (const tensor of part.tensors) expect(tensor).toEqual(places.get(tensor.name));
  });

  it('lack only the directory: all tensors are there', async () => {
    const problem = await problemOf(open(whole.subarray(0, whole.length - 30)));
    expect(problem.remains).toEqual({ wholeTensors: 32, brokenTensor: '' });
    const part = await open(whole.subarray(0, whole.length - 30), { partial: true });
    expect(part.tensors).toEqual((await open(whole)).tensors);
  });

  it.each([
    ['zip', whole],
    ['legacy', legacy],
  ])(
    '%s: end at any byte, and always say so',
    async (_name, bytes) => {
      for (let length = 40; length < bytes.length; length += 997) {
        const problem = await problemOf(open(bytes.subarray(0, length)));
        expect([length, problem.code]).toEqual([length, 'truncated']);
      }
    },
    20_000,
  );
});

describe('legacy files of PyTorch', () => {
  const legacy = fixtureBytes('checkpoints/torch_legacy/vit_legacy.pth');

  it('are refused where a count before the data contradicts the pickle', async () => {
    const index = await open(legacy);
    const first = Math.min(...index.tensors.map((tensor) => tensor.offset));
    const copy = Uint8Array.from(legacy);
    copy[first - 8] = 33;
    const problem = await problemOf(open(copy));
    expect(problem.problem).toMatch(/contradicts the pickle: 3 105 elements before its data, 3 072 in the pickle/);
  });

  it('are refused where they are big-endian', async () => {
    const at = Buffer.from(legacy).indexOf('little_endian') + 'little_endian'.length;
    const copy = Uint8Array.from(legacy);
    const flag = copy.indexOf(0x88, at);
    copy[flag] = 0x89;
    expect((await problemOf(open(copy))).problem).toMatch(/big-endian/);
  });

  it('read the storages that a tensor shares with others', async () => {
    const magic = bytesOf('\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.');
    const front = [magic, pickle(int(1001)), pickle(dict({ little_endian: bytesOf('\x88') }))];
    const state = pickle(dict({ a: tensor({ shape: [2] }), b: tensor({ shape: [2], offset: 2 }) }));
    const data = bytesOf('\x04\0\0\0\0\0\0\0', new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer));
    const bytes = bytesOf(...front, state, pickle('](', text('0'), 'e'), data);
    const index = await open(bytes);
    expect(index.tensors.map(({ offset, byteLength }) => [bytes.length - offset, byteLength])).toEqual([
      [16, 8],
      [8, 8],
    ]);
  });
});
