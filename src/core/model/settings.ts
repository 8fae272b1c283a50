import type { Setting } from '../tensors/tensor-index.js';
import { type ConfigView, viewRecord } from './config.js';

/** Plain values of a checkpoint that stand side by side, such as all under `config.MODEL.VIT`. */
export interface SettingsSection {
  readonly path: string;
  /** Keys are in small letters; entries with numbers for keys are joined to lists. */
  readonly view: ConfigView;
  /** Texts that stand under a key, with the key. */
  readonly texts: readonly (readonly [key: string, text: string])[];
}

/** Sections of the plain values that a training script saved beside its tensors. */
export function settingsSections(settings: ReadonlyMap<string, Setting>): SettingsSection[] {
  const sections = new Map<string, Map<string, Setting | Setting[]>>();
  const put = (section: string, key: string): Map<string, Setting | Setting[]> => {
    const values = sections.get(section) ?? new Map<string, Setting | Setting[]>();
    sections.set(section, values);
    if (!values.has(key)) values.set(key, []);
    return values;
  };
  for (const [path, value] of settings) {
    // GGUF puts the numbers of heads one level below the width that they belong to.
    const [section, key] = splitLast(path.replace(/\.attention\.(head_count(?:_kv)?)$/u, '.$1'));
    if (isNumber(key) && section !== '') {
      const [outer, name] = splitLast(section);
      const list = put(outer, name).get(name);
      if (Array.isArray(list) && Number(key) === list.length) list.push(value);
    } else put(section, key).set(key, value);
  }
  return [...sections].map(([path, values]) => ({
    path,
    view: viewRecord(smallLetters(values)),
    texts: [...values].flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : [])),
  }));
}

/** Nothing is inherited by the object, so that keys such as `__proto__` are keys. */
function smallLetters(values: ReadonlyMap<string, unknown>): Record<string, unknown> {
  return Object.fromEntries([...values].map(([key, value]) => [key.toLowerCase(), value]));
}

function splitLast(path: string): readonly [section: string, key: string] {
  const dot = path.lastIndexOf('.');
  return dot < 0 ? ['', path] : [path.slice(0, dot), path.slice(dot + 1)];
}

function isNumber(key: string): boolean {
  return /^\d{1,5}$/.test(key);
}
