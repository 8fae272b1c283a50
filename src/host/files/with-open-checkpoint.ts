import * as l10n from '@vscode/l10n';
import { realpath } from 'node:fs/promises';
import { ADAPTER_CONFIG } from '../../core/adapters/adapter-config.js';
import { type Alphas, readAlphas } from '../../core/adapters/kohya-tensors.js';
import { mergeAdapter, settleOwnAdapter } from '../../core/adapters/merge-adapter.js';
import type { CheckpointFolder } from '../../core/bytes/byte-source.js';
import { quoteName } from '../../core/bytes/quote.js';
import { CheckpointError, type Warning } from '../../core/errors.js';
import { openCheckpoint } from '../../core/formats/open-checkpoint.js';
import type { TensorIndex } from '../../core/tensors/tensor-index.js';
import { andMore } from '../../core/text/lists.js';
import type { AdapterChoice, CheckpointFiles, FileState } from '../../protocol/worker.js';
import { type CheckpointPlace, openCheckpointFolder, type OpenFolder } from './checkpoint-folder.js';
import type { ReadCounter } from './file-source.js';
import { closeAll, closing } from './inspected-files.js';
import { type JsonBeside, readJsonBeside } from './json-beside.js';
import { baseBeside, resolveAdapter, resolveCheckpoint } from './resolve-checkpoint.js';

/** Enough names in a sentence. */
const MAX_OTHERS = 8;

/** A checkpoint, opened, with the adapter over it. */
interface OpenCheckpoint {
  readonly index: TensorIndex;
  /** What its configuration lies in: the folder of the base model. */
  readonly folder: CheckpointFolder;
  /** How to find its files again. */
  readonly checkpoint: CheckpointFiles;
}

/** What to open. */
interface Wanted {
  readonly path: string;
  readonly partial: boolean;
  readonly adapter: AdapterChoice | null;
}

/** A file of a checkpoint and the folder that it was opened from. */
interface Opened {
  readonly place: CheckpointPlace;
  readonly folder: OpenFolder;
  readonly index: TensorIndex;
}

/**
 * Opens a checkpoint, gives it to an action and closes it. An adapter is laid over it where a person names one, where the checkpoint holds it
 * itself, or where its base lies in the same folder; a path out of an adapter's configuration is never followed.
 */
export async function withOpenCheckpoint<Result>(
  { path, partial, adapter }: Wanted,
  counter: ReadCounter,
  action: (opened: OpenCheckpoint) => Promise<Result>,
): Promise<Result> {
  const folders: OpenFolder[] = [];
  const open = async (place: CheckpointPlace): Promise<Opened> => {
    const folder = openCheckpointFolder(place, counter);
    folders.push(folder);
    const index = await openCheckpoint(await folder.open(place.name), folder, { partial });
    return { place, folder, index: { ...index, warnings: [...index.warnings, ...chosenOfSeveral(place)] } };
  };
  return closing({ close: () => closeAll(folders) }, async () => {
    const own = await open(await resolveCheckpoint(path));
    const alpha = adapter?.alpha ?? null;
    if (adapter?.path != null) {
      return action(await merged(own, await open(await resolveAdapter(adapter.path)), alpha));
    }
    const config = await readJsonBeside(own.folder, ADAPTER_CONFIG);
    const index = withWarning(
      settleOwnAdapter({ index: own.index, config: config.value, alpha, alphas: await alphasOf(own) }),
      config,
    );
    if (index.adapter?.applied === false) {
      const whole = await mergedBeside(own, open, alpha);
      if (whole !== null) return action(whole);
    }
    const beside = index.adapter === undefined && config.value !== null ? [notApplied()] : [];
    return action({
      index: { ...index, warnings: [...index.warnings, ...beside] },
      folder: own.folder,
      checkpoint: { folder: own.place.folder, files: await states(own, index.files) },
    });
  });
}

async function merged(base: Opened, adapter: Opened, alpha: number | null): Promise<OpenCheckpoint> {
  const config = await readJsonBeside(adapter.folder, ADAPTER_CONFIG);
  const index = mergeAdapter(base.index, {
    index: adapter.index,
    config: config.value,
    alpha,
    alphas: await alphasOf(adapter),
  });
  const elsewhere = (await realpath(adapter.place.folder)) !== (await realpath(base.place.folder));
  const further = await states(adapter, adapter.index.files);
  const { folder } = adapter.place;
  return {
    index: withWarning(index, config),
    folder: base.folder,
    checkpoint: {
      folder: base.place.folder,
      files: [
        ...(await states(base, base.index.files)),
        ...(elsewhere ? further.map((state) => ({ ...state, folder })) : further),
      ],
    },
  };
}

/** An adapter over the base in its own folder; null where none is there that it fits. */
async function mergedBeside(
  adapter: Opened,
  open: (place: CheckpointPlace) => Promise<Opened>,
  alpha: number | null,
): Promise<OpenCheckpoint | null> {
  const base = await baseBeside(adapter.place);
  if (base === null) return null;
  try {
    return await merged(await open(base), adapter, alpha);
  } catch (error) {
    // Trainers put other weights beside adapters; a fault of the adapter itself has been told by then.
    if (error instanceof CheckpointError) return null;
    throw error;
  }
}

function alphasOf({ index, folder }: Opened): Promise<Alphas> {
  return readAlphas(index, (file) => folder.open(index.files[file] ?? ''));
}

function withWarning(index: TensorIndex, { warning }: JsonBeside): TensorIndex {
  return warning === null ? index : { ...index, warnings: [...index.warnings, warning] };
}

/** Names the checkpoint that was taken out of a folder, where others could have been. */
function chosenOfSeveral({ name, others = [] }: CheckpointPlace): Warning[] {
  if (others.length === 0) return [];
  const shown = others.slice(0, MAX_OTHERS).map(quoteName).join(', ');
  const message = l10n.t(
    'The folder holds several models, and {0} is shown. Open one of the others by its own path: {1}.',
    quoteName(name),
    andMore(shown, others.length - MAX_OTHERS),
  );
  return [{ code: 'one-of-several-files', message }];
}

function states({ folder }: Opened, names: readonly string[]): Promise<FileState[]> {
  return Promise.all(
    names.map(async (name) => {
      const { size, modifiedMs } = await folder.open(name);
      return { name, sizeBytes: size, modifiedMs };
    }),
  );
}

function notApplied(): Warning {
  const message = l10n.t(
    'An adapter lies beside these weights and is not merged in. To see the merged model, open the file of the adapter, or say --adapter on the command line.',
  );
  return { code: 'adapter-beside', message };
}
