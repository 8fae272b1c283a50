import { describe, expect, it } from 'vitest';
import { readAlphas } from '../../../../src/core/adapters/kohya-tensors.js';
import { mergeAdapter, settleOwnAdapter } from '../../../../src/core/adapters/merge-adapter.js';
import { CheckpointError } from '../../../../src/core/errors.js';
import { openCheckpoint } from '../../../../src/core/formats/open-checkpoint.js';
import { readMatrixView } from '../../../../src/core/tensors/read.js';
import type { TensorIndex } from '../../../../src/core/tensors/tensor-index.js';
import { cpuTime } from '../../support/cpu-time.js';
import { fixtureBytes } from '../../support/fixtures.js';
import { FUZZ_FILES } from '../../support/fuzz-files.js';
import { memorySource, NO_FILES } from '../../support/memory-source.js';
import { ANY_MUTATIONS, Dice, mutate } from '../../support/mutate.js';
import { float32Entry, safetensorsOf } from '../../support/safetensors-writer.js';

/** The files themselves are fuzzed with their formats; here it is what they say of an adapter. */
const RUNS = FUZZ_FILES / 5;

const MODULE = 'base_model.model.blocks.0.attn.qkv';
const ADAPTER = safetensorsOf(
  { [`${MODULE}.lora_A.weight`]: float32Entry([2, 4], 0), [`${MODULE}.lora_B.weight`]: float32Entry([12, 2], 32) },
  new Uint8Array(128),
);
const OTHER_FORMS = [
  safetensorsOf(
    { 'blocks.0.attn.qkv.lora_A': float32Entry([4, 4], 0), 'blocks.0.attn.qkv.lora_B': float32Entry([8, 2], 64) },
    new Uint8Array(128),
  ),
  safetensorsOf(
    {
      'lora_te_blocks_0_attn_qkv.lora_down.weight': float32Entry([2, 4], 0),
      'lora_te_blocks_0_attn_qkv.lora_up.weight': float32Entry([12, 2], 32),
      'lora_te_blocks_0_attn_qkv.alpha': float32Entry([1], 128),
    },
    new Uint8Array(132),
  ),
];
const BASE = safetensorsOf({ 'blocks.0.attn.qkv.weight': float32Entry([12, 4], 0) }, new Uint8Array(192));
const CONFIG = fixtureBytes('adapters/vit_patterns/adapter_config.json');

function parsed(bytes: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return value;
  } catch {
    return null;
  }
}

/** One adapter, merged and read; true where it could be. @throws anything that no adapter may cause. */
async function tryMerge(base: TensorIndex, adapter: Uint8Array, config: Uint8Array): Promise<boolean> {
  const source = memorySource('adapter_model.safetensors', adapter);
  const baseSource = memorySource('model.safetensors', BASE);
  try {
    const index = await openCheckpoint(source, NO_FILES);
    const alphas = await readAlphas(index, () => Promise.resolve(source));
    const opened = { index, config: parsed(config), alpha: null, alphas };
    settleOwnAdapter(opened);
    const merged = mergeAdapter(base, opened);
    for (const tensor of merged.tensors.filter(({ change }) => change !== undefined)) {
      const view = { tensor, rowStart: 0, rows: 12, columns: 4, transposed: false };
      await readMatrixView(baseSource, view, (file) => Promise.resolve(file === 0 ? baseSource : source));
    }
    return true;
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    if (/undefined|NaN|\[object/u.test(error.problem)) expect.fail(error.message);
    return false;
  }
}

describe('adapters and their configurations, mutated', () => {
  it(`merge or fail with a named cause: ${String(RUNS)} files`, { timeout: RUNS * 20 + 10_000 }, async () => {
    const base = await openCheckpoint(memorySource('model.safetensors', BASE), NO_FILES);
    expect(await tryMerge(base, ADAPTER, new TextEncoder().encode('{"r": 2, "lora_alpha": 4}'))).toBe(true);
    for (const form of OTHER_FORMS) expect(await tryMerge(base, form, new Uint8Array(0))).toBe(true);
    const stackTraceLimit = Error.stackTraceLimit;
    // Most files fail, and tracing where takes most of the time.
    Error.stackTraceLimit = 0;
    let merged = 0;
    for (let run = 0; run < RUNS; run++) {
      const dice = new Dice(7_000_003 + run);
      const file = dice.below(2) === 0;
      const written = file ? ([ADAPTER, ...OTHER_FORMS][dice.below(3)] ?? ADAPTER) : ADAPTER;
      const header = { start: 0, end: written.length - 128 };
      const adapter = file ? mutate(written, ANY_MUTATIONS, header, dice) : ADAPTER;
      const whole = { start: 0, end: CONFIG.length };
      const config = file ? new Uint8Array(0) : mutate(CONFIG, ANY_MUTATIONS, whole, dice);
      const start = cpuTime();
      if (await tryMerge(base, adapter, config)) merged++;
      if (cpuTime() - start > 2_000) expect.fail(`run ${String(run)} took more than two seconds`);
    }
    Error.stackTraceLimit = stackTraceLimit;
    expect(merged).toBeGreaterThan(RUNS / 50);
    expect(merged).toBeLessThan(RUNS * 0.95);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
