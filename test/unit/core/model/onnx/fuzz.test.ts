import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../../../src/core/errors.js';
import { openCheckpoint } from '../../../../../src/core/formats/open-checkpoint.js';
import { recognise } from '../../../../../src/core/model/recognise.js';
import { cpuTime } from '../../../support/cpu-time.js';
import { memorySource, NO_FILES } from '../../../support/memory-source.js';
import { ANY_MUTATIONS, Dice, mutate } from '../../../support/mutate.js';
import { ONNX_SEEDS } from '../../../support/onnx-seeds.js';

/** Longer runs by hand: QK_LENS_FUZZ_FILES=1000000 QK_LENS_FUZZ_SEED=2. */
const FILES = Number(process.env['QK_LENS_FUZZ_FILES'] ?? 3_000);
const SEED = Number(process.env['QK_LENS_FUZZ_SEED'] ?? 1);

describe('graphs of mutated ONNX files', () => {
  it(
    `show sound models or none: ${String(FILES)} files`,
    async () => {
      const stackTraceLimit = Error.stackTraceLimit;
      Error.stackTraceLimit = 0;
      let recognised = 0;
      for (let run = 0; run < FILES; run++) {
        const dice = new Dice(SEED * 2_000_003 + run);
        const { name, bytes, folder = NO_FILES } = dice.pick(ONNX_SEEDS);
        const mutated = mutate(bytes, ANY_MUTATIONS, { start: 0, end: bytes.length }, dice);
        const start = cpuTime();
        try {
          const { models } = recognise(await openCheckpoint(memorySource(name, mutated), folder), null, {});
          if (models.length > 0) recognised++;
          for (const { heads, headSize, width, query, key } of models.flatMap(({ layers }) => layers)) {
            const sound = [heads, headSize, width].every((size) => Number.isSafeInteger(size) && size > 0);
            if (!sound || query.weight.rows !== heads * headSize || query.weight.columns !== width)
              expect.fail('no sound layer');
            if (key.weight.rows % headSize !== 0 || key.weight.columns !== width) expect.fail('no sound key');
          }
        } catch (error) {
          if (!(error instanceof CheckpointError)) throw new Error(`run ${String(run)}`, { cause: error });
        }
        if (cpuTime() - start > 2_000) expect.fail(`run ${String(run)} took too long`);
      }
      Error.stackTraceLimit = stackTraceLimit;
      expect(recognised).toBeGreaterThan(FILES / 50);
    },
    FILES * 20,
  );
});
