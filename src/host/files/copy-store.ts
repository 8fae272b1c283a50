import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { isPlainName } from './checkpoint-folder.js';

/** A file to write: a plain path below the folder. */
export interface CopiedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Time of the last change of what it is a copy of, in milliseconds; figures are kept under it. */
  readonly modifiedMs: number;
}

/** For this user alone: weights may be secret. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Where home folders are shared, a process of another machine has a number of its own. */
const MACHINE = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

const OWNED = /^([0-9a-f]{8})-(\d+)-/u;

/** Folders with copies of files that lie on no disk; each names the process that made it, so that what a crash left is found. */
export class CopyStore {
  readonly #root: string;
  readonly #folders = new Set<string>();
  #sweeping: Promise<void> = Promise.resolve();

  /** @param root folder of all copies; made when the first one is. */
  constructor(root: string) {
    this.#root = root;
  }

  /** Makes an empty folder. */
  async make(): Promise<string> {
    // A folder that is made meanwhile would look like one that was left.
    await this.#sweeping;
    await mkdir(this.#root, { recursive: true, mode: FOLDER_MODE });
    const folder = await mkdtemp(join(this.#root, `${MACHINE}-${String(process.pid)}-`));
    this.#folders.add(folder);
    return folder;
  }

  /** Writes a file into a folder that `make` gave. @throws Error for a name that leads out of it, or one that is there. */
  async write(folder: string, { name, bytes, modifiedMs }: CopiedFile): Promise<void> {
    if (!isPlainName(name)) throw new Error(`${name} is no name of a file in a folder`);
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
    await writeFile(path, bytes, { flag: 'wx', mode: FILE_MODE });
    const seconds = modifiedMs / 1_000;
    if (Number.isFinite(seconds) && seconds > 0) await utimes(path, seconds, seconds);
  }

  /** Deletes a folder; one that a reader still holds open on Windows goes with the process. */
  async remove(folder: string): Promise<void> {
    try {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      this.#folders.delete(folder);
    } catch {
      // `dispose` tries again
    }
  }

  /** Deletes what processes of this machine left that are gone. */
  sweep(): Promise<void> {
    this.#sweeping = this.#sweepAll();
    return this.#sweeping;
  }

  /** Deletes all folders that this process made. */
  dispose(): void {
    for (const folder of this.#folders) {
      try {
        rmSync(folder, { recursive: true, force: true });
      } catch {
        // the next start sweeps it
      }
    }
    this.#folders.clear();
  }

  async #sweepAll(): Promise<void> {
    const names = await readdir(this.#root).catch((): string[] => []);
    for (const name of names) {
      const [, machine, owner] = OWNED.exec(name) ?? [];
      const path = join(this.#root, name);
      if (machine === MACHINE && !this.#folders.has(path) && isGone(Number(owner))) await this.remove(path);
    }
  }
}

/** Our own number on a folder that is not ours is that of an earlier process. */
function isGone(id: number): boolean {
  if (id === process.pid) return true;
  try {
    process.kill(id, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
