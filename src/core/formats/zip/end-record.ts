import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../../bytes/byte-source.js';
import { groupDigits } from '../../bytes/quote.js';
import { CheckpointError } from '../../errors.js';
import { downloadStopped, malformed } from '../problem.js';

/** Where the central directory lies. */
interface DirectoryPlace {
  readonly start: number;
  readonly length: number;
  readonly count: number;
}

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const MAX_COMMENT = 0xffff;
const ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
const ZIP64_LOCATOR_BYTES = 20;
const ZIP64_END_SIGNATURE = 0x06064b50;
const ZIP64_END_BYTES = 56;

function asView(bytes: Uint8Array<ArrayBuffer>): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Position of the end record: the last one whose comment reaches exactly to the end of the file. */
function findEnd(view: DataView): number | null {
  for (let at = view.byteLength - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== END_SIGNATURE) continue;
    if (at + END_BYTES + view.getUint16(at + 20, true) === view.byteLength) return at;
  }
  return null;
}

function checkPlace(source: ByteSource, endAt: number, start: bigint, length: bigint, count: bigint): DirectoryPlace {
  if (start + length > BigInt(endAt)) {
    const declared = l10n.t('{0} bytes at {1}', groupDigits(length), groupDigits(start));
    throw malformed(
      source.name,
      l10n.t('the zip directory ({0}) does not end before its end record at {1}', declared, groupDigits(endAt)),
    );
  }
  return { start: Number(start), length: Number(length), count: Number(count) };
}

async function readZip64(source: ByteSource, locatorAt: number): Promise<DirectoryPlace | null> {
  if (locatorAt < 0) return null;
  const locator = asView(await source.read(locatorAt, ZIP64_LOCATOR_BYTES));
  if (locator.getUint32(0, true) !== ZIP64_LOCATOR_SIGNATURE) return null;
  const at = locator.getBigUint64(8, true);
  if (at + BigInt(ZIP64_END_BYTES) > BigInt(locatorAt)) {
    throw malformed(source.name, l10n.t('the zip64 end record at {0} lies beyond its locator', groupDigits(at)));
  }
  const end = asView(await source.read(Number(at), ZIP64_END_BYTES));
  if (end.getUint32(0, true) !== ZIP64_END_SIGNATURE) {
    throw malformed(source.name, l10n.t('there is no zip64 end record at {0}', groupDigits(at)));
  }
  return checkPlace(
    source,
    Number(at),
    end.getBigUint64(48, true),
    end.getBigUint64(40, true),
    end.getBigUint64(32, true),
  );
}

/** The end record; nearly every archive has it at its very end, without a comment behind it. */
async function readEnd(source: ByteSource): Promise<{ view: DataView; at: number } | null> {
  for (const length of [END_BYTES, END_BYTES + MAX_COMMENT]) {
    const start = Math.max(0, source.size - length);
    const tail = asView(await source.read(start, source.size - start));
    const at = findEnd(tail);
    if (at !== null) return { view: new DataView(tail.buffer, tail.byteOffset + at, END_BYTES), at: start + at };
  }
  return null;
}

/**
 * Finds the central directory of a zip archive from the end of the file.
 * @throws CheckpointError `truncated` when there is no end record, `malformed` when it contradicts the file.
 */
export async function findDirectory(source: ByteSource): Promise<DirectoryPlace> {
  const end = await readEnd(source);
  if (end === null) {
    const problem = l10n.t('the archive has no end of central directory: the end of the file is missing');
    throw new CheckpointError('truncated', source.name, problem, downloadStopped());
  }
  const wide = await readZip64(source, end.at - ZIP64_LOCATOR_BYTES);
  if (wide !== null) return wide;
  const { view } = end;
  if (view.getUint16(4, true) !== 0 || view.getUint16(6, true) !== 0) {
    const problem = l10n.t('it is one part of a zip archive that was split');
    throw new CheckpointError('unsupported', source.name, problem, l10n.t('join the parts to one archive'));
  }
  const length = BigInt(view.getUint32(12, true));
  return checkPlace(source, end.at, BigInt(view.getUint32(16, true)), length, BigInt(view.getUint16(10, true)));
}
