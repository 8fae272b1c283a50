import * as l10n from '@vscode/l10n';
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { groupDigits, quoteName } from '../../core/bytes/quote.js';
import { CheckpointError } from '../../core/errors.js';
import type { FileIdentity } from '../engine/contract.js';
import { openFileSource } from '../files/file-source.js';
import { asCheckpointError } from '../files/system-error.js';
import { type EncodedImage, readImage } from './decode.js';
import { HEAD_BYTES, imageFormat, whatIsRead } from './kinds.js';

/** A picture file whose header was read. */
export interface ImageFile extends EncodedImage {
  /** Name for people. */
  readonly name: string;
  /** Its hash is that of all its bytes. */
  readonly identity: FileIdentity;
  readonly bytesRead: number;
}

/** Longest file that is read: uncompressed pictures with 16 bits a channel at the limit of pixels have 0.8 GB. */
const MAX_FILE_BYTES = 2 ** 30;

/**
 * Opens a picture file.
 * @throws CheckpointError naming the file, what is wrong with it and what to do.
 */
export async function openImage(path: string): Promise<ImageFile> {
  const name = quoteName(basename(path));
  await checkIsFile(path, name);
  const counter = { bytes: 0 };
  const source = await openFileSource(path, name, counter);
  try {
    // Looked at first, so that no video is read whole to be refused.
    imageFormat(await source.read(0, Math.min(HEAD_BYTES, source.size)), name);
    if (source.size > MAX_FILE_BYTES) {
      const problem = l10n.t('it has {0} bytes, more than any picture that is decoded', groupDigits(source.size));
      throw new CheckpointError('limit', name, problem, l10n.t('make the picture smaller first'));
    }
    const bytes = await source.read(0, source.size);
    const headerHash = createHash('sha256').update(bytes).digest('hex');
    const identity = { sizeBytes: source.size, modifiedMs: source.modifiedMs, headerHash };
    return { ...(await readImage(bytes, name)), name, identity, bytesRead: counter.bytes };
  } finally {
    await source.close();
  }
}

async function checkIsFile(path: string, name: string): Promise<void> {
  const facts = await stat(path).catch((error: unknown) => {
    throw asCheckpointError(error, name);
  });
  if (facts.isFile()) return;
  const problem = facts.isDirectory()
    ? l10n.t('it is a folder, not a picture')
    : l10n.t('it is a device or pipe, not a picture');
  throw new CheckpointError('unreadable', name, problem, l10n.t('choose a file; {0}', whatIsRead()));
}
