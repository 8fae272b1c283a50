import type { Basis } from '../../core/analysis/figures.js';

/** Values of all settings, checked. */
export interface Settings {
  readonly basis: Basis;
  /** Globs of the files that the tree lists. */
  readonly include: readonly string[];
  /** Worker threads; 0 spares one processor of the machine. */
  readonly threads: number;
  readonly cacheEnabled: boolean;
  readonly codeLens: boolean;
  readonly gutter: boolean;
  readonly diagnostics: DiagnosticsLevel;
  /** The panel shows what the code under the cursor makes. */
  readonly followCursor: boolean;
  /** Paths of checkpoints by class, `file.py:Class` or name of a model. */
  readonly links: Readonly<Record<string, string>>;
}

/** How contradictions between code and checkpoint are shown. */
export type DiagnosticsLevel = 'off' | 'information' | 'warning';

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

const isLevel = (value: unknown): value is DiagnosticsLevel =>
  value === 'off' || value === 'information' || value === 'warning';

/** More links than anybody writes by hand. */
const MAX_LINKS = 200;

const isLinks = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).length <= MAX_LINKS &&
  Object.values(value).every((path) => typeof path === 'string');

/** Key in settings.json, default and check of each setting. */
export const SETTINGS: { readonly [Name in SettingName]: SettingRule<Settings[Name]> } = {
  basis: { key: 'qkLens.basis', fallback: 'folded', accepts: isBasis },
  include: {
    key: 'qkLens.checkpoints.include',
    fallback: [
      '**/*.{safetensors,pt,pth,ckpt,onnx,keras,gguf}',
      '**/*.safetensors.index.json',
      '**/pytorch_model*.bin',
      '**/{tf_model,*.weights}.h5',
      '**/flax_model*.msgpack',
      '**/*[vV][iI][tT]*.npz',
      '**/__0_0.distcp',
    ],
    accepts: isGlobList,
  },
  threads: { key: 'qkLens.threads', fallback: 0, accepts: isThreadCount },
  cacheEnabled: { key: 'qkLens.cache.enabled', fallback: true, accepts: isBoolean },
  codeLens: { key: 'qkLens.codeLens', fallback: true, accepts: isBoolean },
  gutter: { key: 'qkLens.gutter', fallback: false, accepts: isBoolean },
  diagnostics: { key: 'qkLens.diagnostics', fallback: 'information', accepts: isLevel },
  followCursor: { key: 'qkLens.followCursor', fallback: false, accepts: isBoolean },
  links: { key: 'qkLens.links', fallback: {}, accepts: isLinks },
};

/** The setting's value where it can be used, else its default. */
export function checkedSetting<Name extends SettingName>(name: Name, value: unknown): Settings[Name] {
  const rule = SETTINGS[name];
  return rule.accepts(value) ? value : rule.fallback;
}
