/** What readers look for beside a checkpoint, by name. */
const CONFIGURATIONS = ['config.json', 'preprocessor_config.json', 'open_clip_config.json', 'adapter_config.json'];

/** The folder in whose parent transformers.js keeps the configurations. */
const ONNX_FOLDER = 'onnx';

/** Of distributed checkpoints: which tensor lies in which part. */
const DISTRIBUTED = '.metadata';

/** Files that name the other files of their checkpoint. */
const TABLES = /\.index\.json$|\.onnx$|^\.metadata$/iu;

const ADAPTER = /^adapter_model\.(?:safetensors|bin)$/u;

/** A base model under these names beside an adapter is merged with it. */
const BASES = ['model.safetensors', 'pytorch_model.bin'];

/** Shorter names would be found in anything. */
const LEAST_NAME = 4;

/** Configurations that lie beside a file. @param beside names of all files of its folder. */
export function configurationsBeside(name: string, beside: readonly string[]): string[] {
  return CONFIGURATIONS.filter((one) => one !== name && beside.includes(one));
}

/** Configurations in the folder above; none but for an ONNX file that lies as transformers.js wants it. */
export function configurationsAbove(folder: string, name: string, above: readonly string[]): string[] {
  return isBelowConfiguration(folder, name) ? configurationsBeside(name, above) : [];
}

/** True where the folder above a file may hold its configuration. */
export function isBelowConfiguration(folder: string, name: string): boolean {
  return folder === ONNX_FOLDER && /\.onnx$/iu.test(name);
}

/** The file that names the others of a checkpoint; null for a checkpoint of one file. */
export function tableOf(name: string, beside: readonly string[]): string | null {
  if (TABLES.test(name)) return name;
  return /\.distcp$/iu.test(name) && beside.includes(DISTRIBUTED) ? DISTRIBUTED : null;
}

/** Other files of a folder whose names occur in the content of a table: shards, parts and external data. */
export function namedIn(table: Uint8Array, others: readonly string[]): string[] {
  const content = Buffer.from(table.buffer, table.byteOffset, table.byteLength);
  return others.filter((other) => other.length >= LEAST_NAME && content.includes(other));
}

/** Weights beside an adapter that are its base perhaps. */
export function basesBeside(name: string, beside: readonly string[]): string[] {
  return ADAPTER.test(name) ? BASES.filter((base) => beside.includes(base)) : [];
}
