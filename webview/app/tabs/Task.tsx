import type { JSX } from 'preact';
import type { Trouble } from '../../../src/protocol/image.js';
import { Note, Words } from '../Note.js';

/** How far longer work is. */
export function TaskProgress(props: {
  readonly words: string;
  readonly progress: { readonly done: number; readonly total: number } | undefined;
}): JSX.Element | null {
  if (props.progress === undefined) return null;
  const { done, total } = props.progress;
  return (
    <div
      class="task-progress"
      role="progressbar"
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={done}
      aria-label={props.words}
    >
      <span class="muted">
        {props.words} {done} of {total}
      </span>
      <div class="progress-bar">
        <div style={{ width: `${(done / Math.max(1, total)) * 100}%` }} />
      </div>
    </div>
  );
}

/** What went wrong with it. */
export function TaskTrouble({ trouble }: { readonly trouble: Trouble | undefined }): JSX.Element | null {
  if (trouble === undefined) return null;
  return (
    <Note kind="error">
      <b>
        <Words text={trouble.title} />
      </b>{' '}
      <Words text={`${trouble.detail} ${trouble.advice}`} />
    </Note>
  );
}
