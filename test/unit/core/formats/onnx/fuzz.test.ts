import { describe, it } from 'vitest';
import { FUZZ_FILES, fuzzFiles } from '../../../support/fuzz-files.js';
import { ONNX_SEEDS } from '../../../support/onnx-seeds.js';

describe('ONNX files, mutated', () => {
  it(
    `open or fail with a named cause: ${String(FUZZ_FILES)} files`,
    async () => fuzzFiles(ONNX_SEEDS),
    FUZZ_FILES * 20,
  );
});
