import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { quoteName } from '../../core/bytes/quote.js';
import { CheckpointError } from '../../core/errors.js';
import type { CheckpointPlace } from './checkpoint-folder.js';
import { asCheckpointError } from './system-error.js';

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
  'tf_model.h5',
  'flax_model.msgpack',
];
/** What PEFT writes: the change of a model, and not the model. */
const ADAPTERS = ['adapter_model.safetensors', 'adapter_model.bin'];
/** What torch.distributed.checkpoint writes beside its parts. */
const DISTRIBUTED = '.metadata';
/** Enough names in a sentence. */
const MAX_LISTED = 8;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_LISTED).map(quoteName).join(', ');
  return names.length > MAX_LISTED ? `${shown} and ${String(names.length - MAX_LISTED)} more` : shown;
}

function choose(folder: string, names: readonly string[]): string {
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
  if (only !== undefined) {
    throw new CheckpointError(
      'wrong-use',
      shown,
      `the folder holds several checkpoints: ${listed(candidates)}`,
      'choose one of them',
    );
  }
  if (weights.length > 0) {
    const problem = `the folder holds shards (${listed(weights)}) and no index that names them`;
    throw new CheckpointError(
      'missing-file',
      shown,
      problem,
      'get model.safetensors.index.json too, or open one shard',
    );
  }
  const found = names.length === 0 ? 'it is empty' : `it holds ${listed(names)}`;
  const advice =
    'choose a folder with a .safetensors, .pt, .pth, .ckpt, .onnx, .npz, .h5, .keras, .gguf or .msgpack file';
  throw new CheckpointError('not-a-checkpoint', shown, `the folder holds no weights: ${found}`, advice);
}

/**
 * The checkpoint that a person means by a path: a file, an index of shards, or a folder that holds one checkpoint.
 * @throws CheckpointError `missing-file`, `not-a-checkpoint` for a folder without weights, `wrong-use` for one with several.
 */
export async function resolveCheckpoint(path: string): Promise<CheckpointPlace> {
  return resolvePlace(path, choose);
}

/** The adapter that a person means by a path: what PEFT writes in a folder, else as a checkpoint. */
export async function resolveAdapter(path: string): Promise<CheckpointPlace> {
  return resolvePlace(path, (folder, names) => ADAPTERS.find((name) => names.includes(name)) ?? choose(folder, names));
}

/** The base model in the folder of an adapter; null where there is none, or not one alone. */
export async function baseBeside({ folder, name }: CheckpointPlace): Promise<CheckpointPlace | null> {
  if (!ADAPTERS.includes(name)) return null;
  try {
    return await resolvePlace(folder, (whole, names) =>
      choose(
        whole,
        names.filter((each) => !ADAPTERS.includes(each)),
      ),
    );
  } catch (error) {
    if (error instanceof CheckpointError) return null;
    throw error;
  }
}

async function resolvePlace(
  path: string,
  chosen: (folder: string, names: readonly string[]) => string,
): Promise<CheckpointPlace> {
  const whole = resolve(path);
  const name = basename(whole);
  try {
    if (!(await stat(whole)).isDirectory()) return { folder: dirname(whole), name };
    const names: string[] = [];
    for (const entry of await readdir(whole, { withFileTypes: true })) {
      if (entry.isFile() || (entry.isSymbolicLink() && (await pointsToFile(join(whole, entry.name)))))
        names.push(entry.name);
    }
    return { folder: whole, name: chosen(whole, names.sort()) };
  } catch (error) {
    throw asCheckpointError(error, quoteName(name === '' ? whole : name));
  }
}

async function pointsToFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
