import path from 'node:path';
import { headToJson } from '../../core/export/analysis-json.js';
import type { Warning } from '../../core/errors.js';
import { asFields } from '../../core/image/preprocess/config/checked.js';
import type { Size } from '../../core/image/preprocess/picture.js';
import { identityText } from '../../host/engine/identity.js';
import type { CommandContext } from '../context.js';
import type { CommonOptions } from '../options.js';
import { print, writeJson } from '../output.js';
import { createProgress } from '../progress.js';
import { provenance, tellWarnings } from '../report.js';
import { folderText, summaryLines } from '../text/semantics-text.js';
import { forgetState, runFolder, type SkippedPicture } from './folder-run.js';
import type { SemanticsOptions } from './semantics-options.js';
import { type PictureSemantics, pictureSemantics } from './semantics-picture.js';
import { SessionOfSize } from './semantics-run.js';
import { folderSummary, type PictureRow } from './semantics-summary.js';
import type { VisionModel } from './vision-model.js';

/** `semantics FILE FOLDER`: a row a picture, and the summary over them. */
export async function semanticsOfFolder(
  context: CommandContext,
  vision: VisionModel,
  folder: string,
  size: Size | null,
  options: CommonOptions,
  wanted: SemanticsOptions,
): Promise<void> {
  const { signal, version } = context;
  const sessions = new SessionOfSize(vision);
  const progress = createProgress(process.stderr, options.quiet);
  const stateFile = options.json === null || options.json === '-' ? null : `${options.json}.partial.jsonl`;
  const { model, plan, inspection } = vision;
  const { results, skipped, resumed } = await runFolder<PictureRow>({
    folder,
    stateFile,
    key: { version, source: identityText(inspection.source.identity), model: model.name, plan, size, wanted },
    isResult: isRow,
    each: async (picture) => {
      const mask = wanted.mask === null ? null : maskOf(wanted.mask, picture.name);
      const choice = { image: picture.path, pixels: null, size };
      return rowOf(await pictureSemantics(vision, sessions, choice, wanted, mask, SILENT, signal));
    },
    progress,
    signal,
  }).finally(() => progress.clear());
  const summary = folderSummary(results.map(({ result }) => result));
  const warnings = [...vision.warnings, ...skippedWarnings(skipped)];
  if (options.json === null) {
    tellWarnings(warnings, options.quiet);
    await print(folderText(folder, results.length, skipped, summaryLines(summary, results)));
    return;
  }
  const head = headToJson(provenance(context, 'semantics', inspection, vision.bytesRead(), warnings));
  await writeJson(options.json, {
    ...head,
    model: model.name,
    folder: { path: folder, images: results.length + skipped.length, done: results.length, resumed, skipped },
    images: results.map(({ name, result }) => ({ name, ...result })),
    summary,
  });
  await forgetState(stateFile);
}

const SILENT = { update: () => undefined };

/** The mask of a picture: a PNG of the same name in the folder of masks. */
function maskOf(folder: string, name: string): string {
  return path.join(folder, ...`${name.replace(/\.[^.]+$/u, '')}.png`.split('/'));
}

function rowOf({ grid, keypoints, pass, spurious, prompting, warnings }: PictureSemantics): PictureRow {
  return {
    grid,
    keypoints,
    interrelation: pass.layers.map(({ heads }) =>
      heads.map((head) => ({ w: head.interrelation?.w ?? null, deviations: head.interrelation?.deviations ?? null })),
    ),
    significantHeads: pass.significantHeads,
    ...(spurious === null ? {} : { spurious }),
    ...(prompting === null ? {} : { prompting }),
    warnings,
  };
}

/** One line for each picture that was skipped. */
export function skippedWarnings(skipped: readonly SkippedPicture[]): Warning[] {
  return skipped.map(({ name, problem }) => ({ code: 'picture-skipped', message: `${name} was skipped: ${problem}.` }));
}

/** What this program has written before; the key of the run vouches for the rest. */
function isRow(value: unknown): value is PictureRow {
  const fields = asFields(value);
  if (fields === null) return false;
  return ['interrelation', 'significantHeads', 'warnings', 'grid'].every((name) => Array.isArray(fields[name]));
}
