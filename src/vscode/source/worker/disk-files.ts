import { readFile, stat } from 'node:fs/promises';
import type { SourceFiles } from './imported-files.js';

/** Longer files are data, not code. */
const MAX_BYTES = 4_000_000;

/** Source files of this machine's disk. */
export const diskFiles: SourceFiles = {
  async modified(path) {
    try {
      const found = await stat(path);
      return found.isFile() && found.size <= MAX_BYTES ? found.mtimeMs : null;
    } catch {
      return null;
    }
  },
  read: (path) => readFile(path, 'utf8'),
};
