import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { startImageLab, type ImageLab } from '../../../../../src/host/image-lab/image-lab.js';
import type { LabTaskName, LabTasks } from '../../../../../src/protocol/image-worker.js';
import { loadParams } from '../../inference/support/load-params.js';
import { bundleProcess } from '../../inference/support/process-bundle.js';

const ROOT = path.join(import.meta.dirname, '../../../../..');

/** The bundles that a lab runs from, in folders of their own. */
export interface LabBundles {
  readonly workerFile: string;
  readonly processFile: string;
  delete(): Promise<void>;
}

/** Bundles the worker and the process of a model as the product has them. */
export async function bundleLab(): Promise<LabBundles> {
  await mkdir(path.join(ROOT, 'build'), { recursive: true });
  const folder = await mkdtemp(path.join(ROOT, 'build/image-lab-'));
  const workerFile = path.join(folder, 'worker.cjs');
  const [processFile] = await Promise.all([
    bundleProcess(),
    build({
      entryPoints: [path.join(ROOT, 'src/host/image-lab/worker.ts')],
      outfile: workerFile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      supported: { 'dynamic-import': false },
      external: ['sharp'],
      logLevel: 'error',
    }),
  ]);
  return {
    workerFile,
    processFile,
    async delete() {
      await rm(folder, { recursive: true, force: true });
      await rm(path.dirname(processFile), { recursive: true, force: true });
    },
  };
}

/** A lab for the vision model of a checkpoint. */
export async function labOf(
  { workerFile, processFile }: LabBundles,
  checkpoint: string,
  change: { readonly leaveOut?: RegExp; readonly idleMs?: number } = {},
): Promise<ImageLab> {
  const { checkpoint: files, tensors, model } = await loadParams(checkpoint, [32, 32]);
  return startImageLab(workerFile, {
    checkpoint: files,
    tensors: tensors.filter(({ name }) => change.leaveOut?.test(name) !== true),
    model,
    processFile,
    idleMs: change.idleMs ?? 60_000,
    threads: 1,
  });
}

/** Asks a lab, without ever giving up. */
export function ask<Name extends LabTaskName>(
  lab: ImageLab,
  name: Name,
  params: LabTasks[Name]['params'],
): Promise<LabTasks[Name]['result']> {
  return lab.run(name, params, { signal: new AbortController().signal });
}
