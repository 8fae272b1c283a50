import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';

/** The scheme of files that lie on no disk: the one under which the editor shows repositories of a server. */
export const MEMORY = 'vscode-vfs';

interface MemoryFile {
  bytes: Uint8Array;
  mtime: number;
  /** What the file system says of its size. */
  claimedBytes: number;
}

/** A file system of the editor that lives in memory: with files whose size is another one than it says, and that never come. */
export class MemoryFiles implements vscode.FileSystemProvider {
  readonly #files = new Map<string, MemoryFile>();
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly #registration: vscode.Disposable;
  #gate: Promise<void> | null = null;
  /** Names of the files whose content was asked for. */
  readonly read: string[] = [];

  readonly onDidChangeFile = this.#changed.event;

  constructor() {
    this.#registration = vscode.workspace.registerFileSystemProvider(MEMORY, this, { isReadonly: true });
  }

  /** Puts a file there, or another in its place. */
  put(name: string, bytes: Uint8Array, claimedBytes = bytes.length): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: MEMORY, path: `/${name}` });
    const known = this.#files.get(uri.path);
    this.#files.set(uri.path, { bytes, claimedBytes, mtime: (known?.mtime ?? 1_700_000_000_000) + 1_000 });
    const type = known === undefined ? vscode.FileChangeType.Created : vscode.FileChangeType.Changed;
    this.#changed.fire([{ type, uri }]);
    return uri;
  }

  /** Puts the files of a folder of this disk there. */
  putFolder(name: string, folder: string): void {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isFile()) this.put(`${name}/${entry.name}`, readFileSync(path.join(folder, entry.name)));
    }
  }

  /** Has all files wait from now on, until the function that it gives is called. */
  hold(): () => void {
    let release = (): void => undefined;
    this.#gate = new Promise((resolve) => {
      release = resolve;
    });
    return () => {
      this.#gate = null;
      release();
    };
  }

  stat({ path: at }: vscode.Uri): vscode.FileStat {
    const file = this.#files.get(at);
    if (file !== undefined) {
      return { type: vscode.FileType.File, ctime: 0, mtime: file.mtime, size: file.claimedBytes };
    }
    if (at === '/' || [...this.#files.keys()].some((name) => name.startsWith(`${at}/`))) {
      return { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 };
    }
    throw vscode.FileSystemError.FileNotFound(at);
  }

  readDirectory({ path: at }: vscode.Uri): [string, vscode.FileType][] {
    const inside = [...this.#files.keys()].filter((name) => path.posix.dirname(name) === at);
    return inside.map((name) => [path.posix.basename(name), vscode.FileType.File]);
  }

  async readFile({ path: at }: vscode.Uri): Promise<Uint8Array> {
    this.read.push(at);
    await this.#gate;
    const file = this.#files.get(at);
    if (file === undefined) throw vscode.FileSystemError.FileNotFound(at);
    return file.bytes;
  }

  watch(): vscode.Disposable {
    return vscode.Disposable.from();
  }

  createDirectory(): never {
    throw vscode.FileSystemError.NoPermissions();
  }

  writeFile(): never {
    throw vscode.FileSystemError.NoPermissions();
  }

  delete(): never {
    throw vscode.FileSystemError.NoPermissions();
  }

  rename(): never {
    throw vscode.FileSystemError.NoPermissions();
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}
