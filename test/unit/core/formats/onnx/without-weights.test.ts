import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../../../src/core/errors.js';
import { onnx } from '../../../../../src/core/formats/onnx/onnx.js';
import { withoutWeights } from '../../../../../src/core/formats/onnx/without-weights.js';
import { holdsWeights } from '../../../../../src/core/tensors/tensor-index.js';
import { FIXTURES, fixtureBytes } from '../../../support/fixtures.js';
import { memoryFolder, memorySource } from '../../../support/memory-source.js';
import { ANY_MUTATIONS, Dice, mutate } from '../../../support/mutate.js';
import { ONNX_SEEDS } from '../../../support/onnx-seeds.js';
import { readTensor } from '../../../support/read-all.js';

const CASES = readdirSync(path.join(FIXTURES, 'checkpoints')).filter((name) => name.startsWith('onnx_'));

describe('an ONNX model without its weights', () => {
  it.each(CASES)('has the same tensors, where they lay: %s', async (name) => {
    const files = readdirSync(path.join(FIXTURES, 'checkpoints', name)).filter((file) => file.startsWith('model.onnx'));
    const bytes = new Map(files.map((file) => [file, fixtureBytes(`checkpoints/${name}/${file}`)]));
    const original = bytes.get('model.onnx') ?? new Uint8Array();
    const source = memorySource('model.onnx', original, 3);
    const small = await withoutWeights(source, (file) => `moved/${file ?? 'model.onnx'}`);
    const before = await onnx.open(source, memoryFolder(Object.fromEntries(bytes)), {});
    const moved = memoryFolder(Object.fromEntries([...bytes].map(([file, own]) => [`moved/${file}`, own])));
    const after = await onnx.open(memorySource('small.onnx', small), moved, {});
    const facts = ({ tensors }: typeof before) => tensors.map(({ name: own, dtype, shape }) => ({ own, dtype, shape }));
    expect(facts(after)).toEqual(facts(before));
    // The larger ones are left out; data files beside the model hold them already.
    if (files.length === 1) expect(small.length).toBeLessThan(0.9 * original.length);
    for (const [index, tensor] of after.tensors.entries()) {
      const own = before.tensors[index];
      if (own === undefined || !holdsWeights(own)) continue;
      const here =
        tensor.file === 0 ? memorySource('small.onnx', small) : await moved.open(after.files[tensor.file] ?? '');
      const there = own.file === 0 ? source : memorySource('data', bytes.get(before.files[own.file] ?? '') ?? original);
      expect(await readTensor(here, tensor)).toEqual(await readTensor(there, own));
    }
  });

  it('is made of any bytes, or fails with a named cause', async () => {
    const dice = new Dice(7);
    let made = 0;
    for (let count = 0; count < 20_000; count++) {
      const { name, bytes } = dice.pick(ONNX_SEEDS);
      const changed = mutate(bytes, ANY_MUTATIONS, { start: 0, end: bytes.length }, dice);
      try {
        await withoutWeights(memorySource(name, changed), () => 'x', 1);
        made++;
      } catch (error) {
        if (!(error instanceof CheckpointError)) throw error;
      }
    }
    expect(made).toBeGreaterThan(1_000);
  });
});
