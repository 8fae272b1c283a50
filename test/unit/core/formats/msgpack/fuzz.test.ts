import { describe, it } from 'vitest';
import { fixtureBytes } from '../../../support/fixtures.js';
import { FUZZ_FILES, fuzzFiles } from '../../../support/fuzz-files.js';

describe('Flax files, mutated', () => {
  it(`open or fail with a named cause: ${String(FUZZ_FILES)} files`, { timeout: FUZZ_FILES * 20 }, async () => {
    await fuzzFiles([{ name: 'w.msgpack', bytes: fixtureBytes('formats/params.msgpack') }]);
  });
});
