import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXTURES } from '../../support/fixtures.js';
import { relativeDifference } from './support/differences.js';
import { readNpz } from './support/npz.js';
import { withModel } from './support/opened-model.js';

const FOLDER = path.join(FIXTURES, 'forward/variants');
const CASES = readdirSync(FOLDER);

describe('variants of the families, at sizes of their own and at others', () => {
  it('has the cases', () => {
    expect(CASES).toHaveLength(37);
  });

  it.each(CASES)('%s', async (name) => {
    const folder = path.join(FOLDER, name);
    const file = existsSync(path.join(folder, 'config.json')) ? folder : path.join(folder, 'model.safetensors');
    const golden = readNpz(path.join(folder, 'expected.npz'));
    const pixels = golden.get('pixels');
    await withModel(file, { heads: 2 }, async ({ run }) => {
      const ran = await run(pixels?.values ?? new Float32Array(), pixels?.shape ?? []);
      const outputs = [...golden.keys()].filter((key) => key !== 'pixels');
      expect(outputs).not.toHaveLength(0);
      for (const output of outputs) {
        const expected = golden.get(output)?.values ?? new Float32Array();
        expect(relativeDifference(ran.output(output), expected), output).toBeLessThan(1e-5);
      }
    });
  });
});
