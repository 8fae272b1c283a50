import * as vscode from 'vscode';
import { quoteName } from '../../core/bytes/quote.js';
import { CheckpointError } from '../../core/errors.js';
import { byteSize } from '../../core/text/bytes.js';

/** A copy that is there before this needs no word. */
const PATIENCE_MS = 500;

/** Copies a file; hears of its cancellation and tells how far it is. */
type Copying<Result> = (signal: AbortSignal, told: (bytes: number) => void) => Promise<Result>;

/**
 * Says that a file is copied, with the way to end that, when it takes a while.
 * @param bytes of the whole.
 * @throws CheckpointError when the person ends it; `AbortError` when the signal fires.
 */
export async function withCopyProgress<Result>(
  name: string,
  bytes: number,
  signal: AbortSignal,
  copying: Copying<Result>,
): Promise<Result> {
  const stop = new AbortController();
  const forward = (): void => stop.abort(signal.reason);
  if (signal.aborted) forward();
  signal.addEventListener('abort', forward);
  let done = 0;
  let report = (): void => undefined;
  const work = copying(stop.signal, (now) => {
    done = now;
    report();
  });
  const settled = work.then(
    () => undefined,
    () => undefined,
  );
  const timer = setTimeout(() => {
    const title = vscode.l10n.t('QK Lens: copying {0}', quoteName(name));
    const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title };
    void vscode.window.withProgress(options, (progress, token) => {
      token.onCancellationRequested(() => stop.abort(cancelled(name, done, bytes)));
      let before = 0;
      report = () => {
        const message = vscode.l10n.t('{0} of {1}', byteSize(done), byteSize(bytes));
        progress.report({ message, increment: (100 * (done - before)) / Math.max(1, bytes) });
        before = done;
      };
      report();
      return settled;
    });
  }, PATIENCE_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', forward);
  }
}

function cancelled(name: string, done: number, bytes: number): CheckpointError {
  const problem = vscode.l10n.t('copying it was cancelled after {0} of {1}', byteSize(done), byteSize(bytes));
  return new CheckpointError('unreadable', quoteName(name), problem, vscode.l10n.t('try again to show it'));
}
