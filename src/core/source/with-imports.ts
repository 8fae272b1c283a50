import type { MatchedCheckpoint, MatchOptions, MatchOutcome } from './contract.js';
import type { Sources } from './sources.js';

/** Files beyond this are a whole library: what is left stays unknown. */
const MAX_FILES = 60;

/**
 * Matches, following imports into files that are read as they are needed.
 * @param read text of the file at a path; null where there is none or it may not be read.
 */
export async function matchWithImports(
  sources: Sources,
  checkpoint: MatchedCheckpoint,
  options: MatchOptions,
  read: (path: string) => Promise<string | null>,
): Promise<MatchOutcome> {
  let outcome = sources.match(checkpoint, options);
  for (let files = 0; files < MAX_FILES && sources.wanted.length > 0;) {
    for (const paths of sources.wanted) {
      const found = await firstOf(paths, read);
      if (found === null) sources.absent(paths);
      else sources.include({ ...found, cell: null });
      files++;
    }
    outcome = sources.match(checkpoint, options);
  }
  return outcome;
}

async function firstOf(
  paths: readonly string[],
  read: (path: string) => Promise<string | null>,
): Promise<{ file: string; text: string } | null> {
  for (const file of paths) {
    const text = await read(file);
    if (text !== null) return { file, text };
  }
  return null;
}
