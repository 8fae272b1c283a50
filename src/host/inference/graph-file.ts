import * as l10n from '@vscode/l10n';
import { quoteName } from '../../core/bytes/quote.js';
import { withoutWeights } from '../../core/formats/onnx/without-weights.js';
import { notRunnable } from '../../core/inference/not-runnable.js';
import type { OpenFiles } from './open-files.js';
import { weightFolder } from './weight-files.js';

/** A model as the runtime takes it. */
interface GraphFile {
  readonly model: Uint8Array;
  /** Folder that the places of its weights are relative to. */
  readonly folder: string;
}

/**
 * The graph of an ONNX file with something written behind it; its weights stay in their files, links resolved.
 * @param files names of the files as the model names them, its own first.
 * @throws CheckpointError `unsupported` for weights that lie on another drive than the model.
 */
export async function graphFile(
  addition: Uint8Array,
  files: readonly string[],
  { sourceOf, paths }: OpenFiles,
): Promise<GraphFile> {
  const { folder, locationOf } = await weightFolder(paths, null);
  const graph = await withoutWeights(await sourceOf(0), (name) => {
    const index = name === null ? 0 : files.indexOf(name.replace(/^(\.\/)+/u, ''));
    const location = locationOf(index);
    if (location !== null) return location;
    const why = l10n.t('its weights {0} lie on another drive', quoteName(name ?? ''));
    throw notRunnable(files[0] ?? '', why, l10n.t('all files on one drive'));
  });
  const model = new Uint8Array(graph.length + addition.length);
  model.set(graph);
  model.set(addition, graph.length);
  return { model, folder };
}
