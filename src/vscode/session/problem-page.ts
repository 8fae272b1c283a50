import { l10n } from 'vscode';
import { loneAdapterWords } from '../../core/adapters/adapter-words.js';
import { CheckpointError, type ProblemCode, type Warning } from '../../core/errors.js';
import type { AdapterFacts } from '../../core/tensors/tensor-index.js';
import type { Inspection } from '../../host/engine/contract.js';
import type { FileNote, ProblemAction, ProblemPage } from '../../protocol/panel.js';
import { BASE_REFUSED } from './opened.js';
import { sentence } from './sentence.js';

const TITLES: Readonly<Record<ProblemCode, (file: string) => string>> = {
  empty: (file) => l10n.t('{0} is empty.', file),
  truncated: (file) => l10n.t('{0} is cut short.', file),
  malformed: (file) => l10n.t('{0} is damaged.', file),
  hostile: (file) => l10n.t('{0} was refused.', file),
  unsupported: (file) => l10n.t('{0} is of a kind that is not read.', file),
  'missing-file': (file) => l10n.t('A part of {0} is missing.', file),
  'outside-folder': (file) => l10n.t('{0} points outside its folder.', file),
  changed: (file) => l10n.t('{0} changed while it was read.', file),
  'not-a-checkpoint': (file) => l10n.t('{0} is not a checkpoint.', file),
  limit: (file) => l10n.t('{0} goes beyond a limit.', file),
  unreadable: (file) => l10n.t('{0} cannot be read.', file),
  'wrong-use': (file) => l10n.t('{0} cannot be analysed like this.', file),
  'worker-stopped': (file) => l10n.t('Reading {0} stopped unexpectedly.', file),
};

const COPY: ProblemAction = { action: 'copy-details', label: l10n.t('Copy details'), primary: false };
const LOG: ProblemAction = { action: 'show-log', label: l10n.t('Show log'), primary: false };
const RETRY: ProblemAction = { action: 'retry', label: l10n.t('Try again'), primary: true };

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
  const [label, lies] =
    wholeLayers === 1
      ? [l10n.t('Show layer 0'), l10n.t('Layer 0 lies before the break and can still be shown.')]
      : [
          l10n.t('Show layers 0 to {0}', wholeLayers - 1),
          l10n.t('Layers 0 to {0} lie before the break and can still be shown.', wholeLayers - 1),
        ];
  const show: ProblemAction = { action: 'show-partial', label, primary: true };
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
    advice: partial ? `${advice} ${lies}` : advice,
    actions,
    remains: error.remains,
  };
}

/** The page for a fault of the program itself. */
function internalPage(error: unknown, file: string): ProblemPage {
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'unreadable',
    title: l10n.t('QK Lens failed on {0}.', file),
    detail: sentence(message),
    advice: l10n.t('This is a fault of QK Lens, not of the file. The log has the details.'),
    actions: [RETRY, LOG, COPY],
    remains: null,
  };
}

/** The page for a checkpoint in which there is nothing to show: an adapter without its base, or no attention. */
export function emptyPage(inspection: Inspection): ProblemPage {
  const { adapter } = inspection;
  return adapter?.applied === false ? adapterPage(adapter, inspection.warnings) : noAttentionPage(inspection);
}

function adapterPage(adapter: AdapterFacts, warnings: readonly Warning[]): ProblemPage {
  const { what, made } = loneAdapterWords(adapter);
  const refused = warnings.filter(({ code }) => code === BASE_REFUSED).map(({ message }) => message);
  return {
    code: 'adapter-alone',
    title: l10n.t('{0} is a LoRA adapter.', adapter.file),
    detail: [what, ...refused].join(' '),
    advice: `${made} ${l10n.t('The choice is remembered for this file.')}`,
    actions: [
      { action: 'choose-base', label: l10n.t('Choose the base checkpoint...'), primary: true },
      { action: 'list-tensors', label: l10n.t('List tensors'), primary: false },
    ],
    remains: null,
  };
}

function noAttentionPage({ tensors, recognition, warnings }: Inspection): ProblemPage {
  const read =
    tensors.length === 1
      ? l10n.t('1 tensor was read, and none form a query and key pair.')
      : l10n.t('{0} tensors were read, and none form a query and key pair.', tensors.length);
  const looks = recognition.looksLike === null ? [] : [l10n.t('The names look like {0}.', recognition.looksLike)];
  const adapters = warnings.filter(({ code }) => code === 'adapter-not-read').map(({ message }) => message);
  return {
    code: 'no-attention',
    title: l10n.t('No attention layers in this file.'),
    detail: [read, ...looks, ...adapters].join(' '),
    advice: l10n.t('If the attention has unusual names, say which tensors are query and key.'),
    actions: [
      { action: 'name-tensors', label: l10n.t('Name the tensors...'), primary: false },
      { action: 'list-tensors', label: l10n.t('List tensors'), primary: false },
    ],
    remains: null,
  };
}

/** The page for a checkpoint of several models of which none is the obvious one. */
export function ambiguousPage({ recognition }: Inspection): ProblemPage {
  const names = recognition.models.map(({ name }) => name).join(', ');
  return {
    code: 'ambiguous',
    title: l10n.t('This file holds {0} models.', recognition.models.length),
    detail: l10n.t('They are {0}, and none is the obvious one to show first.', names),
    advice: l10n.t('The choice is remembered for this file.'),
    actions: [{ action: 'pick-model', label: l10n.t('Choose a model...'), primary: true }],
    remains: null,
  };
}

/** All that a page says, as text for a report to somebody else. */
export function problemDetails(page: ProblemPage): string {
  return [page.title, page.detail, page.advice, `Code: ${page.code}`].filter((line) => line !== '').join('\n');
}

/** A note over figures of a file that is another one now. @param what became of it, as a sentence. */
export function changedNote(what: string): FileNote {
  return { kind: 'changed', text: `${what} ${l10n.t('Shown are the figures of the file before.')}` };
}
