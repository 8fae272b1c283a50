import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../../bytes/byte-source.js';
import { groupDigits } from '../../bytes/quote.js';
import { Fields, type Widths } from './fields.js';
import { Hdf5File } from './file.js';
import { Hdf5Problem } from './problem.js';

const SIGNATURE: readonly number[] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
/** The longest superblock, that of version 1. */
const MOST_BYTES = 100;
const WIDTHS: readonly number[] = [2, 4, 8];

/** True for the bytes that every HDF5 file starts with. */
export function isHdf5(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, index) => bytes[index] === byte);
}

/** A file and the address of its first group. */
interface Opened {
  readonly file: Hdf5File;
  readonly root: number;
}

/** Reads the superblock. Format: HDF5 File Format Specification 3.0, II.A. @throws Hdf5Problem. */
export async function openFile(source: ByteSource): Promise<Opened> {
  const bytes = await source.read(0, Math.min(MOST_BYTES, source.size));
  const whole = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = new Fields(whole, { address: 8, length: 8 }, l10n.t('the superblock'), 0).skip(SIGNATURE.length);
  const version = start.version([0, 1, 2, 3]);
  // Versions of the free space, of the root group, reserved, of shared headers.
  if (version < 2) start.skip(4);
  const widths: Widths = { address: start.u8(), length: start.u8() };
  if (!WIDTHS.includes(widths.address) || !WIDTHS.includes(widths.length)) {
    throw new Hdf5Problem(l10n.t('the superblock has addresses of {0} bytes', widths.address));
  }
  const fields = new Fields(whole, widths, l10n.t('the superblock'), 0).skip(start.at);
  // Sizes of tree nodes, then flags; in version 2 the flags alone.
  fields.skip(version < 2 ? 1 + 2 + 2 + 4 + (version === 1 ? 4 : 0) : 1);
  const base = fields.address() ?? 0;
  fields.address();
  const end = fields.address() ?? 0;
  if (version < 2) fields.address();
  // A symbol table entry starts with the offset of the name.
  if (version < 2) fields.address();
  const root = fields.address();
  if (root === null) throw new Hdf5Problem(l10n.t('the superblock names no first group'));
  if (base + end > source.size) {
    const sizes = l10n.t('{0} bytes declared, {1} present', groupDigits(base + end), groupDigits(source.size));
    throw new Hdf5Problem(l10n.t('the file is shorter than its superblock says: {0}', sizes), 'truncated');
  }
  return { file: new Hdf5File(source, widths, base), root };
}
