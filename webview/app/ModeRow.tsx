import type { JSX } from 'preact';
import { degrees, sigmaNumber } from '../../src/core/charts/format.js';
import type { Entry } from '../../src/core/charts/head-entries.js';
import { markColour } from '../../src/core/charts/similarity-scale.js';
import { entryTip } from '../../src/core/charts/words.js';
import { fixed } from '../../src/core/text/numbers.js';
import { useTip } from '../lib/tooltip.js';
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
        {entry.name} <Identified entry={entry} />
      </td>
      <td>{sigmaNumber(entry.sigma)}</td>
      <td>
        {fixed(entry.cos)}
        <CentredBar part={entry.cos ?? 0} colour={colour} />
      </td>
      <td>
        {fixed(entry.part, PART_DECIMALS)}
        <CentredBar part={largest > 0 ? (entry.part ?? 0) / largest : 0} colour={theme.foreground} />
      </td>
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
