import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import type { FileNote, ModelCard } from '../../src/protocol/panel.js';
import { Button } from '../lib/controls.js';
import { layersDone, type Run } from '../state/run.js';
import { usePanel } from './context.js';
import { Note, Words } from './Note.js';

/** What became of the file since its figures were computed. */
export function FileNotice({ note }: { readonly note: FileNote }): JSX.Element {
  const { host } = usePanel();
  return (
    <Note kind="warning">
      <Words text={note.text} />
      {note.kind === 'gone' ? null : (
        <div class="note-choices">
          <Button
            onClick={() => {
              host.send({ type: 'reload' });
            }}
          >
            {l10n.t('Reload')}
          </Button>
        </div>
      )}
    </Note>
  );
}

/** A computation that ended before its last layer: what is there, and how to go on. */
export function StoppedNotice({ run }: { readonly run: Run }): JSX.Element {
  const { host } = usePanel();
  const done = layersDone(run);
  const crashed = run.phase === 'crashed';
  const resume = (): void => {
    host.send({ type: 'resume' });
  };
  return (
    <Note kind={crashed ? 'error' : 'warning'}>
      {crashed ? l10n.t('The computation stopped unexpectedly at layer {0}.', String(done)) : stoppedWords(done)}
      <div class="note-choices">
        <Button onClick={resume}>{crashed ? l10n.t('Try again') : l10n.t('Go on from layer {0}', String(done))}</Button>
        {crashed ? (
          <Button
            onClick={() => {
              host.send({ type: 'problem-action', action: 'show-log' });
            }}
          >
            {l10n.t('Show log')}
          </Button>
        ) : null}
      </div>
    </Note>
  );
}

function stoppedWords(done: number): string {
  if (done === 0) return l10n.t('Stopped before the first layer was complete. Nothing is shown.');
  if (done === 1) return l10n.t('Stopped after layer 0. Layer 0 is complete; nothing else is shown.');
  const last = String(done - 1);
  return l10n.t('Stopped after layer {0}. Layers 0 to {1} are complete; nothing else is shown.', last, last);
}

/** Sentences that hold for all figures of a model, and troubles that did not stop the work. */
export function ModelNotices(props: {
  readonly card: ModelCard;
  readonly words: readonly string[];
}): JSX.Element | null {
  const noNorm = props.card.hasNorm
    ? []
    : [l10n.t('No layer norm feeds this attention, so there is no folded basis. Shown: raw.')];
  const all = [...new Set([...noNorm, ...props.card.notes, ...props.words])];
  if (all.length === 0) return null;
  return (
    <Note kind="info">
      {all.map((words) => (
        <div key={words}>
          <Words text={words} />
        </div>
      ))}
    </Note>
  );
}
