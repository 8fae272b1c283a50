import type { JSX } from 'preact';
import type { ProblemPage } from '../../src/protocol/panel.js';
import { Button } from '../lib/controls.js';
import { usePanel } from './context.js';
import { Note, Words } from './Note.js';

/** A file without figures: what is wrong and where, what most likely happened, what helps. */
export function ProblemView({ problem }: { readonly problem: ProblemPage }): JSX.Element {
  const { host } = usePanel();
  const quiet = problem.code === 'no-attention' || problem.code === 'ambiguous';
  return (
    <section class="problem" aria-label={problem.title}>
      {quiet ? (
        <>
          <h1>
            <Words text={problem.title} />
          </h1>
          <p>
            <Words text={problem.detail} />
          </p>
        </>
      ) : (
        <Note kind="error">
          <b>
            <Words text={problem.title} />
          </b>
          <div>
            <Words text={problem.detail} />
          </div>
        </Note>
      )}
      {problem.advice === '' ? null : (
        <p class={quiet ? 'muted' : ''}>
          <Words text={problem.advice} />
        </p>
      )}
      <div class="buttons">
        {problem.actions.map(({ action, label, primary }) => (
          <Button
            key={action}
            primary={primary}
            onClick={() => {
              host.send({ type: 'problem-action', action });
            }}
          >
            {label}
          </Button>
        ))}
      </div>
    </section>
  );
}
