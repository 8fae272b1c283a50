import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../../bytes/byte-source.js';
import { groupDigits, quoteName } from '../../bytes/quote.js';
import { CheckpointError } from '../../errors.js';
import { beyondLimit, malformed } from '../problem.js';
import { findDirectory } from './end-record.js';

/** One file of an archive as the central directory declares it; sizes are checked against the archive's own. */
export interface ZipEntry {
  readonly name: string;
  readonly compressed: boolean;
  /** Bytes as they lie in the archive. */
  readonly size: number;
  /** Bytes unpacked, as the archive declares them: nothing may be allocated for it alone. */
  readonly fullSize: number;
  /** Position of its local header. */
  readonly headerOffset: number;
}

/** All files of an archive by name, and where the central directory begins. */
export interface ZipDirectory {
  readonly entries: ReadonlyMap<string, ZipEntry>;
  readonly start: number;
}

/** Appended to "PK" in front of every central header. */
const CENTRAL_SIGNATURE = 0x02014b50;
const CENTRAL_BYTES = 46;
const ZIP64_FIELD = 0x0001;
const UNSET_32 = 0xffffffff;
/** Flags: encrypted, strongly encrypted, central directory encrypted. */
const ENCRYPTED = 0x0001 | 0x0040 | 0x2000;
const STORED = 0;
const DEFLATED = 8;
/** Deflate makes at most 1032 bytes out of one. */
const MOST_PER_BYTE = 1_032n;
/** Room for 200,000 tensors; the directory of a large checkpoint has 1 MB. */
const MAX_DIRECTORY_BYTES = 32 * 2 ** 20;

function checkName(file: string, name: string): void {
  const leaves = name.startsWith('/') || name.includes('\\') || name.includes('\0') || /^[a-z]:/iu.test(name);
  if (!leaves && !name.split('/').includes('..')) return;
  const problem = l10n.t("the path of the entry {0} leaves the archive's folder", quoteName(name));
  throw new CheckpointError(
    'hostile',
    file,
    problem,
    l10n.t('no program that saves checkpoints writes this; do not trust the file'),
  );
}

/** The 64-bit values of the fields that the header marks as too small for them, in the order in which they may stand. */
function zip64Values(view: DataView, extraStart: number, extraEnd: number, file: string): bigint[] {
  let at = extraStart;
  while (at + 4 <= extraEnd) {
    const id = view.getUint16(at, true);
    const length = view.getUint16(at + 2, true);
    const end = at + 4 + length;
    if (end > extraEnd) throw malformed(file, l10n.t('an extra field of the zip directory is longer than its entry'));
    if (id === ZIP64_FIELD) {
      return Array.from({ length: Math.floor(length / 8) }, (_, index) => view.getBigUint64(at + 4 + index * 8, true));
    }
    at = end;
  }
  return [];
}

/** One header of the central directory, and how long it is. */
interface CentralHeader {
  readonly entry: ZipEntry;
  readonly length: number;
}

function readHeader(view: DataView, at: number, directoryStart: number, file: string): CentralHeader {
  if (at + CENTRAL_BYTES > view.byteLength || view.getUint32(at, true) !== CENTRAL_SIGNATURE) {
    throw malformed(file, l10n.t('the zip directory is damaged at byte {0}', groupDigits(directoryStart + at)));
  }
  const nameEnd = at + CENTRAL_BYTES + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const end = extraEnd + view.getUint16(at + 32, true);
  if (end > view.byteLength)
    throw malformed(file, l10n.t('an entry of the zip directory is longer than the directory'));
  const name = new TextDecoder().decode(
    new Uint8Array(view.buffer, view.byteOffset + at + CENTRAL_BYTES, nameEnd - at - CENTRAL_BYTES),
  );
  checkName(file, name);
  const who = (): string => l10n.t('the entry {0}', quoteName(name));
  if ((view.getUint16(at + 8, true) & ENCRYPTED) !== 0) {
    throw new CheckpointError(
      'unsupported',
      file,
      l10n.t('{0} is encrypted', who()),
      l10n.t('decrypt the archive first'),
    );
  }
  const method = view.getUint16(at + 10, true);
  if (method !== STORED && method !== DEFLATED) {
    const advice = l10n.t('save the checkpoint again with torch.save');
    throw new CheckpointError(
      'unsupported',
      file,
      l10n.t('{0} uses compression method {1}, which is not supported', who(), method),
      advice,
    );
  }
  const wide = zip64Values(view, nameEnd, extraEnd, file);
  const field = (offset: number): bigint => {
    const value = view.getUint32(offset, true);
    return value === UNSET_32 ? (wide.shift() ?? BigInt(value)) : BigInt(value);
  };
  const fullSize = field(at + 24);
  const size = field(at + 20);
  const headerOffset = field(at + 42);
  if (headerOffset + size > BigInt(directoryStart) || (method === STORED && fullSize !== size)) {
    const declared = l10n.t('{0} bytes at {1}', groupDigits(fullSize), groupDigits(headerOffset));
    throw malformed(
      file,
      l10n.t("{0} declares {1}; the archive's data end at {2}", who(), declared, groupDigits(directoryStart)),
    );
  }
  const compressed = method === DEFLATED;
  if (compressed && fullSize > size * MOST_PER_BYTE) {
    const sizes = l10n.t('{0} bytes, which {1} compressed ones cannot hold', groupDigits(fullSize), groupDigits(size));
    throw malformed(file, l10n.t('{0} declares {1}', who(), sizes));
  }
  const entry = {
    name,
    compressed,
    size: Number(size),
    fullSize: Number(fullSize),
    headerOffset: Number(headerOffset),
  };
  return { entry, length: end - at };
}

/**
 * Reads the central directory of a zip archive.
 * @throws CheckpointError `truncated` without an end record, `hostile` for paths that leave the archive, `malformed`,
 *   `unsupported` or `limit`.
 */
export async function readZipDirectory(source: ByteSource): Promise<ZipDirectory> {
  const { start, length, count } = await findDirectory(source);
  if (length > MAX_DIRECTORY_BYTES) {
    throw beyondLimit(
      source.name,
      l10n.t('the zip directory has {0} bytes, more than {1}', groupDigits(length), groupDigits(MAX_DIRECTORY_BYTES)),
    );
  }
  const bytes = await source.read(start, length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  while (at < length) {
    const header = readHeader(view, at, start, source.name);
    at += header.length;
    if (entries.has(header.entry.name)) {
      throw malformed(source.name, l10n.t('the archive holds the entry {0} twice', quoteName(header.entry.name)));
    }
    entries.set(header.entry.name, header.entry);
  }
  if (entries.size !== count) {
    throw malformed(
      source.name,
      l10n.t('the zip directory holds {0} entries and says {1}', entries.size, groupDigits(count)),
    );
  }
  return { entries, start };
}
