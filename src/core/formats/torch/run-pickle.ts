import * as l10n from '@vscode/l10n';
import { quoteName } from '../../bytes/quote.js';
import { CheckpointError, type Warning } from '../../errors.js';
import type { PickleInput } from './pickle/input.js';
import { PickleMachine } from './pickle/machine.js';
import { PickleProblem } from './pickle/problem.js';
import type { PickleValue } from './pickle/values.js';
import type { TorchMeaning } from './meaning.js';
import { downloadStopped } from '../problem.js';
import { walk, type Contents } from './walk.js';

const ADVICE: Partial<Record<CheckpointError['code'], () => string>> = {
  limit: () => l10n.t('no real checkpoint needs that much; if yours does, report it'),
  truncated: downloadStopped,
  unsupported: () => l10n.t('save the checkpoint again with torch.save'),
};

/** A problem of a pickle as a problem of its file. */
function pickleError(error: unknown, file: string, meaning: TorchMeaning): unknown {
  if (!(error instanceof PickleProblem)) return error;
  if (meaning.calls.size > 0) return hostile(file, meaning.calls, error.message);
  const advice = ADVICE[error.code]?.() ?? l10n.t('the file is damaged or no checkpoint; download or copy it again');
  return new CheckpointError(error.code, file, l10n.t('the pickle cannot be read: {0}', error.message), advice);
}

function joined(names: ReadonlySet<string>): string {
  const list = [...names];
  const last = list.pop() ?? '';
  return list.length === 0 ? last : l10n.t('{0} and {1}', list.join(', '), last);
}

/** The error for a pickle that does things in place of holding tensors. */
export function hostile(file: string, calls: ReadonlySet<string>, more: string | null = null): CheckpointError {
  const problem =
    more === null
      ? l10n.t('it holds no tensor but calls {0} when Python loads it', joined(calls))
      : l10n.t('it holds no tensor but calls {0} when Python loads it, and {1}', joined(calls), more);
  return new CheckpointError(
    'hostile',
    file,
    problem,
    l10n.t('QK Lens called nothing; do not load it in Python, delete it'),
  );
}

/** What to tell beside the tensors of a pickle. */
export function pickleWarnings(meaning: TorchMeaning, file: string, clash: string | null): Warning[] {
  const warnings: Warning[] = [];
  if (meaning.dangers.size > 0) {
    const message =
      meaning.calls.size > 0
        ? l10n.t(
            'Loaded in Python, {0} calls {1}. QK Lens called nothing; do not load this file in Python unless you know why.',
            file,
            joined(meaning.calls),
          )
        : l10n.t(
            'Loaded in Python, {0} names {1}. QK Lens called nothing; do not load this file in Python unless you know why.',
            file,
            joined(meaning.dangers),
          );
    warnings.push({ code: 'dangerous-pickle', message });
  }
  if (meaning.unread.size > 0) {
    const message = l10n.t(
      '{0} also holds tensors of kinds that are not read ({1}); they are left out.',
      file,
      joined(meaning.unread),
    );
    warnings.push({ code: 'tensors-left-out', message });
  }
  if (clash !== null) {
    const message = l10n.t('{0} has several tensors with the path {1}; the first is taken.', file, quoteName(clash));
    warnings.push({ code: 'same-path', message });
  }
  return warnings;
}

/**
 * Runs one pickle of a file that torch.save wrote.
 * @throws CheckpointError, or NeedsMoreBytes when the input has not got the whole pickle.
 */
export function runPickle(input: PickleInput, meaning: TorchMeaning, file: string): PickleValue {
  const machine = new PickleMachine(input, meaning);
  meaning.attach(machine);
  try {
    return machine.run();
  } catch (error) {
    throw pickleError(error, file, meaning);
  }
}

/**
 * The tensors and plain values of what a pickle holds.
 * @throws CheckpointError.
 */
export function contentsOf(root: PickleValue, meaning: TorchMeaning, file: string): Contents {
  try {
    return walk(root);
  } catch (error) {
    throw pickleError(error, file, meaning);
  }
}

/** Runs one pickle and goes through what it holds. */
export function readContents(input: PickleInput, meaning: TorchMeaning, file: string): Contents {
  return contentsOf(runPickle(input, meaning, file), meaning, file);
}
