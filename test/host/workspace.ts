import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './paths.js';

/** A workspace with the sample that the extension brings along. */
export const SAMPLE: Readonly<Record<string, string>> = { sample: 'media/sample' };

/** A folder that a test may write to. */
export interface Workspace {
  readonly folder: string;
  delete(): void;
}

/**
 * Copies files and folders of the checkout into a fresh folder.
 * @param contents where each goes in the workspace, and what it is a copy of, relative to the checkout
 */
export function createWorkspace(contents: Readonly<Record<string, string>>): Workspace {
  const folder = mkdtempSync(path.join(tmpdir(), 'workspace-'));
  for (const [target, source] of Object.entries(contents)) {
    mkdirSync(path.dirname(path.join(folder, target)), { recursive: true });
    cpSync(path.join(root, source), path.join(folder, target), { recursive: true });
  }
  return {
    folder,
    delete() {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
