import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { headEntries, entryOf, type Entry } from '../../src/core/charts/head-entries.js';
import { changeWords, emptyModes, headFacts, headLine } from '../../src/core/charts/words.js';
import { IconButton } from '../lib/controls.js';
import { headKey, type ImageFigures } from '../state/image-state.js';
import type { Ticks, ViewChoices } from '../state/panel-state.js';
import type { Run } from '../state/run.js';
import { KEY_BIAS, type Selection } from '../state/selection.js';
import { Bars } from './Bars.js';
import { usePanel } from './context.js';
import { DataTable } from './DataTable.js';
import type { HeadView, TableOnImage } from './head-view.js';
import { ModeTable } from './ModeTable.js';
import { OverDistance, type OnDemand } from './OverDistance.js';
import { Spectrum } from './Spectrum.js';
import { entriesTable, modesTable } from './tables.js';

const HEAD_CONTEXT = JSON.stringify({ webviewSection: 'head', preventDefaultContextMenuItems: true });

/** The selected head: what it looks for, and which modes make up its figure. */
export function HeadSection(props: {
  readonly run: Run;
  readonly selection: Selection;
  readonly view: ViewChoices;
  readonly image: ImageFigures;
  readonly ticks: Ticks;
  /** Set where figures over distance can be asked for. */
  readonly overDistance: OnDemand | null;
}): JSX.Element {
  const { run, selection, image } = props;
  const layer = selection.layer === null ? null : (run.layers[selection.layer] ?? null);
  const head = layer === null || selection.head === null ? undefined : layer.heads[selection.head];
  const view = useMemo((): Omit<HeadView, 'chosen'> | null => {
    if (layer === null || head === undefined) return null;
    return { layer: layer.index, head, entries: headEntries(head, layer.modeBand), modeBand: layer.modeBand };
  }, [layer, head]);
  if (view === null) {
    return (
      <section class="head waiting" aria-label={l10n.t('Head')}>
        <p class="muted">{waitingWords(run, selection)}</p>
      </section>
    );
  }
  const figures = image.heads.get(headKey(run.focus.basis, view.layer, view.head.index)) ?? null;
  const keyBiasChosen = figures !== null && selection.entry === KEY_BIAS;
  const chosen = keyBiasChosen ? null : (entryOf(view.entries, selection.entry) ?? view.entries[0] ?? null);
  const ticks = selection.tab === 'change' ? props.ticks : null;
  return (
    <HeadFigure
      view={{ ...view, chosen }}
      onImage={figures === null ? null : { figures, keyBiasChosen, ticks }}
      more={selection.more}
      asTable={props.view.headAsTable}
      overDistance={
        props.overDistance === null || head?.trouble !== null ? null : (
          <OverDistance
            {...props.overDistance}
            place={{ focus: run.focus, layer: view.layer, head: view.head.index }}
            open={props.view.overDistance}
            asTable={props.view.headAsTable}
          />
        )
      }
    />
  );
}

function waitingWords(run: Run, selection: Selection): string {
  if (run.phase !== 'running') return l10n.t('No head to show.');
  if (selection.layer === null) return l10n.t('Pick a head to see its modes.');
  return l10n.t('Layer {0} is not computed yet.', String(selection.layer));
}

function HeadFigure(props: {
  readonly view: HeadView;
  readonly onImage: TableOnImage | null;
  readonly more: boolean;
  readonly asTable: boolean;
  readonly overDistance: JSX.Element | null;
}): JSX.Element {
  const { view } = props;
  const { dispatch } = usePanel();
  const [hovered, setHovered] = useState<Entry | null>(null);
  const { head, entries } = view;
  const empty = emptyModes(head);
  const change = changeWords(head);
  const step = (by: 1 | -1) => (): void => {
    dispatch({ type: 'step-head', step: by });
  };
  return (
    <section
      class="head"
      aria-label={l10n.t('Layer {0}, head {1}', String(view.layer), String(head.index))}
      data-vscode-context={HEAD_CONTEXT}
    >
      <div class="head-top">
        <div class="section-top">
          <div class="section-title">
            <h2>{l10n.t('Layer {0} · Head {1}', view.layer, head.index)}</h2>
            <span class="tools">
              <IconButton icon="chevron-up" label={l10n.t('Previous head (Alt+Up)')} onClick={step(-1)} />
              <IconButton icon="chevron-down" label={l10n.t('Next head (Alt+Down)')} onClick={step(1)} />
            </span>
            <span class="section-words">{headLine(head, entries)}</span>
          </div>
          {head.trouble === null ? (
            <span class="tools">
              <IconButton
                icon="table"
                label={l10n.t('Show as table')}
                pressed={props.asTable}
                onClick={() => {
                  dispatch({ type: 'view', change: { headAsTable: !props.asTable } });
                }}
              />
            </span>
          ) : null}
        </div>
        <dl class="facts">
          {headFacts(head, entries).map(({ value, words }) => (
            <div key={words}>
              <dd>{value}</dd> <dt>{words}</dt>
            </div>
          ))}
        </dl>
        {empty === null ? null : <p class="remark">{empty}</p>}
        {change === null ? null : <p class="remark">{change}</p>}
      </div>
      {head.trouble === null ? <HeadCharts {...props} hovered={hovered} onHover={setHovered} /> : null}
      {props.overDistance}
    </section>
  );
}

function HeadCharts(props: {
  readonly view: HeadView;
  readonly onImage: TableOnImage | null;
  readonly more: boolean;
  readonly asTable: boolean;
  readonly hovered: Entry | null;
  readonly onHover: (entry: Entry | null) => void;
}): JSX.Element {
  const { view, hovered, onHover } = props;
  if (props.asTable) {
    return (
      <div class="head-table">
        <DataTable
          label={l10n.t('Modes')}
          data={entriesTable(view.entries)}
          copied={modesTable(view.head, view.entries)}
        />
      </div>
    );
  }
  return (
    <>
      <Bars view={view} hovered={hovered} onHover={onHover} />
      <Spectrum view={view} hovered={hovered} onHover={onHover} />
      <ModeTable view={view} more={props.more} onImage={props.onImage} />
    </>
  );
}
