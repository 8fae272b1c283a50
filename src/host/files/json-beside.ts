import * as l10n from '@vscode/l10n';
import type { ByteSource, CheckpointFolder } from '../../core/bytes/byte-source.js';
import { groupDigits } from '../../core/bytes/quote.js';
import { CheckpointError, type Warning } from '../../core/errors.js';

/** A configuration file beside the weights; `value` is null where there is none or where `warning` says why not. */
export interface JsonBeside {
  readonly value: unknown;
  readonly warning: Warning | null;
}

/** A thousand times the usual config.json; one with the names of 20,000 classes has 1 MB. */
const MAX_JSON_BYTES = 8 * 2 ** 20;

/** Reads a small JSON file beside a checkpoint, or above the folder `onnx` of one, such as config.json; never fails, since figures do not need it. */
export async function readJsonBeside(folder: CheckpointFolder, name: string): Promise<JsonBeside> {
  try {
    const source = await openBeside(folder, name);
    if (source.size > MAX_JSON_BYTES) {
      return leftOut(name, l10n.t('it has {0} bytes, more than any configuration needs', groupDigits(source.size)));
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await source.read(0, source.size));
    const value: unknown = JSON.parse(text);
    return { value, warning: null };
  } catch (error) {
    if (error instanceof CheckpointError) {
      return error.code === 'missing-file' ? { value: null, warning: null } : leftOut(name, error.problem);
    }
    return leftOut(name, l10n.t('it is not JSON'));
  }
}

async function openBeside(folder: CheckpointFolder, name: string): Promise<ByteSource> {
  try {
    return await folder.open(name);
  } catch (error) {
    const isMissing = error instanceof CheckpointError && error.code === 'missing-file';
    if (!isMissing || folder.openAbove === undefined) throw error;
    return folder.openAbove(name);
  }
}

function leftOut(name: string, why: string): JsonBeside {
  return { value: null, warning: { code: 'json-left-out', message: l10n.t('{0} was not used: {1}', name, why) } };
}
