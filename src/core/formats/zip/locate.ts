import type { ByteSource } from '../../bytes/byte-source.js';
import { groupDigits, quoteName } from '../../bytes/quote.js';
import { readRanges } from '../../bytes/read-ranges.js';
import { malformed } from '../problem.js';
import type { ZipDirectory, ZipEntry } from './directory.js';
import { LOCAL_BYTES, readLocalHeader } from './local-header.js';

function dataStart(view: DataView, entry: ZipEntry, file: string, end: number): number {
  const who = `the local header of ${quoteName(entry.name)}`;
  const local = readLocalHeader(view);
  if (local === null) {
    throw malformed(file, `${who} is not at ${groupDigits(entry.headerOffset)}, where the zip directory says`);
  }
  if (local.stored === entry.compressed || (local.size !== null && local.size !== entry.size)) {
    const sizes = `${groupDigits(local.size ?? 0)} and ${groupDigits(entry.size)} bytes`;
    const ways = `${local.stored ? 'stored' : 'compressed'} and ${entry.compressed ? 'compressed' : 'stored'}`;
    throw malformed(file, `${who} contradicts the zip directory: ${local.stored === entry.compressed ? ways : sizes}`);
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
 * Where the data of entries begin, from their local headers.
 * @returns positions by name of the entry.
 * @throws CheckpointError `malformed` when a local header contradicts the directory.
 */
export async function locateEntries(
  source: ByteSource,
  directory: ZipDirectory,
  entries: readonly ZipEntry[],
): Promise<ReadonlyMap<string, number>> {
  const starts = new Map<string, number>();
  const headers = entries.map((entry) => ({ entry, offset: entry.headerOffset, length: LOCAL_BYTES }));
  await readRanges(source, headers, ({ entry }, view) => {
    starts.set(entry.name, dataStart(view, entry, source.name, directory.start));
  });
  return starts;
}
