import { describe, it } from 'vitest';
import { fixtureBytes } from '../../../support/fixtures.js';
import { FUZZ_FILES, fuzzFiles } from '../../../support/fuzz-files.js';
import { zipOf } from '../../../support/zip-writer.js';

describe('HDF5 files, mutated', () => {
  it(`open or fail with a named cause: ${String(FUZZ_FILES)} files`, { timeout: FUZZ_FILES * 20 }, async () => {
    const seed = (name: string): Uint8Array => fixtureBytes(`formats/seed_${name}.h5`);
    const [old, young, chunks] = [seed('old'), seed('new'), seed('chunks')];
    const archive = zipOf([{ name: 'model.weights.h5', data: young }]);
    await fuzzFiles([
      { name: 'w.h5', bytes: old, region: { start: 0, end: 3_000 } },
      { name: 'w.h5', bytes: young },
      { name: 'w.h5', bytes: young, region: { start: 0, end: 600 } },
      { name: 'w.h5', bytes: chunks },
      { name: 'w.h5', bytes: chunks, region: { start: 0, end: 1_200 } },
      { name: 'w.h5', bytes: seed('dense') },
      { name: 'w.h5', bytes: seed('index') },
      { name: 'w.h5', bytes: seed('plain') },
      { name: 'w.keras', bytes: archive },
    ]);
  });
});
