import { stat } from 'node:fs/promises';
import path from 'node:path';
import { quoteName } from '../../core/bytes/quote.js';
import { CheckpointError } from '../../core/errors.js';
import { headToJson } from '../../core/export/analysis-json.js';
import { changePreprocessing } from '../../core/image/preprocess/preprocessing.js';
import type { Size } from '../../core/image/preprocess/picture.js';
import { pairMasks } from '../../host/images/mask-pairs.js';
import type { CommandContext } from '../context.js';
import type { CommonOptions } from '../options.js';
import { print, writeJson } from '../output.js';
import { createProgress } from '../progress.js';
import { provenance, tellWarnings } from '../report.js';
import { folderText } from '../text/attention-folder-text.js';
import { type AttentionOptions, checkLayerAndHead } from './attention.js';
import { drawPreferenceCurves } from './attention-pictures.js';
import { PreferenceOverFolder } from './preference-over-folder.js';
import type { ImageChoice } from './run-on-image.js';
import { withVisionModel } from './vision-model.js';

/** The folder that is to be run on; null for a picture. */
export async function folderOf({ image }: ImageChoice): Promise<string | null> {
  if (image === null) return null;
  const facts = await stat(image).catch(() => null);
  return facts?.isDirectory() === true ? image : null;
}

/** `attention FILE FOLDER`: attention preference over the pictures of a folder that have masks. */
export async function attentionFolderCommand(
  context: CommandContext,
  file: string,
  { folder, size }: { readonly folder: string; readonly size: Size | null },
  options: CommonOptions,
  wanted: AttentionOptions,
): Promise<void> {
  const paired = await pairMasks(folder);
  if (paired.pairs.length === 0) {
    const problem = `no picture in it has a mask (${count(paired.imagesWithoutMask, 'picture')})`;
    const advice = 'name masks NAME_mask.png, or put them into a folder masks or annotations beside images';
    throw new CheckpointError('empty', quoteName(path.basename(path.resolve(folder))), problem, advice);
  }
  await withVisionModel(context, file, options, async (vision) => {
    const { plan, model, inspection } = vision;
    const preprocessing = size === null ? plan.preprocessing : changePreprocessing(plan.preprocessing, { size });
    const layers = wanted.layers ?? model.layers.map((_, index) => index);
    for (const layer of layers) checkLayerAndHead(model, layer, wanted.head);
    const over = new PreferenceOverFolder(context.signal, vision, preprocessing, layers, wanted);
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
    const warnings = [...vision.warnings, ...over.warnings];
    if (options.json === null) {
      tellWarnings(warnings, options.quiet);
      await print(folderText(model.title, result));
      return;
    }
    const head = headToJson(provenance(context, 'attention', inspection, over.bytesRead, warnings));
    await writeJson(options.json, { ...head, model: model.name, keys: wanted.keys, preprocessing, ...result });
  });
}

const count = (names: readonly string[], what: string): string =>
  `${names.length} ${what}${names.length === 1 ? '' : 's'}`;
