import type { Basis } from '../../core/analysis/figures.js';

/** Values of all settings, checked. */
export interface Settings {
  readonly basis: Basis;
  /** Globs of the files that the tree lists. */
  readonly include: readonly string[];
  /** Worker threads; 0 spares one processor of the machine. */
  readonly threads: number;
  readonly cacheEnabled: boolean;
}

/** One of the extension's settings. */
export type SettingName = keyof Settings;

/** More threads than this only cost memory: a layer is the unit of work and few models have more. */
export const MAX_THREADS = 64;

/** More globs than anybody writes by hand; each one is matched against every file of the workspace. */
const MAX_GLOBS = 50;

interface SettingRule<Value> {
  readonly key: string;
  readonly fallback: Value;
  /** True when a value out of settings.json can be used. */
  accepts(value: unknown): value is Value;
}

const isBasis = (value: unknown): value is Basis => value === 'folded' || value === 'raw';

const isGlobList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length <= MAX_GLOBS && value.every((glob) => typeof glob === 'string' && glob !== '');

const isThreadCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_THREADS;

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';

/** Key in settings.json, default and check of each setting. */
export const SETTINGS: { readonly [Name in SettingName]: SettingRule<Settings[Name]> } = {
  basis: { key: 'qkLens.basis', fallback: 'folded', accepts: isBasis },
  include: {
    key: 'qkLens.checkpoints.include',
    fallback: ['**/*.{safetensors,pt,pth,ckpt}', '**/*.safetensors.index.json', '**/pytorch_model*.bin'],
    accepts: isGlobList,
  },
  threads: { key: 'qkLens.threads', fallback: 0, accepts: isThreadCount },
  cacheEnabled: { key: 'qkLens.cache.enabled', fallback: true, accepts: isBoolean },
};

/** The setting's value where it can be used, else its default. */
export function checkedSetting<Name extends SettingName>(name: Name, value: unknown): Settings[Name] {
  const rule = SETTINGS[name];
  return rule.accepts(value) ? value : rule.fallback;
}
