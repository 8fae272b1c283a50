import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../../bytes/byte-source.js';
import { inflateStart, InflateProblem } from '../../bytes/inflate.js';
import { groupDigits, quoteName } from '../../bytes/quote.js';
import { beyondLimit, malformed } from '../problem.js';
import type { ZipDirectory, ZipEntry } from './directory.js';
import { locateEntries } from './locate.js';

/**
 * Reads one entry of an archive whole, unpacked.
 * @param limit most bytes that it may have.
 * @throws CheckpointError `limit` or `malformed`.
 */
export async function readZipEntry(
  source: ByteSource,
  directory: ZipDirectory,
  entry: ZipEntry,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { name, size, fullSize, compressed } = entry;
  if (fullSize > limit) {
    const sizes = l10n.t('{0} bytes, more than {1}', groupDigits(fullSize), groupDigits(limit));
    throw beyondLimit(source.name, l10n.t('{0} has {1}', quoteName(name), sizes));
  }
  const start = (await locateEntries(source, directory, [entry])).get(name) ?? 0;
  const bytes = await source.read(start, size);
  if (!compressed) return bytes;
  try {
    return inflateStart(bytes, fullSize);
  } catch (error) {
    if (!(error instanceof InflateProblem)) throw error;
    throw malformed(source.name, l10n.t('the entry {0} cannot be read: {1}', quoteName(name), error.message));
  }
}
