/** What stands before the data of an entry. */
export interface LocalHeader {
  /** Bytes of the whole header, name and padding included. */
  readonly length: number;
  readonly nameLength: number;
  readonly stored: boolean;
  /** Bytes of data; null where the header leaves that to the directory. */
  readonly size: number | null;
}

/** Bytes of the fixed part. */
export const LOCAL_BYTES = 30;

const SIGNATURE = 0x04034b50;
/** The sizes stand behind the data, and the header may leave them out. */
const SIZES_FOLLOW = 0x0008;
const UNSET = 0xffffffff;

/** Reads the fixed part of a local header; null when there is none. */
export function readLocalHeader(view: DataView): LocalHeader | null {
  if (view.byteLength < LOCAL_BYTES || view.getUint32(0, true) !== SIGNATURE) return null;
  const size = view.getUint32(18, true);
  const unsaid = size === UNSET || (size === 0 && (view.getUint16(6, true) & SIZES_FOLLOW) !== 0);
  const nameLength = view.getUint16(26, true);
  return {
    length: LOCAL_BYTES + nameLength + view.getUint16(28, true),
    nameLength,
    stored: view.getUint16(8, true) === 0,
    size: unsaid ? null : size,
  };
}
