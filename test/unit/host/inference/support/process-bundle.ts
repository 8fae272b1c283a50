import { mkdir, mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const ROOT = path.join(import.meta.dirname, '../../../../..');

/** Bundles the process of a model into a new folder, as the product has it; `folder` is where packages are looked for from. */
export async function bundleProcess(folder = path.join(ROOT, 'build')): Promise<string> {
  await mkdir(folder, { recursive: true });
  const outfile = path.join(await mkdtemp(path.join(folder, 'inference-')), 'process.cjs');
  await build({
    entryPoints: [path.join(ROOT, 'src/host/inference/process.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    supported: { 'dynamic-import': false },
    external: ['onnxruntime-node'],
    logLevel: 'error',
  });
  return outfile;
}
