import type { Sources } from '../../../core/source/sources.js';

/** How files of the disk are looked at. */
export interface SourceFiles {
  /** Time of the last change in milliseconds; null where no readable file of source code is. */
  modified(path: string): Promise<number | null>;
  /** Null where it is too large for code, or gone. */
  read(path: string): Promise<string | null>;
}

/** The files of the workspace that imports led to: read when a match asks for them, and again when they changed. */
export class ImportedFiles {
  readonly #sources: Sources;
  readonly #files: SourceFiles;
  /** Files that were followed, with their time. */
  readonly #followed = new Map<string, number>();

  constructor(sources: Sources, files: SourceFiles) {
    this.#sources = sources;
    this.#files = files;
  }

  /** The editor has the file now: its text there counts. */
  forget(path: string): void {
    this.#followed.delete(path);
  }

  /** Reads again what changed on the disk since it was followed. */
  async refresh(): Promise<void> {
    for (const [file, before] of [...this.#followed]) {
      const now = await this.#files.modified(file);
      if (now === before) continue;
      this.#followed.delete(file);
      if (now === null) continue;
      const text = await this.#files.read(file);
      if (text === null) continue;
      this.#followed.set(file, now);
      this.#sources.include({ file, cell: null, text });
    }
  }

  /** Text of a file that an import may mean; null where there is none in the folders. */
  async read(path: string, roots: readonly string[]): Promise<string | null> {
    const modified = isInside(path, roots) ? await this.#files.modified(path) : null;
    const text = modified === null ? null : await this.#files.read(path);
    if (modified !== null && text !== null) this.#followed.set(path, modified);
    return text;
  }
}

/** True for a path under one of the folders; a path with `..` in it is under none. */
function isInside(path: string, roots: readonly string[]): boolean {
  if (path.split('/').includes('..')) return false;
  return roots.some((root) => path.startsWith(`${root.replaceAll('\\', '/').replace(/\/$/u, '')}/`));
}
