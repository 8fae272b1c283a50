import { describe, it } from 'vitest';
import { fixtureBytes } from '../../../support/fixtures.js';
import { FUZZ_FILES, fuzzFiles } from '../../../support/fuzz-files.js';

describe('GGUF files, mutated', () => {
  it(`open or fail with a named cause: ${String(FUZZ_FILES)} files`, { timeout: FUZZ_FILES * 20 }, async () => {
    const bytes = fixtureBytes('formats/seed_small.gguf');
    const codebooks = fixtureBytes('formats/codebooks.gguf');
    await fuzzFiles([
      { name: 'w.gguf', bytes, region: { start: 0, end: 320 } },
      { name: 'w.gguf', bytes: codebooks, region: { start: 0, end: 900 } },
    ]);
  });
});
