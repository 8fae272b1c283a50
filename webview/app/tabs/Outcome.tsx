import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { fixed } from '../../../src/core/text/numbers.js';
import type { ChangedRun } from '../../../src/protocol/image.js';
import { Button } from '../../lib/controls.js';
import { BeforeAfter } from './BeforeAfter.js';
import { usePanel } from '../context.js';
import { Words } from '../Note.js';
import type { ImageView } from '../image/view.js';
import { changeWords, classRows, outcomeSentence, smallPercent } from './outcome-words.js';
import { TaskProgress, TaskTrouble } from './Task.js';

/** What a change did to the output and to attention, or how far its run is. */
export function Outcome(props: {
  readonly view: ImageView;
  /** Kinds of changes that this place is about. */
  readonly kinds: readonly ChangedRun['change']['kind'][];
}): JSX.Element {
  const { changed, progress, trouble } = props.view.state.image;
  const own = changed !== null && props.kinds.includes(changed.change.kind) ? changed : null;
  return (
    <div class="outcome" aria-live="polite">
      <TaskTrouble trouble={trouble.change} />
      {own === null ? null : <Changed run={own} />}
      {own === null ? null : <BeforeAfter view={props.view} />}
      <TaskProgress words={l10n.t('Run')} progress={progress.change} />
    </div>
  );
}

function Changed({ run }: { readonly run: ChangedRun }): JSX.Element {
  const { host } = usePanel();
  const rows = classRows(run.topBefore, run.topAfter);
  return (
    <>
      <div class="figure-title">
        <b>{changeWords(run.change)}</b>
        <Button
          icon="back"
          onClick={() => {
            host.send({ type: 'undo-change' });
          }}
        >
          {l10n.t('Undo')}
        </Button>
      </div>
      <p>{outcomeSentence(run)}</p>
      {rows.length === 0 ? null : (
        <table class="classes">
          <thead>
            <tr>
              <th scope="col">{l10n.t('most likely')}</th>
              <th scope="col">{l10n.t('before')}</th>
              <th scope="col">{l10n.t('after')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ label, before, after }) => (
              <tr key={label}>
                <td>{label}</td>
                <td>{fixed(before, 3)}</td>
                <td>{fixed(after, 3)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <LayerBars label={l10n.t('Change of attention, by layer')} values={run.attentionChange} />
      {run.massOutside === null ? null : (
        <LayerBars label={l10n.t('Attention outside the nearest keys')} values={run.massOutside} />
      )}
      {run.notes.map((note) => (
        <p key={note} class="muted">
          <Words text={note} />
        </p>
      ))}
    </>
  );
}

/** One bar a layer, from 0 to the largest. */
function LayerBars(props: { readonly label: string; readonly values: readonly (number | null)[] }): JSX.Element | null {
  const { label, values } = props;
  const most = values.reduce<number>((largest, value) => Math.max(largest, value ?? 0), 0);
  if (values.every((value) => value === null)) return null;
  return (
    <div class="layer-bars">
      <span class="label">{l10n.t('{0}, up to {1}', label, smallPercent(most))}</span>
      <div
        role="img"
        aria-label={l10n.t(
          '{0}: {1}',
          label,
          values
            .map((value, layer) =>
              value === null ? l10n.t('layer {0} unknown', layer) : l10n.t('layer {0} {1}', layer, smallPercent(value)),
            )
            .join(', '),
        )}
      >
        {values.map((value, layer) => (
          <span key={layer} title={l10n.t('layer {0}: {1}', layer, value === null ? '–' : smallPercent(value))}>
            <i style={{ height: `${most > 0 ? ((value ?? 0) / most) * 100 : 0}%` }} />
            <small>{layer}</small>
          </span>
        ))}
      </div>
    </div>
  );
}
