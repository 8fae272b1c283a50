import { stat } from 'node:fs/promises';
import { readImported } from '../../../host/source/read-sources.js';
import type { SourceFiles } from './imported-files.js';

/** Source files of this machine's disk. */
export const diskFiles: SourceFiles = {
  async modified(path) {
    try {
      const found = await stat(path);
      return found.isFile() ? found.mtimeMs : null;
    } catch {
      return null;
    }
  },
  read: readImported,
};
