import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unzipSync } from 'fflate';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packagedExtension } from '../host/paths.js';

const figures = v.object({
  recomputed: v.object({ layers: v.array(v.object({ maxAbsError: v.number() })) }),
});

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('the packaged extension, unpacked where no package of the checkout is found', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'unpacked-'));
    const members = unzipSync(await readFile(packagedExtension()));
    for (const [name, bytes] of Object.entries(members)) {
      await mkdir(path.join(folder, path.dirname(name)), { recursive: true });
      await writeFile(path.join(folder, name), bytes);
    }
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const inside = (...parts: string[]): string => path.join(folder, 'extension', ...parts);

  /** Runs its command line with plain Node. */
  function run(...args: string[]): Promise<Outcome> {
    return new Promise((resolve) => {
      execFile(process.execPath, [inside('dist/cli.js'), ...args, '--no-cache'], (error, stdout, stderr) => {
        resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  }

  const attention = (): Promise<Outcome> =>
    run('attention', inside('media/sample'), inside('media/sample/images/coffee.png'), '--layer', '8', '--json');

  /** Runs without one of the packages inside. */
  async function without(name: string): Promise<Outcome> {
    const own = inside('dist/node_modules', name);
    await rename(own, `${own}-hidden`);
    try {
      return await attention();
    } finally {
      await rename(`${own}-hidden`, own);
    }
  }

  test('decodes a picture and runs the sample with its own native parts', async () => {
    const { status, stdout } = await attention();
    expect(status).toBe(0);
    const [layer] = v.parse(figures, JSON.parse(stdout)).recomputed.layers;
    expect(layer?.maxAbsError).toBeLessThan(1e-4);
  });

  test('without ONNX Runtime says why models cannot be run, and what works', async () => {
    const { status, stderr } = await without('onnxruntime-node');
    expect(status).toBe(1);
    expect(stderr).toMatch(/ONNX Runtime: it cannot be loaded on this platform \(\w+ \w+\): Cannot find module/u);
    expect(stderr).toContain('everything that comes from the weights alone works without it');
  });

  test('without the binary of ONNX Runtime says the same', async () => {
    const { status, stderr } = await without('onnxruntime-node/bin');
    expect(status).toBe(1);
    expect(stderr).toContain('ONNX Runtime: it cannot be loaded on this platform');
  });

  test('without the picture library says so', async () => {
    const { status, stderr } = await without('sharp');
    expect(status).toBe(1);
    expect(stderr).toContain('coffee.png: pictures cannot be decoded here');
  });

  test('analyses weights without any of them', async () => {
    const own = inside('dist/node_modules');
    await rename(own, `${own}-hidden`);
    try {
      const { status, stdout } = await run('analyze', inside('media/sample'));
      expect(status).toBe(0);
      expect(stdout).toContain('similar');
    } finally {
      await rename(`${own}-hidden`, own);
    }
  });
});
