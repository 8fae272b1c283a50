import * as l10n from '@vscode/l10n';
import { setImmediate } from 'node:timers/promises';
import type { KeyVariant } from '../../core/analysis/image/patch-attention.js';
import type { Preprocessing } from '../../core/image/preprocess/preprocessing.js';
import type { LabSubject, MeasuredFolder } from '../../protocol/image-worker.js';
import type { ModelRunner } from './model-runner.js';
import type { OpenedModel } from './opened-model.js';
import { folderCsv, folderText } from './preference-folder-text.js';
import { pairedFolder, PreferenceOverFolder } from './preference-over-folder.js';
import { SizedSessions } from './sized-sessions.js';

/** Said where the pictures of a folder are not prepared as the files say. */
export const changedPreparation = (): string =>
  l10n.t('The images are prepared as was chosen for the image in the panel, not as the files say.');

/**
 * Attention preference of all layers and heads over the pictures of a folder that have masks, in a process of its own.
 * @param changed how pictures are prepared where that is not as the files say.
 * @throws CheckpointError naming the folder where none can be used.
 */
export async function measureFolder(
  { file, forward, plan }: OpenedModel,
  { model }: Pick<LabSubject, 'model'>,
  runner: ModelRunner,
  { folder, keys }: { readonly folder: string; readonly keys: KeyVariant },
  changed: Preprocessing | null,
  progress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<MeasuredFolder> {
  const paired = await pairedFolder(folder);
  const sessions = new SizedSessions((size) => runner.separate(size), signal);
  const measured = { name: file, forward, session: sessions.get.bind(sessions) };
  const layers = Array.from(model.layers.keys());
  const wanted = { layers, head: null, keys, labels: null };
  const preprocessing = changed ?? plan.preprocessing;
  const over = new PreferenceOverFolder(signal, measured, preprocessing, wanted);
  try {
    for (const [done, pair] of paired.pairs.entries()) {
      progress(done, paired.pairs.length);
      await setImmediate(undefined, { signal });
      await over.add(folder, pair);
    }
    const result = over.result(paired, folder);
    return {
      text: folderText(model.title, result),
      csv: folderCsv(result),
      figures: { model: model.name, keys, preprocessing, ...result },
      notes: [
        ...(changed === null ? plan.assumed : [changedPreparation()]),
        ...(sessions.first?.assumptions.map(({ text }) => text) ?? []),
        ...over.warnings.map(({ message }) => message),
      ],
      bytesRead: over.bytesRead,
    };
  } finally {
    await sessions.dispose();
  }
}
