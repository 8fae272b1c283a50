/** What was dropped or pasted: a file's bytes can be read, or only an address is known. */
export type Dropped = { readonly kind: 'file'; readonly file: File } | { readonly kind: 'uri'; readonly uri: string };

/** The first file or address of a drop or of the clipboard; null when there is neither. Comments of a list of addresses are left out. */
export function firstDropped(data: DataTransfer | null): Dropped | null {
  const file = data?.files[0];
  if (file !== undefined) return { kind: 'file', file };
  const uri = firstUri(data?.getData('text/uri-list') ?? '');
  return uri === null ? null : { kind: 'uri', uri };
}

/** The first address of a list (RFC 2483); null when it holds none. */
export function firstUri(list: string): string | null {
  return (
    list
      .split(/\r?\n/)
      .map((line) => line.trim())
      .find((line) => line !== '' && !line.startsWith('#')) ?? null
  );
}

/** True for a drag that may hold a picture; what it holds is told only when it is dropped. */
export function mayDrop(data: DataTransfer | null): boolean {
  return data !== null && (data.types.includes('Files') || data.types.includes('text/uri-list'));
}
