import { headToJson } from '../../core/export/analysis-json.js';
import { changePreprocessing } from '../../core/image/preprocess/preprocessing.js';
import type { Size } from '../../core/image/preprocess/picture.js';
import { NO_EDITS } from '../../core/inference/edits.js';
import { folderText } from '../../host/image-lab/preference-folder-text.js';
import { pairedFolder, PreferenceOverFolder } from '../../host/image-lab/preference-over-folder.js';
import { SizedSessions } from '../../host/image-lab/sized-sessions.js';
import type { CommandContext } from '../context.js';
import type { CommonOptions } from '../options.js';
import { print, writeJson } from '../output.js';
import { createProgress } from '../progress.js';
import { provenance, tellWarnings } from '../report.js';
import { type AttentionOptions, checkLayerAndHead } from './attention.js';
import { drawPreferenceCurves } from './attention-pictures.js';
import { assumed } from './run-on-image.js';
import { withVisionModel } from './vision-model.js';

/** `attention FILE FOLDER`: attention preference over the pictures of a folder that have masks. */
export async function attentionFolderCommand(
  context: CommandContext,
  file: string,
  { folder, size }: { readonly folder: string; readonly size: Size | null },
  options: CommonOptions,
  wanted: AttentionOptions,
): Promise<void> {
  const paired = await pairedFolder(folder);
  await withVisionModel(context, file, options, async (vision) => {
    const { plan, model, inspection } = vision;
    const preprocessing = size === null ? plan.preprocessing : changePreprocessing(plan.preprocessing, { size });
    const layers = wanted.layers ?? model.layers.map((_, index) => index);
    for (const layer of layers) checkLayerAndHead(model, layer, wanted.head);
    const { head: only, keys, labels } = wanted;
    const sessions = new SizedSessions((own) => vision.session(NO_EDITS, own, true), context.signal);
    const measured = { name: vision.name, forward: vision.forward, session: sessions.get.bind(sessions) };
    const over = new PreferenceOverFolder(context.signal, measured, preprocessing, {
      layers,
      head: only,
      keys,
      labels,
    });
    const progress = createProgress(process.stderr, options.quiet);
    try {
      for (const [index, pair] of paired.pairs.entries()) {
        progress.update(index, paired.pairs.length, 'picture');
        await over.add(folder, pair);
      }
    } finally {
      progress.clear();
    }
    const result = over.result(paired, folder);
    if (wanted.svg !== null) await drawPreferenceCurves(wanted.svg, model.title, result);
    const loading = sessions.first === null ? [] : assumed(sessions.first);
    const warnings = [...vision.warnings, ...loading, ...over.warnings];
    if (options.json === null) {
      tellWarnings(warnings, options.quiet);
      await print(folderText(model.title, result));
      return;
    }
    const head = headToJson(provenance(context, 'attention', inspection, over.bytesRead, warnings));
    await writeJson(options.json, { ...head, model: model.name, keys: wanted.keys, preprocessing, ...result });
  });
}
