import * as l10n from '@vscode/l10n';
import { quoteName } from '../bytes/quote.js';
import type { Setting } from '../tensors/tensor-index.js';
import type { ConfigView } from './config.js';
import type { Assumption } from './model.js';

/** Name of an architecture of timm, and where it stands. */
export interface ArchitectureName {
  readonly name: string;
  readonly from: 'config' | 'settings' | 'file-name';
}

/** Settings under which timm's training script saves it. */
const SETTINGS = ['arch', 'args.model'];

/** Architectures whose tensors are those of others: only such a name is taken from that of a file. */
const UNTOLD = /(?:vit_\w+_patch\d+_(?:rope|rpn)|vit_pe_(?:core|lang|spatial)|eva02_enormous)_\w+/u;

/** Longer names are none of an architecture. */
const MAX_NAME = 200;

/** The architecture as config.json says it, else what was saved beside the tensors, else the name of the file; null where none does. */
export function findArchitecture(
  file: string,
  config: ConfigView | null,
  settings: ReadonlyMap<string, Setting>,
): ArchitectureName | null {
  const said = config?.text('architecture') ?? null;
  if (said !== null) return { name: said, from: 'config' };
  for (const key of SETTINGS) {
    const value = settings.get(key);
    if (typeof value === 'string' && value.length <= MAX_NAME) return { name: value, from: 'settings' };
  }
  const [name] = UNTOLD.exec(file.slice(-MAX_NAME).toLowerCase()) ?? [];
  return name === undefined ? null : { name, from: 'file-name' };
}

/** What has to be said where only the name of the file tells the architecture. */
export function architectureAssumption(architecture: ArchitectureName | null): Assumption[] {
  if (architecture?.from !== 'file-name') return [];
  const text = l10n.t(
    "Taken for timm's {0}, as the file is named: its tensors are those of other models too, and nothing in it says more.",
    quoteName(architecture.name),
  );
  return [{ code: 'layout', text, choices: [], value: null }];
}
