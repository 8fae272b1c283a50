import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { degrees, percent, sigmaNumber } from '../../src/core/charts/format.js';
import type { Entry } from '../../src/core/charts/head-entries.js';
import { markColour } from '../../src/core/charts/similarity-scale.js';
import { entryTip } from '../../src/core/charts/words.js';
import { fixed } from '../../src/core/text/numbers.js';
import { ShareBar } from '../lib/share-bar.js';
import { useTip } from '../lib/tooltip.js';
import { KEY_BIAS } from '../state/selection.js';
import { usePanel } from './context.js';
import { PART_DECIMALS } from './tables.js';

/** One entry of the table of modes. */
export function ModeRow(props: {
  readonly entry: Entry;
  /** Largest part of any entry, for the length of the bars. */
  readonly largest: number;
  readonly selected: boolean;
  readonly focusable: boolean;
  /** A dashed rule above: the row is not next to the one before. */
  readonly apart: boolean;
  /** Share of the score on the picture, in place of the part of the weighted figure. */
  readonly share: { readonly value: number | null; readonly most: number } | null;
  readonly tick: Tick | null;
}): JSX.Element {
  const { entry, largest, selected } = props;
  const { dispatch, theme } = usePanel();
  const tip = useTip();
  const colour = markColour(theme.scale, entry.cos, entry.band, theme.lines);
  return (
    <tr
      class={`${selected ? 'selected' : ''} ${props.apart ? 'stands-apart' : ''}`}
      tabIndex={props.focusable ? 0 : -1}
      aria-selected={selected}
      onClick={(event) => {
        dispatch({ type: 'entry', entry: entry.first });
        event.currentTarget.focus({ preventScroll: true });
      }}
      onMouseMove={(event) => {
        tip(entryTip(entry), event);
      }}
      onMouseLeave={() => {
        tip(null);
      }}
    >
      <td>
        <TickBox name={entry.name} tick={props.tick} />
        {entry.name} <Identified entry={entry} />
      </td>
      <td>{sigmaNumber(entry.sigma)}</td>
      <td>
        {fixed(entry.cos)}
        <CentredBar part={entry.cos ?? 0} colour={colour} />
      </td>
      {props.share === null ? (
        <td>
          {fixed(entry.part, PART_DECIMALS)}
          <CentredBar part={largest > 0 ? (entry.part ?? 0) / largest : 0} colour={theme.foreground} />
        </td>
      ) : (
        <ShareCell share={props.share.value} most={props.share.most} />
      )}
    </tr>
  );
}

function ShareCell({ share, most }: { readonly share: number | null; readonly most: number }): JSX.Element {
  return (
    <td>
      {share === null ? '–' : share > 1 ? <b>{percent(share)}</b> : percent(share)}
      <ShareBar share={share} most={most} />
    </td>
  );
}

/** A box that takes a part of the head out of the next run. */
export interface Tick {
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
}

function TickBox({ name, tick }: { readonly name: string; readonly tick: Tick | null }): JSX.Element | null {
  if (tick === null) return null;
  return (
    <input
      type="checkbox"
      tabIndex={-1}
      checked={tick.on}
      aria-label={l10n.t('Take out {0}', name)}
      onClick={(event) => {
        event.stopPropagation();
      }}
      onChange={(event) => {
        tick.onChange(event.currentTarget.checked);
      }}
    />
  );
}

/** The row of the key bias, which is no part of any mode: with a picture it says its share of the score. */
export function KeyBiasRow(props: {
  readonly share: number | null;
  readonly most: number;
  readonly selected: boolean;
  readonly tick: Tick | null;
}): JSX.Element {
  const { dispatch } = usePanel();
  return (
    <tr
      class={props.selected ? 'selected' : ''}
      tabIndex={props.selected ? 0 : -1}
      aria-selected={props.selected}
      onClick={(event) => {
        dispatch({ type: 'entry', entry: KEY_BIAS });
        event.currentTarget.focus({ preventScroll: true });
      }}
    >
      <td>
        <TickBox name={l10n.t('the key bias')} tick={props.tick} />
        {l10n.t('key bias')}
      </td>
      <td />
      <td class="no-cosine">–</td>
      <ShareCell share={props.share} most={props.most} />
    </tr>
  );
}

function Identified({ entry }: { readonly entry: Entry }): JSX.Element | null {
  if (entry.count > 1) return <span class="muted">×{entry.count}</span>;
  return entry.looseAngle === null ? null : <span class="muted">±{degrees(entry.looseAngle)}</span>;
}

/** A bar to the left or right of a centre line; `part` is -1..1 of its half. */
function CentredBar({ part, colour }: { readonly part: number; readonly colour: string }): JSX.Element {
  const length = `${String(Math.min(1, Math.abs(part)) * 50)}%`;
  return (
    <span class="centred-bar" aria-hidden="true">
      <span
        style={
          part >= 0
            ? { left: '50%', width: length, background: colour }
            : { right: '50%', width: length, background: colour }
        }
      />
    </span>
  );
}
