import * as l10n from '@vscode/l10n';
import { access } from 'node:fs/promises';
import path from 'node:path';
import type { SourceLink, SourceProblem } from '../../core/source/contract.js';
import { WEIGHT_FILE } from '../../core/source/links/known-calls.js';

/** Folders above a file against which its relative paths may be meant. */
const MAX_FOLDERS = 4;

/** Links of a file to checkpoints that do not exist: neither from the file's folder or those above it, nor from the working folder. */
export async function missingLinks(
  file: string,
  links: readonly (SourceLink & { readonly cell: number | null })[],
): Promise<SourceProblem[]> {
  const problems: SourceProblem[] = [];
  for (const { kind, target, range, cell } of links) {
    if (kind !== 'file' || !WEIGHT_FILE.test(target) || target.includes('://') || target.startsWith('~')) continue;
    if (await existsSomewhere(target, foldersFor(file))) continue;
    const message = l10n.t('There is no file {0}.', target);
    problems.push({ code: 'missing-checkpoint', file, cell, range, message, tensors: [] });
  }
  return problems;
}

function foldersFor(file: string): string[] {
  const folders = [process.cwd()];
  let folder = path.dirname(file);
  for (let depth = 0; depth <= MAX_FOLDERS; depth++) {
    folders.push(folder);
    folder = path.dirname(folder);
  }
  return folders;
}

async function existsSomewhere(target: string, folders: readonly string[]): Promise<boolean> {
  for (const folder of folders) {
    try {
      await access(path.resolve(folder, target));
      return true;
    } catch {
      // the next folder
    }
  }
  return false;
}
