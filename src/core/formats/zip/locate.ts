import type { ByteSource } from '../../bytes/byte-source.js';
import { groupDigits, quoteName } from '../../bytes/quote.js';
import { readRanges } from '../../bytes/read-ranges.js';
import { CheckpointError } from '../../errors.js';
import { malformed } from '../problem.js';
import type { ZipDirectory, ZipEntry } from './directory.js';
import { LOCAL_BYTES, readLocalHeader } from './local-header.js';

function dataStart(view: DataView, entry: ZipEntry, file: string, end: number): number {
  const who = `the local header of ${quoteName(entry.name)}`;
  const local = readLocalHeader(view);
  if (local === null) {
    throw malformed(file, `${who} is not at ${groupDigits(entry.headerOffset)}, where the zip directory says`);
  }
  if (!local.stored || (local.size !== null && local.size !== entry.size)) {
    const sizes = `${local.stored ? groupDigits(local.size ?? 0) : 'compressed'} and ${groupDigits(entry.size)} bytes`;
    throw malformed(file, `${who} contradicts the zip directory: ${sizes}`);
  }
  const start = entry.headerOffset + local.length;
  if (start + entry.size > end) {
    throw malformed(
      file,
      `the data of ${quoteName(entry.name)} reach beyond ${groupDigits(end)}, where the archive's data end`,
    );
  }
  return start;
}

/**
 * Where the data of stored entries begin, from their local headers.
 * @returns positions by name of the entry.
 * @throws CheckpointError `malformed` when a local header contradicts the directory, `unsupported` for a compressed entry.
 */
export async function locateEntries(
  source: ByteSource,
  directory: ZipDirectory,
  entries: readonly ZipEntry[],
): Promise<ReadonlyMap<string, number>> {
  const packed = entries.find((entry) => entry.compressed);
  if (packed !== undefined) {
    const problem = `the entry ${quoteName(packed.name)} is compressed, which torch.save never does`;
    const advice = 'unpack the archive and pack it again without compression, or save the checkpoint again';
    throw new CheckpointError('unsupported', source.name, problem, advice);
  }
  const starts = new Map<string, number>();
  const headers = entries.map((entry) => ({ entry, offset: entry.headerOffset, length: LOCAL_BYTES }));
  await readRanges(source, headers, ({ entry }, view) => {
    starts.set(entry.name, dataStart(view, entry, source.name, directory.start));
  });
  return starts;
}
