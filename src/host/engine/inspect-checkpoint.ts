import * as l10n from '@vscode/l10n';
import { createHash } from 'node:crypto';
import type { Recognition } from '../../core/model/model.js';
import { recognise } from '../../core/model/recognise.js';
import type { TensorEntry } from '../../core/tensors/tensor-index.js';
import type { WorkerTasks } from '../../protocol/worker.js';
import type { ReadCounter } from '../files/file-source.js';
import { readJsonBeside } from '../files/json-beside.js';
import { withOpenCheckpoint } from '../files/with-open-checkpoint.js';

/** Opens a checkpoint and recognises what is in it; no element is read. @throws CheckpointError saying why it cannot be opened. */
export async function inspectCheckpoint({
  path,
  options,
  partial,
  adapter,
}: WorkerTasks['inspect']['params']): Promise<WorkerTasks['inspect']['result']> {
  const counter: ReadCounter = { bytes: 0 };
  return withOpenCheckpoint({ path, partial, adapter: adapter ?? null }, counter, async (opened) => {
    const { index, folder, checkpoint } = opened;
    const config = await readJsonBeside(folder, 'config.json');
    const recognition = index.adapter?.applied === false ? noModels() : recognise(index, config.value, options);
    return {
      format: index.format,
      checkpoint,
      tensors: index.tensors,
      recognition,
      warnings: [...index.warnings, ...(config.warning === null ? [] : [config.warning]), ...recognition.warnings],
      ...(index.adapter === undefined ? {} : { adapter: index.adapter }),
      headerHash: headerHash(index.tensors),
      bytesRead: counter.bytes,
    };
  });
}

/** Of an adapter alone: its pieces are named as projections are, and are none. */
function noModels(): Recognition {
  return { models: [], defaults: [], others: [], looksLike: l10n.t('a LoRA adapter'), warnings: [] };
}

/** Tells one directory of tensors from another, without reading their elements. */
function headerHash(tensors: readonly TensorEntry[]): string {
  const hash = createHash('sha256');
  const add = ({ name, dtype, shape, file, offset, change }: TensorEntry): void => {
    hash.update(`${name}\0${dtype}\0${shape.join(',')}\0${String(file)}\0${String(offset)}\n`);
    if (change === undefined) return;
    hash.update(`${String(change.scale)}\0${String(change.transposed)}\n`);
    for (const part of [change.down, change.up, change.magnitude]) if (part !== undefined) add(part);
  };
  tensors.forEach(add);
  return hash.digest('hex');
}
