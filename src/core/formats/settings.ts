import { MAX_SETTINGS, type Setting } from '../tensors/tensor-index.js';

/** Longer texts are prose, code or nested JSON, nothing that recognition reads. */
const MAX_CHARACTERS = 2_000;

/** Puts a plain value under its dotted path; what is too long or too much is left out. */
export function addSetting(settings: Map<string, Setting>, path: string, value: Setting): void {
  if (settings.size >= MAX_SETTINGS || path.length > MAX_CHARACTERS) return;
  if (typeof value === 'string' && value.length > MAX_CHARACTERS) return;
  settings.set(path, value);
}
