import { mkdtempSync, readdirSync, symlinkSync, writeFileSync, rmSync, copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { object, parse, record, string } from 'valibot';
import { afterAll, describe, expect, it } from 'vitest';
import type { ProblemCode } from '../../../../src/core/errors.js';
import { cpuTime } from '../../support/cpu-time.js';
import { FIXTURES, fixtureJson, withCheckpoint } from '../../support/fixtures.js';
import { problemOf } from '../../support/problem-of.js';

const folder = join(FIXTURES, 'hostile');
const { files: verdicts } = parse(object({ files: record(string(), string()) }), fixtureJson('hostile/expected.json'));

/** What the error of each file must name; the verdict beside it in expected.json says the same in words. */
const REJECTED: Readonly<Record<string, readonly [ProblemCode, RegExp]>> = {
  'gguf_string_2_60.gguf': ['malformed', /1 152 921 504 606 846 976 bytes are needed and the file ends at 35/],
  'gguf_tensor_count_2_60.gguf': ['malformed', /counts 1 152 921 504 606 846 976 tensors, more than the file can hold/],
  'gguf_truncated.gguf': ['truncated', /is longer than the file/],
  'h5_truncated.h5': ['truncated', /file is shorter than its superblock says/],
  'index_missing_shard/model.safetensors.index.json': ['missing-file', /model-00002-of-00002\.safetensors is missing/],
  'index_traversal/model.safetensors.index.json': ['outside-folder', /lies outside the folder of the index/],
  'msgpack_ext_length.msgpack': ['truncated', /extension .* is longer than the file/],
  'npz_bad_header.npz': ['malformed', /header that is not a literal/],
  'npz_huge_shape.npz': ['malformed', /declares more/],
  'npz_lying_shape.npz': ['malformed', /declares more data than it has/],
  'npz_object.npz': ['unsupported', /object array: a pickle/],
  'onnx_dims_2_40.onnx': ['malformed', /1 099 511 627 776 elements of float32 are declared, and 16 bytes present/],
  'onnx_external_missing.onnx': ['missing-file', /external data nowhere\.data of tensor w is missing/],
  'onnx_external_offset.onnx': [
    'truncated',
    /its offset is beyond the end of the data file onnx_external_offset\.data/,
  ],
  'onnx_external_traversal.onnx': ['outside-folder', /lies outside the folder of the model/],
  'onnx_negative_dim.onnx': ['malformed', /negative dimension/],
  'onnx_short_raw.onnx': ['malformed', /8 elements of float32 are declared, and 16 bytes present/],
  'onnx_truncated.onnx': ['truncated', /field 7 is longer than what holds it/],
  'pk_bad_persistent_id.pt': ['malformed', /persistent id is not a storage/],
  'pk_binunicode8_2_62.pt': ['malformed', /a string .* is longer than the stream/],
  'pk_deep_nesting.pt': ['limit', /nested too deeply/],
  'pk_getattr_chain.pt': ['hostile', /calls builtins\.__import__ and builtins\.getattr/],
  'pk_global_system.pt': ['hostile', /calls os\.system/],
  'pk_huge_long.pt': ['malformed', /an integer \(2 147 483 647 bytes\) .* is longer than the stream/],
  'pk_memo_bomb.pt': ['not-a-checkpoint', /holds no tensors/],
  'pk_memo_quadratic.pt': ['not-a-checkpoint', /holds no tensors/],
  'pk_missing_record.pt': ['malformed', /storage 9 of tensor w is not in the archive/],
  'pk_missing_stop.pt': ['malformed', /the stream ends without STOP/],
  'pk_negative_long.pt': ['malformed', /negative length -5/],
  'pk_negative_offset.pt': ['malformed', /negative storage offset -4/],
  'pk_reduce_eval.pt': ['hostile', /calls builtins\.eval/],
  'pk_stack_global_system.pt': ['hostile', /calls os\.system/],
  'pk_stack_underflow.pt': ['malformed', /the stack is empty/],
  'pk_storage_short.pt': ['malformed', /record of storage 0 is shorter than the storage/],
  'pk_stride_out_of_range.pt': ['malformed', /view reaches beyond its storage/],
  'pk_unknown_opcode.pt': ['malformed', /unknown opcode 0xff/],
  'pk_view_past_storage.pt': ['malformed', /view reaches beyond its storage/],
  'st_array_header.safetensors': ['malformed', /header is not an object/],
  'st_bad_json.safetensors': ['malformed', /header is not JSON/],
  'st_bad_utf8.safetensors': ['malformed', /header is not UTF-8/],
  'st_duplicate_key.safetensors': ['malformed', /has the key "w" twice/],
  'st_empty_file.safetensors': ['empty', /the file is empty/],
  'st_header_100mb.safetensors': ['malformed', /header length is beyond the end of the file/],
  'st_header_2_60.safetensors': ['malformed', /header length is beyond the end of the file/],
  'st_header_past_end.safetensors': ['truncated', /header length is beyond the end of the file/],
  'st_hole.safetensors': ['malformed', /4 bytes between a and b belong to no tensor/],
  'st_negative_dim.safetensors': ['malformed', /negative dimension/],
  'st_negative_offset.safetensors': ['malformed', /negative offset/],
  'st_overlap.safetensors': ['malformed', /data of two tensors overlap: a and b/],
  'st_reversed_offsets.safetensors': ['malformed', /end offset 0 before its begin offset 16/],
  'st_shape_mismatch.safetensors': ['malformed', /takes 20 bytes and its byte range has 16/],
  'st_truncated_data.safetensors': ['truncated', /the file ends 6 bytes before that, inside w/],
  'st_unknown_dtype.safetensors': ['malformed', /unknown type Q32/],
  'zip64_sizes_2_62.pt': ['malformed', /declares 4 611 686 018 427 387 904 bytes/],
  'zip_bad_method.pt': ['unsupported', /compression method 99, which is not supported/],
  'zip_declared_4gb.pt': ['malformed', /declares 4 294 967 280 bytes/],
  'zip_encrypted.pt': ['unsupported', /is encrypted/],
  'zip_no_pickle.pt': ['not-a-checkpoint', /no data\.pkl in the archive/],
  'zip_traversal.pt': ['hostile', /leaves the archive's folder/],
  'zip_truncated_directory.pt': ['truncated', /no end of central directory/],
};

/** Files that open, with the warnings that they open with. */
const OPENED: Readonly<Record<string, readonly string[]>> = {
  'pk_hidden_beside_weights.pt': ['dangerous-pickle'],
  'pk_proto_key.pt': [],
  'st_nan_inf.safetensors': [],
  'st_zero_size.safetensors': [],
};

const MAX_MILLISECONDS = 2_000;
const MAX_MEMORY = 256 * 2 ** 20;

const temporary: string[] = [];
function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'qk-lens-hostile-'));
  temporary.push(path);
  return path;
}

afterAll(() => {
  for (const path of temporary) rmSync(path, { recursive: true });
  expect(readdirSync('.').filter((name) => name.startsWith('PWNED_'))).toEqual([]);
});

describe('hostile files', { timeout: 60_000 }, () => {
  it('are all in the tables, as expected.json judges them', () => {
    for (const [name, verdict] of Object.entries(verdicts)) {
      expect(`${name} ${verdict}`).toMatch(name in REJECTED ? / reject: / : / (open|open with warning|either): /);
    }
    expect(Object.keys({ ...REJECTED, ...OPENED }).sort()).toEqual(Object.keys(verdicts).sort());
  });

  it.each(Object.entries(REJECTED))('%s is rejected and the cause named', async (name, [code, words]) => {
    const memory = process.memoryUsage.rss();
    const start = cpuTime();
    const problem = await problemOf(withCheckpoint(join(folder, name), () => null));
    expect(cpuTime() - start).toBeLessThan(MAX_MILLISECONDS);
    expect(process.memoryUsage.rss() - memory).toBeLessThan(MAX_MEMORY);
    expect(problem.code).toBe(code);
    expect(problem.problem).toMatch(words);
    expect(problem.advice).not.toBe('');
  });

  it.each(Object.entries(OPENED))('%s opens', async (name, warnings) => {
    await withCheckpoint(join(folder, name), ({ index }) => {
      expect(index.tensors.length).toBeGreaterThan(0);
      expect(index.warnings.map((warning) => warning.code)).toEqual(warnings);
    });
  });

  it('names the call beside weights', async () => {
    await withCheckpoint(join(folder, 'pk_hidden_beside_weights.pt'), ({ index }) => {
      expect(index.tensors.map((tensor) => tensor.name)).toEqual(['w']);
      expect(index.warnings[0]?.message).toContain('calls os.system');
    });
  });

  it('takes __proto__ for a name like any other', async () => {
    await withCheckpoint(join(folder, 'pk_proto_key.pt'), ({ index }) => {
      expect(index.tensors.map((tensor) => tensor.name)).toEqual(['__proto__']);
    });
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('rejects a shard that is a symbolic link out of the folder', async () => {
    const inside = temporaryFolder();
    const outside = temporaryFolder();
    copyFileSync(join(folder, 'st_zero_size.safetensors'), join(outside, 'secret.safetensors'));
    symlinkSync(join(outside, 'secret.safetensors'), join(inside, 'shard.safetensors'));
    const index = join(inside, 'model.safetensors.index.json');
    writeFileSync(index, JSON.stringify({ weight_map: { a: 'shard.safetensors', b: 'shard.safetensors' } }));
    const problem = await problemOf(withCheckpoint(index, () => null));
    expect(problem.code).toBe('outside-folder');
    expect(problem.problem).toMatch(/shard\.safetensors lies outside the folder/);
  });
});
