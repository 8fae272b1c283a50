import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { SPECTRUM_HEIGHT } from '../../src/core/charts/spectrum-layout.js';
import { fixed } from '../../src/core/text/numbers.js';
import { LinkButton } from '../lib/controls.js';
import { moveAmongEntries } from '../lib/entry-cursor.js';
import { Icon } from '../lib/icons.js';
import {
  BY_MODE,
  ordered,
  reordered,
  shownRows,
  visibleWindow,
  type SortColumn,
  type TableOrder,
} from '../lib/table-rows.js';
import { usePanel } from './context.js';
import type { HeadView } from './head-view.js';
import { ModeRow } from './ModeRow.js';

/** Rows beside the scatter while not all are shown. */
const FITTING = 9;
const ROW_HEIGHT = 22;
/** Tables above this length draw only the rows in sight, and always scroll. */
const LONG = 100;
/** Height of the scrolling table: as high as the chart beside. */
const TABLE_HEIGHT = SPECTRUM_HEIGHT + 8;

/** Columns with their headers and what sorting by them means; the parts add up to the weighted figure. */
function columns(weighted: number | null): readonly (readonly [SortColumn, string, string])[] {
  return [
    ['mode', 'mode', 'Sort by number'],
    ['sigma', '\u03c3', 'Sort by singular value'],
    ['cos', 'cos', 'Sort by cosine'],
    [
      'part',
      `part of ${fixed(weighted)}`,
      'Part of the weighted figure: sigma times cosine over the sum of sigma. Sort by it',
    ],
  ];
}

/** The entries of the head, one row each; all of them after "Show more". */
export function ModeTable({ view, more }: { readonly view: HeadView; readonly more: boolean }): JSX.Element {
  const { dispatch } = usePanel();
  const [order, setOrder] = useState<TableOrder>(BY_MODE);
  const scroller = useRef<HTMLDivElement>(null);
  const [scrollTop, setScrollTop] = useState(0);
  const all = useMemo(() => ordered(view.entries, order), [view.entries, order]);
  const chosen = view.chosen?.first ?? null;
  const { rows, apart, hidden } = shownRows(all, chosen, more ? Infinity : FITTING);
  const long = rows.length > LONG;
  const { start, end } = long
    ? visibleWindow(rows.length, ROW_HEIGHT, scrollTop, TABLE_HEIGHT)
    : { start: 0, end: rows.length };
  const largest = useMemo(
    () => view.entries.reduce((most, { part }) => Math.max(most, Math.abs(part ?? 0)), 0),
    [view.entries],
  );
  useSelectedRow(
    scroller,
    chosen,
    rows.findIndex(({ first }) => first === chosen),
    more,
  );
  return (
    <div class="modes">
      <div
        ref={scroller}
        class={`modes-scroll ${more ? 'all' : ''} ${long ? 'long' : ''}`}
        style={{ '--table-height': `${String(TABLE_HEIGHT)}px` }}
        onScroll={
          long
            ? (event) => {
                setScrollTop(event.currentTarget.scrollTop);
              }
            : undefined
        }
      >
        <table role="grid" aria-label="Modes" aria-rowcount={view.entries.length + 1} data-copy="entry">
          <thead onKeyDown={moveInHeader}>
            <tr>
              {columns(view.head.weighted).map(([column, name, words]) => (
                <HeaderCell
                  key={column}
                  name={name}
                  words={words}
                  order={order.column === column ? (order.descending ? 'descending' : 'ascending') : 'none'}
                  onClick={() => {
                    setOrder(reordered(order, column));
                  }}
                />
              ))}
            </tr>
          </thead>
          <tbody
            onKeyDown={(event) => {
              if (event.altKey || event.ctrlKey || event.metaKey) return;
              if (event.key === 'ArrowUp' && all[0]?.first === chosen) {
                scroller.current?.querySelector<HTMLElement>('thead button')?.focus();
                event.preventDefault();
                return;
              }
              const to = moveAmongEntries(all, chosen, event.key);
              if (to === null) return;
              dispatch({ type: 'entry', entry: to.first });
              event.preventDefault();
            }}
          >
            <Spacer height={start * ROW_HEIGHT} />
            {rows.slice(start, end).map((entry, index) => (
              <ModeRow
                key={entry.first}
                entry={entry}
                largest={largest}
                selected={entry.first === chosen}
                focusable={entry.first === chosen || (chosen === null && index === 0)}
                apart={apart && index === rows.length - 1}
              />
            ))}
            <Spacer height={(rows.length - end) * ROW_HEIGHT} />
          </tbody>
        </table>
      </div>
      {hidden > 0 || more ? (
        <div class="modes-more">
          <LinkButton
            expanded={more}
            onClick={() => {
              dispatch({ type: 'more' });
            }}
          >
            {more ? 'Show fewer' : `Show ${String(hidden)} more`}
          </LinkButton>
        </div>
      ) : null}
    </div>
  );
}

/** Keeps the selected row in sight, and the focus on it when the row that had the focus goes. */
function useSelectedRow(
  scroller: { readonly current: HTMLDivElement | null },
  chosen: number | null,
  index: number,
  more: boolean,
): void {
  // Asked while drawing: once the rows have changed the focus may be gone.
  const focused =
    document.activeElement instanceof HTMLTableRowElement && scroller.current?.contains(document.activeElement);
  useLayoutEffect(() => {
    const box = scroller.current;
    if (box === null || index < 0) return;
    if (more && box.scrollHeight > box.clientHeight) {
      const top = index * ROW_HEIGHT;
      const room = box.clientHeight - 2 * ROW_HEIGHT;
      if (top < box.scrollTop || top > box.scrollTop + room) box.scrollTop = top - room / 2;
    }
    if (focused === true) box.querySelector<HTMLElement>('tr[aria-selected="true"]')?.focus({ preventScroll: more });
  }, [chosen, index, more]);
}

function HeaderCell(props: {
  readonly name: string;
  readonly words: string;
  readonly order: 'ascending' | 'descending' | 'none';
  readonly onClick: () => void;
}): JSX.Element {
  return (
    <th scope="col" aria-sort={props.order}>
      <button type="button" tabIndex={-1} title={props.words} onClick={props.onClick}>
        {props.name}
        {props.order === 'none' ? null : (
          <Icon name={props.order === 'descending' ? 'arrow-down' : 'arrow-up'} size={11} />
        )}
      </button>
    </th>
  );
}

function moveInHeader(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('button')];
  const at = buttons.findIndex((button) => button === document.activeElement);
  if (event.key === 'ArrowLeft') buttons[Math.max(0, at - 1)]?.focus();
  else if (event.key === 'ArrowRight') buttons[Math.min(buttons.length - 1, at + 1)]?.focus();
  else if (event.key === 'ArrowDown') {
    event.currentTarget.parentElement?.querySelector<HTMLElement>('tbody tr[tabindex="0"]')?.focus();
  } else return;
  event.preventDefault();
}

function Spacer({ height }: { readonly height: number }): JSX.Element | null {
  return height <= 0 ? null : <tr aria-hidden="true" class="spacer" style={{ height: `${String(height)}px` }} />;
}
