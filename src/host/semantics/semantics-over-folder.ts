import * as l10n from '@vscode/l10n';
import path from 'node:path';
import { CheckpointError, type Warning } from '../../core/errors.js';
import { asFields } from '../../core/image/preprocess/config/checked.js';
import { checkWhole } from '../../core/inference/layer-shapes.js';
import type { Size } from '../../core/image/preprocess/picture.js';
import { readPicture } from '../image-lab/picture-source.js';
import { type FolderOutcome, runFolder, skippedWarnings } from './folder-run.js';
import { folderSummary, type FolderSummary, type PictureRow } from './folder-summary.js';
import { type PictureSemantics, pictureSemantics } from './picture-semantics.js';
import { type SemanticsModel, semanticsSessions, type SemanticsWishes } from './semantics-model.js';

/** A folder of pictures that is to be analysed. */
export interface SemanticsFolder {
  readonly folder: string;
  /** Exact size of the inputs, in place of what the configuration says. */
  readonly size: Size | null;
  /** Where finished pictures are kept until all are done; null: nowhere. */
  readonly stateFile: string | null;
  /** Tells this checkpoint and this version of the program from others. */
  readonly source: unknown;
}

/** The analysis of a folder. */
export interface SemanticsOverFolder extends FolderOutcome<PictureRow> {
  readonly summary: FolderSummary;
  /** Of the folder as a whole; those of its pictures are in their rows. */
  readonly warnings: readonly Warning[];
  readonly bytesRead: number;
}

/**
 * The keypoint analysis of all pictures of a folder, of one class perhaps, and the summary over them.
 * @throws CheckpointError as `runFolder` does; `AbortError` when the signal fires.
 */
export async function semanticsOverFolder(
  subject: SemanticsModel,
  { folder, size, stateFile, source }: SemanticsFolder,
  wanted: SemanticsWishes,
  progress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<SemanticsOverFolder> {
  checkWhole(subject.forward, subject.name, l10n.t('how attention follows keypoints'));
  const sessions = semanticsSessions(subject, signal);
  const { mask } = wanted;
  const maskOf = mask === null ? null : (name: string): string => maskPath(mask, name);
  let bytesRead = 0;
  try {
    const outcome = await runFolder<PictureRow>({
      folder,
      stateFile,
      key: { source, model: subject.model.name, plan: subject.plan, size, wanted },
      beside: maskOf,
      isResult: isRow,
      each: async (picture) => {
        const choice = { image: picture.path, pixels: null, size };
        const own = maskOf?.(picture.name) ?? null;
        if (own !== null) await checkMask(own);
        const found = await pictureSemantics(subject, sessions, choice, wanted, own, () => undefined, signal);
        bytesRead += found.pass.bytesRead;
        return rowOf(found);
      },
      progress,
      signal,
    });
    const summary = folderSummary(outcome.results.map(({ result }) => result));
    return { ...outcome, summary, warnings: skippedWarnings(outcome.skipped), bytesRead };
  } finally {
    await sessions.dispose();
  }
}

/** The analysis of a folder as JSON values. */
export function semanticsFolderToJson(
  { model }: Pick<SemanticsModel, 'model'>,
  folder: string,
  { results, skipped, resumed, summary }: SemanticsOverFolder,
) {
  return {
    model: model.name,
    folder: { path: folder, images: results.length + skipped.length, done: results.length, resumed, skipped },
    images: results.map(({ name, result }) => ({ name, ...result })),
    summary,
  };
}

/** The mask of a picture: a PNG of the same name in the folder of masks. */
function maskPath(folder: string, name: string): string {
  return path.join(folder, ...`${name.replace(/\.[^.]+$/u, '')}.png`.split('/'));
}

/** Masks have the names of their pictures: what is wrong with one is told apart from what is wrong with its picture. */
async function checkMask(file: string): Promise<void> {
  try {
    await readPicture({ kind: 'file', path: file });
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw new CheckpointError('malformed', l10n.t('its mask {0}', error.file), error.problem, error.advice);
  }
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

/** What this program has written before; the key of the run vouches for the rest. */
function isRow(value: unknown): value is PictureRow {
  const fields = asFields(value);
  if (fields === null) return false;
  return ['interrelation', 'significantHeads', 'warnings', 'grid'].every((name) => Array.isArray(fields[name]));
}
