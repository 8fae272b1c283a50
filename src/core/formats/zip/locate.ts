import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../../bytes/byte-source.js';
import { groupDigits, quoteName } from '../../bytes/quote.js';
import { readRanges } from '../../bytes/read-ranges.js';
import { malformed } from '../problem.js';
import type { ZipDirectory, ZipEntry } from './directory.js';
import { LOCAL_BYTES, readLocalHeader } from './local-header.js';

function dataStart(view: DataView, entry: ZipEntry, file: string, end: number): number {
  const who = l10n.t('the local header of {0}', quoteName(entry.name));
  const local = readLocalHeader(view);
  if (local === null) {
    throw malformed(
      file,
      l10n.t('{0} is not at {1}, where the zip directory says', who, groupDigits(entry.headerOffset)),
    );
  }
  if (local.stored === entry.compressed || (local.size !== null && local.size !== entry.size)) {
    const sizes = l10n.t('{0} and {1} bytes', groupDigits(local.size ?? 0), groupDigits(entry.size));
    const ways = local.stored ? l10n.t('stored and compressed') : l10n.t('compressed and stored');
    throw malformed(
      file,
      l10n.t('{0} contradicts the zip directory: {1}', who, local.stored === entry.compressed ? ways : sizes),
    );
  }
  const start = entry.headerOffset + local.length;
  if (start + entry.size > end) {
    throw malformed(
      file,
      l10n.t("the data of {0} reach beyond {1}, where the archive's data end", quoteName(entry.name), groupDigits(end)),
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
