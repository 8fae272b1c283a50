import { headToJson } from '../../core/export/analysis-json.js';
import type { CommandContext } from '../context.js';
import type { CommonOptions } from '../options.js';
import { print, writeJson } from '../output.js';
import { guidedMasksOfImage } from '../../host/semantics/guided-masks.js';
import { pictureSemantics } from '../../host/semantics/picture-semantics.js';
import { semanticsSessions } from '../../host/semantics/semantics-model.js';
import { createProgress } from '../progress.js';
import { provenance, tellWarnings } from '../report.js';
import { semanticsText } from '../text/semantics-text.js';
import { UsageError } from '../usage-error.js';
import type { ImageChoice } from '../../host/image-lab/model-input.js';
import { guidedMasksCommand, semanticsOfFolder } from './semantics-folder.js';
import { semanticsToJson } from './semantics-json.js';
import type { SemanticsOptions } from './semantics-options.js';
import { type VisionModel, withVisionModel } from './vision-model.js';
import { folderOf, isFolder } from './run-on-image-options.js';

/** `semantics FILE IMAGE`: what the patches hold by keypoints, and whether attention follows it; of a folder, its summary. */
export async function semanticsCommand(
  context: CommandContext,
  file: string,
  choice: ImageChoice,
  options: CommonOptions,
  wanted: SemanticsOptions,
): Promise<void> {
  const folder = await folderOf(choice);
  if (folder === null && wanted.csv !== null) throw new UsageError('--csv is for a folder of pictures');
  if (wanted.mask !== null && (await isFolder(wanted.mask)) !== (folder !== null)) {
    throw new UsageError('--mask takes a file for a picture, and a folder of masks for a folder of pictures');
  }
  await withVisionModel(context, file, options, async (vision) => {
    const { guidedMasks } = wanted;
    if (folder === null) await ofPicture(context, vision, choice, options, wanted);
    else if (guidedMasks === null)
      await semanticsOfFolder(context, vision, { folder, size: choice.size }, options, wanted);
    else await guidedMasksCommand(context, vision, { folder, size: choice.size }, options, guidedMasks);
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
  const told = progress.update.bind(progress);
  const sessions = semanticsSessions(vision, signal);
  const result = await pictureSemantics(vision, sessions, choice, wanted, wanted.mask, told, signal).finally(() =>
    progress.clear(),
  );
  const masks =
    wanted.guidedMasks === null ? null : await guidedMasksOfImage(vision, choice, wanted.guidedMasks, signal);
  const warnings = [...vision.warnings, ...result.warnings];
  if (options.json === null) {
    tellWarnings(warnings, options.quiet);
    await print(semanticsText(vision.model.title, result, masks));
    return;
  }
  const bytesRead = vision.bytesRead() + result.pass.bytesRead;
  const head = headToJson(provenance(context, 'semantics', vision.inspection, bytesRead, warnings));
  await writeJson(options.json, {
    ...head,
    timing: { ...head.timing, runMs: result.runMs },
    model: vision.model.name,
    ...semanticsToJson(result, wanted),
    ...(masks === null ? {} : { guidedMasks: masks }),
  });
}
