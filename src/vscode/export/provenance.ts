import type { Provenance } from '../../core/export/analysis-json.js';
import { identityText } from '../../host/engine/identity.js';
import type { Opened } from '../session/opened.js';

/** Where figures come from, as the JSON of the command line says it. @param bytesRead beside those of reading the checkpoint's structure. */
export function provenanceOf(
  { inspection }: Pick<Opened, 'inspection'>,
  { bytesRead, warnings, ...told }: Omit<Provenance, 'source'> & { readonly bytesRead: number },
): Provenance {
  const { source, adapter } = inspection;
  return {
    ...told,
    source: {
      path: source.path,
      format: source.format,
      sizeBytes: source.sizeBytes,
      bytesRead: source.bytesRead + bytesRead,
      identity: identityText(source.identity),
    },
    warnings: [...inspection.warnings, ...warnings],
    ...(adapter === undefined ? {} : { adapter }),
  };
}
