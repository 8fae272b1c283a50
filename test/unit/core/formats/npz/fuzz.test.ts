import { describe, it } from 'vitest';
import { fixtureBytes } from '../../../support/fixtures.js';
import { FUZZ_FILES, fuzzFiles, type FuzzSeed } from '../../../support/fuzz-files.js';
import { zipOf } from '../../../support/zip-writer.js';

const array = fixtureBytes('formats/array.npy');
const short = array.subarray(0, 128 + 4 * 60);

/** Most mutations hit the headers of the archive and of its first array, some the directory. */
function seedsOf(bytes: Uint8Array): FuzzSeed[] {
  const directory = Buffer.from(bytes).indexOf('PK\x01\x02', undefined, 'latin1');
  return [
    { name: 'w.npz', bytes, region: { start: 0, end: 180 } },
    { name: 'w.npz', bytes, region: { start: directory, end: bytes.length } },
  ];
}

describe('NumPy files, mutated', () => {
  it(`open or fail with a named cause: ${String(FUZZ_FILES)} files`, { timeout: FUZZ_FILES * 20 }, async () => {
    const stored = zipOf([
      { name: 'a.npy', data: array },
      { name: 'b.npy', data: short },
    ]);
    const packed = zipOf([{ name: 'a.npy', data: array, deflated: true }]);
    const alone = { name: 'w.npy', bytes: array, region: { start: 0, end: 128 } };
    await fuzzFiles([...seedsOf(stored), ...seedsOf(packed), alone]);
  });
});
