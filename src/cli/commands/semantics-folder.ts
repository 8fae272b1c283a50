import { headToJson } from '../../core/export/analysis-json.js';
import type { Size } from '../../core/image/preprocess/picture.js';
import { identityText } from '../../host/engine/identity.js';
import { forgetState, skippedWarnings } from '../../host/semantics/folder-run.js';
import { byLift, folderCsv, folderText, summaryLines } from '../../host/semantics/folder-text.js';
import { guidedMasksOfFolder, type GuidedMasksWish } from '../../host/semantics/guided-masks.js';
import { semanticsFolderToJson, semanticsOverFolder } from '../../host/semantics/semantics-over-folder.js';
import { fixed } from '../../core/text/numbers.js';
import type { CommandContext } from '../context.js';
import type { CommonOptions } from '../options.js';
import { print, writeJson, writeText } from '../output.js';
import { createProgress, type Progress } from '../progress.js';
import { provenance, tellWarnings } from '../report.js';
import type { SemanticsOptions } from './semantics-options.js';
import type { VisionModel } from './vision-model.js';

/** Pictures that are listed for reading; a file has all of them. */
const MOST_LISTED = 10;

/** `semantics FILE FOLDER`: a row a picture, and the summary over them. */
export async function semanticsOfFolder(
  context: CommandContext,
  vision: VisionModel,
  { folder, size }: { readonly folder: string; readonly size: Size | null },
  options: CommonOptions,
  wanted: SemanticsOptions,
): Promise<void> {
  const { signal, version } = context;
  const { model, inspection } = vision;
  const { csv, concentration, mask, objectFromTokens, relevance, candidates, places, prompt } = wanted;
  const wishes = { concentration, mask, objectFromTokens, relevance, candidates, places, prompt };
  const progress = createProgress(process.stderr, options.quiet);
  const output = options.json === null || options.json === '-' ? csv : options.json;
  const stateFile = output === null ? null : `${output}.partial.jsonl`;
  const source = { version, file: identityText(inspection.source.identity) };
  const over = { folder, size, stateFile, source };
  const found = await semanticsOverFolder(vision, over, wishes, told(progress), signal).finally(() => progress.clear());
  if (csv !== null) await writeText(csv, folderCsv(found));
  const warnings = [...vision.warnings, ...found.warnings];
  if (options.json === null) {
    tellWarnings(warnings, options.quiet);
    const listed = found.summary.spurious === undefined ? [] : byLift(found.results).slice(0, MOST_LISTED);
    const lines = listed.flatMap(({ name, result }) => {
      const lift = result.spurious?.log2Lift ?? null;
      return lift === null ? [] : [`${fixed(lift, 3).padStart(9)}  ${name}`];
    });
    await print(
      folderText(folder, { done: found.results.length, skipped: found.skipped }, [
        ...summaryLines(found.summary),
        ...lines,
      ]),
    );
  } else {
    const bytesRead = vision.bytesRead() + found.bytesRead;
    const head = headToJson(provenance(context, 'semantics', inspection, bytesRead, warnings));
    await writeJson(options.json, { ...head, ...semanticsFolderToJson({ model }, folder, found) });
  }
  await forgetState(stateFile);
}

/** `semantics FILE FOLDER --guided-masks FILE`: the archive alone; the model is not run. */
export async function guidedMasksCommand(
  context: CommandContext,
  vision: VisionModel,
  { folder, size }: { readonly folder: string; readonly size: Size | null },
  options: CommonOptions,
  wanted: GuidedMasksWish,
): Promise<void> {
  const { signal, version } = context;
  const progress = createProgress(process.stderr, options.quiet);
  const { masks, skipped, resumed } = await guidedMasksOfFolder(
    vision,
    { folder, size, version },
    wanted,
    told(progress),
    signal,
  ).finally(() => progress.clear());
  const warnings = [...vision.warnings, ...skippedWarnings(skipped)];
  const done = masks.images.length;
  if (options.json === null) {
    tellWarnings(warnings, options.quiet);
    await print(folderText(folder, { done, skipped }, [`chances to be masked are in ${masks.file}`]));
    return;
  }
  const head = headToJson(provenance(context, 'semantics', vision.inspection, vision.bytesRead(), warnings));
  const facts = { path: folder, images: done + skipped.length, done, resumed, skipped };
  await writeJson(options.json, { ...head, model: vision.model.name, folder: facts, guidedMasks: masks });
}

function told(progress: Progress): (done: number, total: number) => void {
  return (done, total) => progress.update(done, total, 'pictures done:');
}
