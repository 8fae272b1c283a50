import { CheckpointError, type ProblemCode } from '../../core/errors.js';
import type { Inspection } from '../../host/engine/contract.js';
import type { ProblemAction, ProblemPage } from '../../protocol/panel.js';
import { sentence } from './sentence.js';

const TITLES: Readonly<Record<ProblemCode, (file: string) => string>> = {
  empty: (file) => `${file} is empty.`,
  truncated: (file) => `${file} is cut short.`,
  malformed: (file) => `${file} is damaged.`,
  hostile: (file) => `${file} was refused.`,
  unsupported: (file) => `${file} is of a kind that is not read.`,
  'missing-file': (file) => `A part of ${file} is missing.`,
  'outside-folder': (file) => `${file} points outside its folder.`,
  changed: (file) => `${file} changed while it was read.`,
  'not-a-checkpoint': (file) => `${file} is not a checkpoint.`,
  limit: (file) => `${file} goes beyond a limit.`,
  unreadable: (file) => `${file} cannot be read.`,
  'wrong-use': (file) => `${file} cannot be analysed like this.`,
  'worker-stopped': (file) => `Reading ${file} stopped unexpectedly.`,
};

const COPY: ProblemAction = { action: 'copy-details', label: 'Copy details', primary: false };
const LOG: ProblemAction = { action: 'show-log', label: 'Show log', primary: false };
const RETRY: ProblemAction = { action: 'retry', label: 'Try again', primary: true };

/** Failures that may be gone at the next try. */
const PASSING: readonly ProblemCode[] = [
  'changed',
  'unreadable',
  'missing-file',
  'worker-stopped',
  'truncated',
  'empty',
];

/**
 * The page for a failure.
 * @param file name of the checkpoint, for failures that do not name a file.
 * @param wholeLayers layers that lie before the break of a file that is cut short.
 */
export function problemPage(error: unknown, file: string, wholeLayers: number): ProblemPage {
  return error instanceof CheckpointError ? checkpointPage(error, wholeLayers) : internalPage(error, file);
}

function checkpointPage(error: CheckpointError, wholeLayers: number): ProblemPage {
  const partial = error.code === 'truncated' && wholeLayers > 0;
  const range = wholeLayers === 1 ? 'layer 0' : `layers 0 to ${wholeLayers - 1}`;
  const lies = wholeLayers === 1 ? 'Layer 0 lies' : `Layers 0 to ${wholeLayers - 1} lie`;
  const show: ProblemAction = { action: 'show-partial', label: `Show ${range}`, primary: true };
  const actions = [
    ...(partial ? [show] : []),
    ...(PASSING.includes(error.code) ? [{ ...RETRY, primary: !partial }] : []),
    ...(error.code === 'worker-stopped' ? [LOG] : []),
    COPY,
  ];
  const advice = sentence(error.advice);
  return {
    code: error.code,
    title: TITLES[error.code](error.file),
    detail: sentence(error.problem),
    advice: partial ? `${advice} ${lies} before the break and can still be shown.` : advice,
    actions,
    remains: error.remains,
  };
}

/** The page for a fault of the program itself. */
function internalPage(error: unknown, file: string): ProblemPage {
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'unreadable',
    title: `QK Lens failed on ${file}.`,
    detail: sentence(message),
    advice: 'This is a fault of QK Lens, not of the file. The log has the details.',
    actions: [RETRY, LOG, COPY],
    remains: null,
  };
}

/** The page for a checkpoint without attention. */
export function noAttentionPage({ tensors, recognition }: Inspection): ProblemPage {
  const read =
    tensors.length === 1 ? '1 tensor was read, and none form' : `${tensors.length} tensors were read, and none form`;
  const looks = recognition.looksLike === null ? '' : ` The names look like ${recognition.looksLike}.`;
  return {
    code: 'no-attention',
    title: 'No attention layers in this file.',
    detail: `${read} a query and key pair.${looks}`,
    advice: 'If the attention has unusual names, say which tensors are query and key.',
    actions: [
      { action: 'name-tensors', label: 'Name the tensors...', primary: false },
      { action: 'list-tensors', label: 'List tensors', primary: false },
    ],
    remains: null,
  };
}

/** The page for a checkpoint of several models of which none is the obvious one. */
export function ambiguousPage({ recognition }: Inspection): ProblemPage {
  const names = recognition.models.map(({ name }) => name).join(', ');
  return {
    code: 'ambiguous',
    title: `This file holds ${recognition.models.length} models.`,
    detail: `They are ${names}, and none is the obvious one to show first.`,
    advice: 'The choice is remembered for this file.',
    actions: [{ action: 'pick-model', label: 'Choose a model...', primary: true }],
    remains: null,
  };
}

/** All that a page says, as text for a report to somebody else. */
export function problemDetails(page: ProblemPage): string {
  return [page.title, page.detail, page.advice, `Code: ${page.code}`].filter((line) => line !== '').join('\n');
}
