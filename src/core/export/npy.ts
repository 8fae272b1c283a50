/** Header of a NumPy array file (format 1.0) in C order, of little-endian float64 or another NumPy type; the elements follow it. */
export function npyHeader(shape: readonly number[], type = '<f8'): Uint8Array<ArrayBuffer> {
  const dimensions = shape.length === 1 ? `${String(shape[0])},` : shape.join(', ');
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const fixed = 10; // magic, version, length
  const padding = (64 - ((fixed + text.length + 1) % 64)) % 64;
  const body = `${text}${' '.repeat(padding)}\n`;
  const header = new Uint8Array(fixed + body.length);
  header.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, body.length & 0xff, body.length >> 8]);
  header.set(new TextEncoder().encode(body), fixed);
  return header;
}
