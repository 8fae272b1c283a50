import type { JSX } from 'preact';
import type { ModelCard } from '../../src/protocol/panel.js';
import type { PanelState } from '../state/panel-state.js';
import type { Run } from '../state/run.js';
import type { OwnControls } from './App.js';
import { Assumptions } from './Assumptions.js';
import { Header } from './Header.js';
import { HeadSection } from './HeadSection.js';
import { ImageHost } from './ImageHost.js';
import type { LoadImageRow } from './image-host.js';
import { LayersSection } from './LayersSection.js';
import { FileNotice, ModelNotices, StoppedNotice } from './Notices.js';
import { ProblemView } from './ProblemView.js';
import { Progress, Reading } from './Progress.js';
import { Verdict } from './Verdict.js';

/** The page: header, notes, verdict, and the figures or the page that stands for them. */
export function PanelBody({
  state,
  own,
  loadRow,
}: {
  readonly state: PanelState;
  readonly own: OwnControls | null;
  readonly loadRow: LoadImageRow | null;
}): JSX.Element {
  const { run, problem, note } = state;
  const card = state.file?.models.find(({ name }) => name === state.focus?.model) ?? null;
  return (
    <div class="panel">
      <div class="content">
        {state.file === null && problem === null ? <Reading /> : null}
        {card === null ? null : <Top state={state} card={card} own={own} />}
        {note === null ? null : <FileNotice note={note} />}
        {problem === null ? null : <ProblemView problem={problem} />}
        {problem !== null || run === null || card === null ? null : (
          <>
            <Figures state={state} run={run} card={card} />
            {loadRow === null ? null : <ImageHost state={state} load={loadRow} />}
          </>
        )}
      </div>
    </div>
  );
}

function Top(props: {
  readonly state: PanelState;
  readonly card: ModelCard;
  readonly own: OwnControls | null;
}): JSX.Element | null {
  const { state, card, own } = props;
  if (state.file === null || state.focus === null) return null;
  const asked = card.assumptions.some(({ choices }) => choices.length > 0);
  const open = state.assumptionsOpen ?? (asked && own === null);
  return (
    <>
      <Header
        file={state.file}
        card={card}
        focus={state.focus}
        bases={own === null ? (card.hasNorm ? ['folded', 'raw'] : ['raw']) : own.bases(card.name)}
        assumptionsOpen={open}
        ownControls={own === null ? null : { model: own.model(state), export: own.export(state) }}
      />
      {open ? <Assumptions assumptions={card.assumptions} changeable={own === null} /> : null}
    </>
  );
}

function Figures(props: { readonly state: PanelState; readonly run: Run; readonly card: ModelCard }): JSX.Element {
  const { state, run, card } = props;
  const { overDistance } = card;
  const { layer, head } = state.selection.now;
  const selected = layer === null || head === null ? null : { layer, head };
  const figures = selected === null ? null : (run.layers[selected.layer]?.heads[selected.head] ?? null);
  const warnings = [...(state.file?.warnings ?? []), ...run.warnings].map(({ message }) => message);
  return (
    <>
      {run.phase === 'complete' ? <Verdict parts={run.verdict} /> : null}
      {run.phase === 'running' ? (
        <div class="in-place-of-verdict">
          <Progress run={run} />
        </div>
      ) : null}
      {run.phase === 'cancelled' || run.phase === 'crashed' ? <StoppedNotice run={run} /> : null}
      <ModelNotices card={card} words={warnings} />
      <div class="grid">
        <LayersSection
          run={run}
          expectedHeads={Math.max(1, ...card.heads)}
          selected={figures === null ? null : selected}
          head={figures}
          view={state.view}
        />
        <HeadSection
          run={run}
          selection={state.selection.now}
          view={state.view}
          image={state.image}
          ticks={state.ticks}
          overDistance={overDistance === undefined ? null : { ...overDistance, answers: state.distances }}
        />
      </div>
    </>
  );
}
