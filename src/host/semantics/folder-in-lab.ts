import * as l10n from '@vscode/l10n';
import path from 'node:path';
import { CONCENTRATIONS } from '../../core/analysis/keypoints/concentration.js';
import type { Preprocessing } from '../../core/image/preprocess/preprocessing.js';
import type { ImageTasks, LabSubject } from '../../protocol/image-worker.js';
import { changedPreparation } from '../image-lab/measure-folder.js';
import { inputOfFile } from '../image-lab/model-input.js';
import type { ModelRunner } from '../image-lab/model-runner.js';
import type { OpenedModel } from '../image-lab/opened-model.js';
import { byLift, folderCsv, folderText, summaryLines } from './folder-text.js';
import { guidedMasksOfFolder } from './guided-masks.js';
import type { SemanticsModel } from './semantics-model.js';
import { semanticsFolderToJson, semanticsOverFolder } from './semantics-over-folder.js';

/** What runs over a folder in the panel's worker need. */
export interface FolderInLab {
  readonly opened: OpenedModel;
  readonly subject: LabSubject;
  readonly runner: ModelRunner;
  /** How pictures are prepared where that is not as the files say. */
  readonly changed: Preprocessing | null;
  readonly progress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

const [CONCENTRATION] = CONCENTRATIONS;

/** Off-object pieces of each picture whose effect is checked, and other places that each is compared with. */
const CHECKED = { candidates: 1, places: 20 };

/** Keypoint figures of the pictures of a folder, in a process of its own. @throws CheckpointError naming the folder where none can be used. */
export async function keypointsOverFolder(
  on: FolderInLab,
  { folder, mask, objectFromTokens, output, version }: ImageTasks['keypoints-folder']['params'],
): Promise<ImageTasks['keypoints-folder']['result']> {
  const { opened, subject, changed, progress, signal } = on;
  const wanted = {
    ...CHECKED,
    concentration: CONCENTRATION,
    mask,
    objectFromTokens,
    relevance: 'attention',
    prompt: null,
  } as const;
  const source = { version, files: subject.checkpoint.files };
  const over = { folder, size: null, stateFile: `${output}.partial.jsonl`, source };
  const found = await semanticsOverFolder(modelOf(on), over, wanted, progress, signal);
  const { results, skipped, resumed, summary } = found;
  return {
    text: folderText(path.basename(folder), { done: results.length, skipped }, summaryLines(summary)),
    csv: folderCsv(found),
    figures: semanticsFolderToJson(subject, folder, found),
    notes: [
      ...(changed === null ? opened.plan.assumed : [changedPreparation()]),
      ...(resumed === 0 ? [] : [l10n.t('{0} images were done by an earlier run.', resumed)]),
      ...found.warnings.map(({ message }) => message),
    ],
    bytesRead: found.bytesRead,
    images: byLift(results).map(({ name, result: { keypoints, significantHeads, spurious } }) => ({
      name,
      keypoints,
      significantHeads: significantHeads.length,
      offRatio: spurious?.offRatio ?? null,
      log2Lift: spurious?.log2Lift ?? null,
    })),
  };
}

/** Guided masks of the pictures of a folder, which need no run of the model. */
export async function guidedMasksInLab(
  on: FolderInLab,
  { folder, version, ...wanted }: ImageTasks['guided-masks']['params'],
): Promise<ImageTasks['guided-masks']['result']> {
  const model = modelOf(on);
  const at = { folder, size: null, version };
  const { masks, skipped } = await guidedMasksOfFolder(model, at, wanted, on.progress, on.signal);
  return { done: masks.images.length, skipped };
}

function modelOf({ opened, subject, runner, changed }: FolderInLab): SemanticsModel {
  const { file, forward, config } = opened;
  const preprocessing = changed ?? opened.plan.preprocessing;
  const plan = { ...opened.plan, preprocessing };
  return {
    name: file,
    model: subject.model,
    forward,
    plan,
    config,
    prepare: ({ image }) => inputOfFile(image ?? '', plan.from, preprocessing),
    session: (edits, size) => runner.separate(size, edits),
  };
}
