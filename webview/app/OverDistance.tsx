import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { DistancePoint } from '../../src/core/analysis/distance/over-distance.js';
import { distanceLayout, distancePlot, distanceWords, pickDistance } from '../../src/core/charts/distance-plot.js';
import { plainNumber } from '../../src/core/charts/format.js';
import { chartOption } from '../../src/core/charts/plot.js';
import type { DistanceAnswer, Focus, ModelCard } from '../../src/protocol/panel.js';
import { Chart } from '../lib/chart.js';
import { Button, LinkButton } from '../lib/controls.js';
import { useWidth } from '../lib/size.js';
import { useTip } from '../lib/tooltip.js';
import { distanceKey, type Distances } from '../state/distances.js';
import { usePanel } from './context.js';
import { DataTable } from './DataTable.js';
import { distancesTable } from './tables.js';

/** What figures over distance of a model count, and those that are there. */
export interface OnDemand extends NonNullable<ModelCard['overDistance']> {
  readonly answers: Distances;
}

/** A head in a basis. */
interface Place {
  readonly focus: Focus;
  readonly layer: number;
  readonly head: number;
}

/** How the selected head's figures change with the distance of the tokens; computed while it is open, and only then. */
export function OverDistance(props: OnDemand & Asked): JSX.Element {
  const { dispatch } = usePanel();
  const { open } = props;
  return (
    <div class="over-distance">
      <LinkButton
        expanded={open}
        onClick={() => {
          dispatch({ type: 'view', change: { overDistance: !open } });
        }}
      >
        {open ? l10n.t('Hide the figures over distance') : l10n.t('Over distance…')}
      </LinkButton>
      {open ? <Opened {...props} /> : null}
    </div>
  );
}

interface Asked {
  readonly place: Place;
  readonly open: boolean;
  readonly asTable: boolean;
}

function Opened({ place, answers, unit, assumed, asTable }: OnDemand & Asked): JSX.Element {
  const { host } = usePanel();
  const { focus, layer, head } = place;
  const ask = (): void => {
    host.send({ type: 'want-distances', layer, head });
  };
  const key = distanceKey(focus, layer, head);
  const answer = answers.get(key) ?? null;
  const asked = useRef('');
  useEffect(() => {
    // A question for another head takes the place of one that waits, so that it may have to be asked again.
    if (answer === null || (asked.current !== key && answer.kind !== 'done')) ask();
    asked.current = key;
  }, [key, answer === null]);
  return (
    <>
      <Answer answer={answer} unit={unit} asTable={asTable} onAgain={ask} />
      {assumed.map((text) => (
        <p key={text} class="remark muted">
          {text}
        </p>
      ))}
    </>
  );
}

function Answer(props: {
  readonly answer: DistanceAnswer | null;
  readonly unit: string;
  readonly asTable: boolean;
  readonly onAgain: () => void;
}): JSX.Element {
  const { answer, unit } = props;
  const { host } = usePanel();
  if (answer?.kind === 'done') {
    return props.asTable ? (
      <DataTable
        label={l10n.t('Figures over distance')}
        data={distancesTable(answer.points)}
        copied={distancesTable(answer.points, plainNumber)}
      />
    ) : (
      <DistanceCurve points={answer.points} unit={unit} />
    );
  }
  if (answer === null || answer.kind === 'running') {
    return (
      <p class="remark" role="status">
        {l10n.t('Turning the keys and decomposing again…')}{' '}
        <LinkButton
          onClick={() => {
            host.send({ type: 'cancel-distances' });
          }}
        >
          {l10n.t('Cancel')}
        </LinkButton>
      </p>
    );
  }
  return (
    <p class="remark" role="status">
      {answer.kind === 'cancelled' ? l10n.t('Cancelled.') : answer.text}{' '}
      <Button onClick={props.onAgain}>{l10n.t('Try again')}</Button>
    </p>
  );
}

function DistanceCurve({
  points,
  unit,
}: {
  readonly points: readonly DistancePoint[];
  readonly unit: string;
}): JSX.Element {
  const { theme } = usePanel();
  const tip = useTip();
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const layout = useMemo(() => distanceLayout(points, width), [points, width]);
  const words = points.map((point) => distanceWords(point, unit));
  const option = useMemo(
    () => chartOption([{ plot: distancePlot(layout, unit, theme), x: 0, y: 0 }], theme, words.join('; ')),
    [layout, unit, theme],
  );
  return (
    <div ref={frame} class="distance-curve">
      {width === 0 ? null : (
        <Chart
          option={option}
          width={width}
          height={layout.height}
          look=""
          onPoint={(x, _y, event) => {
            const index = pickDistance(layout, x);
            const line = index === null ? undefined : words[index];
            tip(line === undefined ? null : [line], event);
          }}
          onLeave={() => {
            tip(null);
          }}
          onPick={() => undefined}
        />
      )}
    </div>
  );
}
