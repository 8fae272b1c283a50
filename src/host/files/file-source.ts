import * as l10n from '@vscode/l10n';
import { constants, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { ByteSource } from '../../core/bytes/byte-source.js';
import { checkRange } from '../../core/bytes/checked-read.js';
import { groupDigits } from '../../core/bytes/quote.js';
import { CheckpointError } from '../../core/errors.js';
import { asCheckpointError } from './system-error.js';

/** Bytes really read from disk, shared by all files of a request. */
export interface ReadCounter {
  bytes: number;
}

/** A file of this machine, read by ranges; must be closed. */
export interface FileSource extends ByteSource {
  /** Time of the last change when it was opened, in milliseconds. */
  readonly modifiedMs: number;
  /** @throws CheckpointError `changed` when the file is no longer the one that was opened; it is closed in any case. */
  close(): Promise<void>;
}

/** One call to the system reads at most this much: Node refuses 2^31 bytes and more. */
const CHUNK_BYTES = 2 ** 30;

// Opening a named pipe would wait for a writer for ever without it; Windows has no such flag.
const OPEN_FLAGS = constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NONBLOCK);

function changed(name: string, what: string): CheckpointError {
  return new CheckpointError(
    'changed',
    name,
    what,
    l10n.t('something is writing to it; open it again when that is done'),
  );
}

async function readFully(handle: FileHandle, name: string, offset: number, length: number, counter: ReadCounter) {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(CHUNK_BYTES, length - done), offset + done);
    if (bytesRead === 0) {
      throw changed(name, l10n.t('the file shrank while it was read: it now ends at {0}', groupDigits(offset + done)));
    }
    done += bytesRead;
    counter.bytes += bytesRead;
  }
  return bytes;
}

function checkUnchanged(name: string, opened: Stats, now: Stats): void {
  if (now.size !== opened.size) {
    const sizes = l10n.t('{0} bytes when it was opened, {1} now', groupDigits(opened.size), groupDigits(now.size));
    throw changed(name, l10n.t('the file changed while it was read: {0}', sizes));
  }
  if (now.mtimeMs !== opened.mtimeMs) {
    throw changed(name, l10n.t('the file was written to while it was read'));
  }
}

async function openRegular(path: string, name: string): Promise<{ handle: FileHandle; opened: Stats }> {
  const handle = await open(path, OPEN_FLAGS);
  try {
    const opened = await handle.stat();
    if (!opened.isFile()) {
      const kind = opened.isDirectory() ? l10n.t('a folder') : l10n.t('a device or pipe');
      throw new CheckpointError(
        'unreadable',
        name,
        l10n.t('it is {0}, not a file', kind),
        l10n.t('choose a checkpoint file'),
      );
    }
    return { handle, opened };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Opens a file for reading by ranges.
 * @param name as it is shown to people.
 * @throws CheckpointError `missing-file` or `unreadable`.
 */
export async function openFileSource(path: string, name: string, counter: ReadCounter): Promise<FileSource> {
  const { handle, opened } = await openRegular(path, name).catch((error: unknown) => {
    throw asCheckpointError(error, name);
  });
  return {
    name,
    size: opened.size,
    modifiedMs: opened.mtimeMs,
    async read(offset, length) {
      checkRange(name, opened.size, offset, length);
      try {
        const bytes = await readFully(handle, name, offset, length, counter);
        checkUnchanged(name, opened, await handle.stat());
        return bytes;
      } catch (error) {
        throw asCheckpointError(error, name);
      }
    },
    async close() {
      try {
        checkUnchanged(name, opened, await handle.stat());
      } finally {
        await handle.close();
      }
    },
  };
}
