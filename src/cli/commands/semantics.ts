import { stat } from 'node:fs/promises';
import { headToJson } from '../../core/export/analysis-json.js';
import type { CommandContext } from '../context.js';
import type { CommonOptions } from '../options.js';
import { print, writeJson } from '../output.js';
import { createProgress } from '../progress.js';
import { provenance, tellWarnings } from '../report.js';
import { semanticsText } from '../text/semantics-text.js';
import { UsageError } from '../usage-error.js';
import type { ImageChoice } from './run-on-image.js';
import { semanticsOfFolder } from './semantics-folder.js';
import { semanticsToJson } from './semantics-json.js';
import { guidedMasksOfFolder, guidedMasksOfImage } from './semantics-masks.js';
import type { SemanticsOptions } from './semantics-options.js';
import { pictureSemantics } from './semantics-picture.js';
import { SessionOfSize } from './semantics-run.js';
import { type VisionModel, withVisionModel } from './vision-model.js';

/** `semantics FILE IMAGE`: what the patches hold by keypoints, and whether attention follows it; of a folder, its summary. */
export async function semanticsCommand(
  context: CommandContext,
  file: string,
  choice: ImageChoice,
  options: CommonOptions,
  wanted: SemanticsOptions,
): Promise<void> {
  const folder = choice.image !== null && (await isFolder(choice.image)) ? choice.image : null;
  if (wanted.mask !== null && (await isFolder(wanted.mask)) !== (folder !== null)) {
    throw new UsageError('--mask takes a file for a picture, and a folder of masks for a folder of pictures');
  }
  await withVisionModel(context, file, options, async (vision) => {
    if (folder === null) await ofPicture(context, vision, choice, options, wanted);
    else if (wanted.guidedMasks === null)
      await semanticsOfFolder(context, vision, folder, choice.size, options, wanted);
    else await guidedMasksOfFolder(context, vision, folder, choice.size, options, wanted, wanted.guidedMasks);
  });
}

async function ofPicture(
  context: CommandContext,
  vision: VisionModel,
  choice: ImageChoice,
  options: CommonOptions,
  wanted: SemanticsOptions,
): Promise<void> {
  const { signal } = context;
  const progress = createProgress(process.stderr, options.quiet);
  const sessions = new SessionOfSize(vision);
  const result = await pictureSemantics(vision, sessions, choice, wanted, wanted.mask, progress, signal).finally(() =>
    progress.clear(),
  );
  const masks =
    wanted.guidedMasks === null ? null : await guidedMasksOfImage(vision, choice, wanted, wanted.guidedMasks, signal);
  const warnings = [...vision.warnings, ...result.warnings];
  if (options.json === null) {
    tellWarnings(warnings, options.quiet);
    await print(semanticsText(vision.model.title, result, masks));
    return;
  }
  const head = headToJson(provenance(context, 'semantics', vision.inspection, vision.bytesRead(), warnings));
  await writeJson(options.json, {
    ...head,
    timing: { ...head.timing, runMs: result.runMs },
    model: vision.model.name,
    ...semanticsToJson(result, wanted),
    ...(masks === null ? {} : { guidedMasks: masks }),
  });
}

async function isFolder(path: string): Promise<boolean> {
  // What is not there is told by whoever opens it.
  return stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}
