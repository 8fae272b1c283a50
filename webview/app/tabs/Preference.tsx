import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { RadioGroup } from '../../lib/controls.js';
import { usePanel } from '../context.js';
import type { ImageView } from '../image/view.js';
import { DepthChart } from './DepthChart.js';
import { MaskPainter } from './MaskPainter.js';
import { maskTrouble, preferenceSentence, preferenceView } from './preference-view.js';
import { changeWords } from './outcome-words.js';
import { TaskProgress, TaskTrouble } from './Task.js';

/** Which keys count. */
export function KeysSwitch({ view }: { readonly view: ImageView }): JSX.Element {
  const { dispatch } = usePanel();
  return (
    <span class="labelled apart">
      <span class="label">{l10n.t('Keys')}</span>
      <RadioGroup
        name="keys"
        label={l10n.t('Keys that count')}
        choices={[
          { value: 'without-prefix', label: l10n.t('no prefix') },
          { value: 'without-prefix-and-self', label: l10n.t('no prefix, no self') },
          { value: 'all', label: l10n.t('all') },
        ]}
        value={view.state.view.keys}
        onChoose={(keys) => {
          dispatch({ type: 'view', change: { keys } });
        }}
      />
    </span>
  );
}

/** Whether patches on an object attend to that object, to others, or to the background. */
export function Preference({ view }: { readonly view: ImageView }): JSX.Element {
  const { state, card, layer, head } = view;
  const { mask, preference, changed, changedPreference, progress, trouble } = state.image;
  const depth = state.run?.layers.length ?? 0;
  const layers = preference[state.view.keys] ?? NONE;
  const after = changed === null ? null : (changedPreference[state.view.keys] ?? NONE);
  const wrong = mask === null ? null : maskTrouble(mask);
  const charts = useMemo(
    () =>
      mask === null || wrong !== null
        ? []
        : (['target', 'other'] as const).flatMap((asking) => preferenceView(layers, mask, asking, depth, after) ?? []),
    [layers, mask, wrong, depth, after],
  );
  const sentence = preferenceSentence(layers, layer.index, head.index);
  return (
    <div class="preference">
      <MaskPainter key={card.id} card={card} mask={mask} />
      <div class="preference-charts" data-copy="preference">
        {mask === null ? (
          <p class="muted">
            {l10n.t(
              'Which part of the picture is the object? Click it, paint it, or choose a mask: then this shows what its patches attend to.',
            )}
          </p>
        ) : null}
        {wrong === null ? null : <p>{wrong}</p>}
        <TaskTrouble trouble={trouble.mask ?? trouble.preference} />
        <div class="two-charts">
          {charts.map((chart) => (
            <DepthChart key={chart.title} chart={chart} view={view} />
          ))}
        </div>
        {charts.length === 0 ? null : (
          <p class="chart-caption muted">
            {l10n.t(
              'Times even: 1 would be attention spread evenly. Grey band: the same with the labels shifted around the picture. Points are heads.',
            )}
            {changed === null ? null : ` ${l10n.t('Thin lines with rings: {0}.', changeWords(changed.change))}`}
          </p>
        )}
        {sentence === null ? null : <p>{sentence}</p>}
        <TaskProgress words={l10n.t('Layer')} progress={progress.preference} />
      </div>
    </div>
  );
}

const NONE: readonly null[] = [];
