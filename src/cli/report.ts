import { quoteName } from '../core/bytes/quote.js';
import type { Warning } from '../core/errors.js';
import type { Provenance } from '../core/export/analysis-json.js';
import type { Inspection } from '../host/engine/contract.js';
import { identityText } from '../host/engine/identity.js';
import type { CommandContext } from './context.js';

/** Where the result of a command comes from. */
export function provenance(
  context: CommandContext,
  command: string,
  { source, adapter }: Inspection,
  furtherBytesRead: number,
  warnings: readonly Warning[],
): Provenance {
  return {
    version: context.version,
    command,
    source: {
      path: source.path,
      format: source.format,
      sizeBytes: source.sizeBytes,
      bytesRead: source.bytesRead + furtherBytesRead,
      identity: identityText(source.identity),
    },
    warnings,
    ...(adapter === undefined ? {} : { adapter }),
    // Since the process began.
    totalMs: performance.now(),
  };
}

/** The warning of a file in which no attention was found. */
export function noAttention({ recognition, tensors, adapter, source }: Inspection): Warning[] {
  if (recognition.models.length > 0) return [];
  if (adapter?.applied === false) {
    const message = `No model to analyse in the adapter alone: give its base model, and say --adapter ${quoteName(source.path)}.`;
    return [{ code: 'no-attention', message }];
  }
  const looks = recognition.looksLike === null ? '' : `; the names look like ${recognition.looksLike}`;
  return [
    {
      code: 'no-attention',
      message: `No attention layers in this file: ${String(tensors.length)} tensors were read, and none form a query and key pair${looks}.`,
    },
  ];
}

/** Warnings on standard error, a line each. */
export function tellWarnings(warnings: readonly Warning[], quiet: boolean): void {
  if (quiet) return;
  for (const { message } of warnings) process.stderr.write(`qk-lens: ${message}\n`);
}
