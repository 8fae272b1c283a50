import { describe, expect, it } from 'vitest';
import { decodeBlocks } from '../../../../../src/core/tensors/blocks.js';
import { readMatrixSteps, readMatrixView } from '../../../../../src/core/tensors/read.js';
import { fixtureBytes } from '../../../support/fixtures.js';
import { bytesOf } from '../../../support/pickle-writer.js';
import { problemOf } from '../../../support/problem-of.js';
import { openBytes, openFixture } from '../../../support/read-all.js';

const TYPES = ['F32', 'F16', 'BF16', 'Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'Q8_0', 'Q2_K', 'Q3_K', 'Q4_K', 'Q5_K', 'Q6_K'];

const CODEBOOK_TYPES = [
  ...['IQ1_S', 'IQ2_XXS', 'IQ2_XS', 'IQ2_S', 'IQ3_XXS', 'IQ3_S', 'IQ4_NL', 'IQ4_XS'],
  ...['TQ1_0', 'TQ2_0', 'IQ1_M', 'MXFP4', 'NVFP4'],
];

function u32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

function u64(value: bigint): Uint8Array {
  return new Uint8Array(BigUint64Array.of(value).buffer);
}

function text(value: string): Uint8Array {
  return bytesOf(u64(BigInt(value.length)), value);
}

/** A file of one tensor. */
function fileOf(tensor: Uint8Array, pairs: readonly Uint8Array[] = [], dataBytes = 256, version = 3): Uint8Array {
  const head = bytesOf('GGUF', u32(version), u64(1n), u64(BigInt(pairs.length)), ...pairs, tensor);
  return bytesOf(head, new Uint8Array((32 - (head.length % 32)) % 32), new Uint8Array(dataBytes));
}

function listed(name: string, shape: readonly bigint[], type: number, offset = 0n): Uint8Array {
  return bytesOf(text(name), u32(shape.length), ...shape.map(u64), u32(type), u64(offset));
}

describe('GGUF files', () => {
  it.each([
    ['types', TYPES],
    ['codebooks', CODEBOOK_TYPES],
  ])('dequantises every type of %s.gguf exactly as the gguf package for Python does', async (file, types) => {
    const bytes = fixtureBytes(`formats/${file}.f32`);
    const expected = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    const { index, values } = await openFixture(`formats/${file}.gguf`);
    expect(index.tensors.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual(
      types.map((name) => [name, name, [2, 256]]),
    );
    for (const [place, name] of types.entries()) {
      const wanted = [...expected.subarray(place * 512, (place + 1) * 512)];
      // A zero has no sign worth keeping.
      expect(
        (await values(name)).map((value) => value + 0),
        name,
      ).toEqual(wanted.map((value) => value + 0));
    }
  });

  it('gives plain metadata as settings', async () => {
    const { index } = await openFixture('formats/types.gguf');
    expect(Object.fromEntries(index.settings)).toEqual({
      'general.architecture': 'llama',
      'general.name': 'types',
      'llama.embedding_length': 256,
    });
  });

  it('has steps as wide as what is rounded to a code', () => {
    const one = Uint8Array.of(0, 0x3c);
    const codes = Uint8Array.from({ length: 16 }, (_, code) => code | (code << 4));
    const values = decodeBlocks('IQ4_NL', Uint8Array.of(...one, ...codes), 'values').subarray(0, 16);
    const steps = decodeBlocks('IQ4_NL', Uint8Array.of(...one, ...codes), 'steps').subarray(0, 16);
    for (let i = 1; i < 15; i++) expect(steps[i]).toBe(((values[i + 1] ?? NaN) - (values[i - 1] ?? NaN)) / 2);
    expect([steps[0], steps[15]]).toEqual([23, 24]);
    // Three levels 17 apart, of which eight neighbours take 256 points and an even number of signs.
    const lattice = decodeBlocks('IQ2_XXS', Uint8Array.of(...one, ...new Uint8Array(64)), 'steps');
    expect(lattice[0]).toBeCloseTo(0.125 * 17 * ((3 ** 8 * 2) / 256) ** (1 / 8), 12);
  });

  it('reads the rows that were asked for and their steps', async () => {
    const { index, source, values } = await openFixture('formats/types.gguf');
    const tensor = index.tensors.find(({ name }) => name === 'Q4_K');
    if (tensor === undefined) throw new Error('no Q4_K');
    const view = { tensor, rowStart: 1, rows: 1, columns: 256, transposed: false };
    const before = source.bytesRead;
    expect([...(await readMatrixView(source, view))]).toEqual((await values('Q4_K')).slice(256));
    expect(source.reads[source.reads.length - 2]).toEqual({ offset: tensor.offset + 144, length: 144 });
    expect(source.bytesRead - before).toBe(3 * 144);
    const steps = await readMatrixSteps(source, view);
    const row = await readMatrixView(source, view);
    // Values of a group differ by whole steps.
    for (let i = 1; i < 32; i++) {
      const distance = ((row[i] ?? 0) - (row[0] ?? 0)) / (steps?.[0] ?? 0);
      expect(Math.abs(distance - Math.round(distance))).toBeLessThan(1e-5);
    }
  });

  it('reads elements inside a block, also by columns', async () => {
    const { index, source, values } = await openFixture('formats/types.gguf');
    const tensor = index.tensors.find(({ name }) => name === 'Q5_1');
    if (tensor === undefined) throw new Error('no Q5_1');
    const all = await values('Q5_1');
    const column = await readMatrixView(source, { tensor, rowStart: 37, rows: 2, columns: 2, transposed: true });
    expect([...column]).toEqual([all[37], all[256 + 37], all[38], all[256 + 38]]);
  });

  it('has no step for types whose spacing is their own', async () => {
    const { index, source } = await openFixture('formats/types.gguf');
    const [tensor] = index.tensors;
    if (tensor === undefined) throw new Error('no tensor');
    const view = { tensor, rowStart: 0, rows: 2, columns: 256, transposed: false };
    expect(await readMatrixSteps(source, view)).toBeNull();
    expect(decodeBlocks('Q8_0', Uint8Array.of(0, 0x3c, ...new Uint8Array(32).fill(0xff)), 'values')[0]).toBe(-1);
  });

  it('reads the header and nothing else, and passes over a vocabulary', async () => {
    const vocabulary = Array.from({ length: 20_000 }, (_, i) => text(`token ${String(i)}`));
    const pair = bytesOf(text('tokens'), u32(9), u32(8), u64(20_000n), ...vocabulary);
    const bytes = fileOf(listed('w', [1_048_576n], 0), [pair], 4 * 1_048_576);
    const { source, index } = await openBytes(bytes, 'm.gguf');
    expect(source.bytesRead).toBeLessThan(pair.length + 300_000);
    expect(index.settings.size).toBe(0);
    const small = await openFixture('checkpoints/gguf_f32/mmproj.gguf');
    expect(small.source.bytesRead).toBeLessThan(8_000);
  });

  it.each([
    ['big-endian numbers', bytesOf('GGUF', Uint8Array.of(0, 0, 0, 3), u64(0n), u64(0n)), 'unsupported', /big-endian/],
    ['version 1', fileOf(listed('w', [4n], 0), [], 16, 1), 'unsupported', /version 1/],
    ['five axes', fileOf(listed('w', [1n, 1n, 1n, 1n, 1n], 0)), 'malformed', /5 axes/],
    ['2^60 elements', fileOf(listed('w', [2n ** 60n], 0)), 'malformed', /no whole number below 2\^53/],
    ['2^50 elements', fileOf(listed('w', [2n ** 50n], 0)), 'malformed', /bytes of tensor data/],
    ['an odd row of blocks', fileOf(listed('w', [33n], 8)), 'malformed', /no whole blocks of Q8_0/],
    ['a crooked offset', fileOf(listed('w', [4n], 0, 7n)), 'malformed', /multiple of 32/],
    ['types that are not read alone', fileOf(listed('w', [256n], 15)), 'not-a-checkpoint', /1 of Q8_K/],
    ['data that end too soon', fileOf(listed('w', [4096n], 0)), 'truncated', /the file ends 16 128 bytes before that/],
    [
      'an unknown type of metadata',
      fileOf(listed('w', [4n], 0), [bytesOf(text('k'), u32(77))]),
      'malformed',
      /unknown type 77/,
    ],
    [
      'lists in lists without end',
      fileOf(listed('w', [4n], 0), [
        bytesOf(text('k'), u32(9), ...Array.from({ length: 9 }, () => bytesOf(u32(9), u64(1n)))),
      ]),
      'limit',
      /nested too deeply/,
    ],
    [
      'an alignment of nothing',
      fileOf(listed('w', [4n], 0), [bytesOf(text('general.alignment'), u32(4), u32(0))]),
      'malformed',
      /alignment is 0/,
    ],
  ])('refuses %s', async (_name, bytes, code, words) => {
    const problem = await problemOf(openBytes(bytes, 'm.gguf'));
    expect(problem.problem).toMatch(words);
    expect(problem.code).toBe(code);
  });
});
