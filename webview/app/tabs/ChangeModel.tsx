import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { placeName } from '../../../src/core/charts/format.js';
import { Button, LinkButton, Slider } from '../../lib/controls.js';
import { NO_TICKS } from '../../state/panel-state.js';
import { tokenCount } from '../../state/patches.js';
import { usePanel } from '../context.js';
import type { ImageView } from '../image/view.js';
import { Outcome } from './Outcome.js';
import { nearestSteps } from './nearest-steps.js';
import { useChanges, type Changes } from './use-change.js';

/** What the output would be without modes, without a head, or with fewer keys. */
export function ChangeModel({ view }: { readonly view: ImageView }): JSX.Element {
  const changes = useChanges(view);
  return (
    <div class="change">
      <div class="change-controls">
        <Ablation view={view} changes={changes} />
        {view.card.ofLayer === undefined ? <NearestKeys view={view} changes={changes} /> : null}
      </div>
      <Outcome view={view} kinds={['ablation', 'nearest-keys']} />
    </div>
  );
}

function Ablation({ view, changes }: { readonly view: ImageView; readonly changes: Changes }): JSX.Element {
  const { dispatch } = usePanel();
  const { ticks, run } = view.state;
  const [whole, setWhole] = useState(false);
  const place = placeName(view.layer.index, view.head.index);
  const basis = run?.focus.basis ?? 'folded';
  const modes = [...ticks.modes].sort((one, other) => one - other);
  const nothing = !whole && modes.length === 0 && !ticks.keyBias;
  return (
    <fieldset>
      <legend>{l10n.t('Take out of {0}', place)}</legend>
      <p class="muted">
        {l10n.t('Tick modes in the table above, or the key bias, or take the whole head: it then attends evenly.')}
      </p>
      <div class="form-line">
        <label class="labelled">
          <input
            type="checkbox"
            checked={ticks.keyBias}
            disabled={whole}
            onChange={(event) => {
              dispatch({ type: 'tick', ticks: { ...ticks, keyBias: event.currentTarget.checked } });
            }}
          />
          {l10n.t('key bias')}
        </label>
        <label class="labelled">
          <input
            type="checkbox"
            checked={whole}
            onChange={(event) => {
              setWhole(event.currentTarget.checked);
            }}
          />
          {l10n.t('the whole head')}
        </label>
      </div>
      <p>
        {modes.length === 0 ? (
          <span class="muted">{l10n.t('No modes are ticked.')}</span>
        ) : (
          <>
            {modes.map((mode) => `M${mode}`).join(', ')}{' '}
            <LinkButton
              onClick={() => {
                dispatch({ type: 'tick', ticks: NO_TICKS });
              }}
            >
              {l10n.t('Tick none')}
            </LinkButton>
          </>
        )}
      </p>
      <Button
        primary
        disabled={nothing || changes.running}
        onClick={() => {
          changes.run({
            kind: 'ablation',
            layer: view.layer.index,
            head: view.head.index,
            basis,
            modes: whole ? [] : modes,
            keyBias: !whole && ticks.keyBias,
            wholeHead: whole,
          });
        }}
      >
        {l10n.t('Run again')}
      </Button>
    </fieldset>
  );
}

function NearestKeys({ view, changes }: { readonly view: ImageView; readonly changes: Changes }): JSX.Element {
  const steps = nearestSteps(tokenCount(view.card));
  const [at, setAt] = useState(steps.length - 1);
  const keys = steps[at] ?? steps.length;
  return (
    <fieldset>
      <legend>{l10n.t('Attend to the nearest keys only')}</legend>
      <p class="muted">{l10n.t('Each token keeps its k largest scores, in every head; softmax goes over those.')}</p>
      <Slider
        label="k"
        min={0}
        max={steps.length - 1}
        step={1}
        value={at}
        text={at === steps.length - 1 ? 'all' : String(keys)}
        onChange={(step) => {
          setAt(step);
          changes.run({ kind: 'nearest-keys', keys: steps[step] ?? keys });
        }}
      />
    </fieldset>
  );
}
