import { join } from 'node:path';
import { usualThreads } from '../../host/engine/engine.js';
import { startImageLab } from '../../host/image-lab/image-lab.js';
import type { StartLab } from '../session/image-desk.js';

/** A model's process ends when nothing was asked of it for this time, and gives its memory back. */
const IDLE_MS = 120_000;

/**
 * Labs out of the built bundles.
 * @param dist folder of the bundles.
 * @param threads as the setting says; 0 spares one processor.
 */
export function labStarter(dist: string, threads: () => number): StartLab {
  return (subject) =>
    startImageLab(join(dist, 'image-worker.js'), {
      ...subject,
      processFile: join(dist, 'inference.js'),
      idleMs: IDLE_MS,
      // The editor keeps a processor for itself, as it does while figures are computed.
      threads: threads() || usualThreads(1),
    });
}
