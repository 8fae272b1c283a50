import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ImageState } from '../../../src/protocol/image.js';
import { Button } from '../../lib/controls.js';
import { Icon } from '../../lib/icons.js';
import { usePanel } from '../context.js';
import { Note, Words } from '../Note.js';
import { workingWords } from './image-words.js';

/** Where an image can be dropped, and the other ways to one. */
export function NoImage({ over }: { readonly over: boolean }): JSX.Element {
  return (
    <div class={over ? 'drop-zone over' : 'drop-zone'}>
      <Icon name="image" size={24} />
      <p>{l10n.t('Drop an image here to see what each mode asks for and what answers.')}</p>
      <div class="buttons">
        <ChooseImage primary words={l10n.t('Choose an image…')} />
        <UseSample />
      </div>
    </div>
  );
}

function ChooseImage({ primary, words }: { readonly primary: boolean; readonly words: string }): JSX.Element {
  const { host } = usePanel();
  return (
    <Button
      primary={primary}
      onClick={() => {
        host.send({ type: 'pick-image' });
      }}
    >
      {words}
    </Button>
  );
}

function UseSample(): JSX.Element {
  const { host } = usePanel();
  return (
    <Button
      onClick={() => {
        host.send({ type: 'use-sample-image' });
      }}
    >
      {l10n.t('Use the sample')}
    </Button>
  );
}

/** Why there is no image row: the model cannot be run, or this picture failed. */
export function ImageTrouble({
  state,
}: {
  readonly state: Extract<ImageState, { kind: 'cannot-run' | 'failed' }>;
}): JSX.Element {
  const { host } = usePanel();
  const failed = state.kind === 'failed';
  const { title, detail, advice } = state.trouble;
  return (
    <Note kind={failed ? 'error' : 'info'}>
      <div>
        <b>
          <Words text={title} />
        </b>
      </div>
      {[detail, advice].map((words) =>
        words === '' ? null : (
          <div key={words}>
            <Words text={words} />
          </div>
        ),
      )}
      <div class="note-choices">
        {failed ? (
          <>
            {state.retry ? (
              <Button
                onClick={() => {
                  host.send({ type: 'retry-image' });
                }}
              >
                {l10n.t('Try again')}
              </Button>
            ) : null}
            <ChooseImage primary={false} words={l10n.t('Choose another image…')} />
            <UseSample />
          </>
        ) : state.untrusted ? (
          <Button
            onClick={() => {
              host.send({ type: 'manage-trust' });
            }}
          >
            {l10n.t('Manage trust')}
          </Button>
        ) : null}
      </div>
    </Note>
  );
}

/** Work that ends before this needs no word. */
const PATIENCE_MS = 300;

/** What is being done, and a way to end it. */
export function ImageWorking({ state }: { readonly state: Extract<ImageState, { kind: 'working' }> }): JSX.Element {
  const { host } = usePanel();
  const shown = useAfter(PATIENCE_MS);
  if (!shown) return <div class="image-working" />;
  return (
    <div class="image-working progress-line">
      <span>{workingWords(state)}</span>
      <span class="muted">…</span>
      <Button
        onClick={() => {
          host.send({ type: 'cancel-image' });
        }}
      >
        {l10n.t('Cancel')}
      </Button>
    </div>
  );
}

/** True once a time has passed. */
function useAfter(ms: number): boolean {
  const [passed, setPassed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setPassed(true);
    }, ms);
    return () => {
      clearTimeout(timer);
    };
  }, [ms]);
  return passed;
}
