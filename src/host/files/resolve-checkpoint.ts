import * as l10n from '@vscode/l10n';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { quoteName } from '../../core/bytes/quote.js';
import { CheckpointError } from '../../core/errors.js';
import type { CheckpointPlace } from './checkpoint-folder.js';
import { asCheckpointError } from './system-error.js';
import { bestExport, innerFolder } from './well-known-folders.js';
import { andMore } from '../../core/text/lists.js';

const WEIGHTS = /\.(safetensors|pt|pth|ckpt|bin|onnx|keras|gguf)$/iu;
/** Ends of names that also stand for results and data; they count where there is nothing else. */
const SHARED = /\.(npz|h5|hdf5|msgpack)$/iu;
const INDEX = /\.(safetensors|bin)\.index\.json$/iu;
const SHARD = /-\d+-of-\d+\.(safetensors|bin)$/iu;
/** What trainers save beside the weights. */
const NO_MODEL = /^(optimizer|scheduler|scaler|training_args|random_states|rng_state)([._-]|$)/iu;
/** In the order in which Transformers itself looks for them. */
const WELL_KNOWN = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
  'diffusion_pytorch_model.safetensors',
  'diffusion_pytorch_model.safetensors.index.json',
  'diffusion_pytorch_model.bin',
  'tf_model.h5',
  'flax_model.msgpack',
];
/** What PEFT writes: the change of a model, and not the model. */
const ADAPTERS = ['adapter_model.safetensors', 'adapter_model.bin'];
/** What torch.distributed.checkpoint writes beside its parts. */
const DISTRIBUTED = '.metadata';
/** Enough names in a sentence. */
const MAX_LISTED = 8;
/** Folders in folders: the cache of the hub, and the export in its snapshot. */
const MAX_DEPTH = 2;

/** The one checkpoint among the names of the files of a folder. */
type Choose = (folder: string, names: readonly string[]) => string;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_LISTED).map(quoteName).join(', ');
  return andMore(shown, names.length - MAX_LISTED);
}

/**
 * The one checkpoint among the names of the files of a folder.
 * @throws CheckpointError `not-a-checkpoint` where there is none, `wrong-use` where there are several, `missing-file` for shards alone.
 */
export function chooseCheckpoint(folder: string, names: readonly string[]): string {
  const known = WELL_KNOWN.find((name) => names.includes(name));
  if (known !== undefined) return known;
  const shown = basename(folder);
  if (names.includes(DISTRIBUTED) && names.some((name) => /\.distcp$/iu.test(name))) return DISTRIBUTED;
  const own = names.filter((name) => WEIGHTS.test(name) && !NO_MODEL.test(name));
  const isClear = own.length > 0 || names.some((name) => INDEX.test(name));
  const weights = isClear ? own : names.filter((name) => SHARED.test(name) && !NO_MODEL.test(name));
  const candidates = [...weights.filter((name) => !SHARD.test(name)), ...names.filter((name) => INDEX.test(name))];
  const [only, ...others] = candidates;
  if (only !== undefined && others.length === 0) return only;
  const exported = bestExport(candidates);
  if (exported !== null) return exported;
  if (only !== undefined) {
    throw new CheckpointError(
      'wrong-use',
      shown,
      l10n.t('the folder holds several checkpoints: {0}', listed(candidates)),
      l10n.t('choose one of them'),
    );
  }
  if (weights.length > 0) {
    const problem = l10n.t('the folder holds shards ({0}) and no index that names them', listed(weights));
    throw new CheckpointError(
      'missing-file',
      shown,
      problem,
      l10n.t('get model.safetensors.index.json too, or open one shard'),
    );
  }
  const found = names.length === 0 ? l10n.t('it is empty') : l10n.t('it holds {0}', listed(names));
  const advice = l10n.t(
    'choose a folder with a .safetensors, .pt, .pth, .ckpt, .onnx, .npz, .h5, .keras, .gguf or .msgpack file',
  );
  throw new CheckpointError('not-a-checkpoint', shown, l10n.t('the folder holds no weights: {0}', found), advice);
}

/**
 * The checkpoint that a person means by a path: a file, an index of shards, or a folder that holds one checkpoint, be it in a folder where
 * those who save in several folders put it.
 * @throws CheckpointError `missing-file`, `not-a-checkpoint` for a folder without weights, `wrong-use` for one with several.
 */
export async function resolveCheckpoint(path: string): Promise<CheckpointPlace> {
  return resolvePlace(path, chooseCheckpoint);
}

/** The adapter that a person means by a path: what PEFT writes in a folder, else as a checkpoint. */
export async function resolveAdapter(path: string): Promise<CheckpointPlace> {
  return resolvePlace(
    path,
    (folder, names) => ADAPTERS.find((name) => names.includes(name)) ?? chooseCheckpoint(folder, names),
  );
}

/** The base model in the folder of an adapter; null where there is none, or not one alone. */
export async function baseBeside({ folder, name }: CheckpointPlace): Promise<CheckpointPlace | null> {
  if (!ADAPTERS.includes(name)) return null;
  try {
    return await resolvePlace(folder, (whole, names) =>
      chooseCheckpoint(
        whole,
        names.filter((each) => !ADAPTERS.includes(each)),
      ),
    );
  } catch (error) {
    if (error instanceof CheckpointError) return null;
    throw error;
  }
}

async function resolvePlace(path: string, chosen: Choose, depth = 0): Promise<CheckpointPlace> {
  const whole = resolve(path);
  const name = basename(whole);
  try {
    if (!(await stat(whole)).isDirectory()) return { folder: dirname(whole), name };
    const { files, folders } = await namesIn(whole);
    const found = placeIn(whole, files, chosen);
    if (!(found instanceof CheckpointError)) return found;
    const inner =
      found.code === 'not-a-checkpoint' && depth < MAX_DEPTH ? await innerFolder(whole, files, folders) : null;
    if (inner === null) throw found;
    const place = await resolvePlace(join(whole, inner.name), chosen, depth + 1);
    const others = [...(place.others ?? []).map((each) => `${inner.name}/${each}`), ...inner.others];
    return others.length === 0 ? place : { ...place, others };
  } catch (error) {
    throw asCheckpointError(error, quoteName(name === '' ? whole : name));
  }
}

/** The checkpoint among the files of a folder, or why there is none. */
function placeIn(folder: string, files: readonly string[], chosen: Choose): CheckpointPlace | CheckpointError {
  try {
    const name = chosen(folder, files);
    const others = bestExport([name]) === null ? [] : files.filter((each) => each !== name && /\.onnx$/iu.test(each));
    return others.length === 0 ? { folder, name } : { folder, name, others };
  } catch (error) {
    if (error instanceof CheckpointError) return error;
    throw error;
  }
}

async function namesIn(folder: string): Promise<{ files: string[]; folders: string[] }> {
  const [files, folders]: [string[], string[]] = [[], []];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) folders.push(entry.name);
    else if (entry.isFile() || (entry.isSymbolicLink() && (await pointsToFile(join(folder, entry.name)))))
      files.push(entry.name);
  }
  return { files: files.sort(), folders: folders.sort() };
}

async function pointsToFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
