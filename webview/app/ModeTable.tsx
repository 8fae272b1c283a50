import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Entry } from '../../src/core/charts/head-entries.js';
import { SPECTRUM_HEIGHT } from '../../src/core/charts/spectrum-layout.js';
import { fixed } from '../../src/core/text/numbers.js';
import { LinkButton } from '../lib/controls.js';
import { moveAmongEntries, moveWithKeyBias } from '../lib/entry-cursor.js';
import { Icon } from '../lib/icons.js';
import { mostOf } from '../lib/share-bar.js';
import {
  BY_MODE,
  BY_SHARE,
  ordered,
  reordered,
  shownRows,
  visibleWindow,
  type SortColumn,
  type TableOrder,
} from '../lib/table-rows.js';
import { KEY_BIAS } from '../state/selection.js';
import { usePanel } from './context.js';
import { shareOf, type HeadView, type TableOnImage } from './head-view.js';
import { KeyBiasRow, ModeRow, type Tick } from './ModeRow.js';

/** Rows beside the scatter while not all are shown. */
const FITTING = 9;
const ROW_HEIGHT = 22;
/** Tables above this length draw only the rows in sight, and always scroll. */
const LONG = 100;
/** Height of the scrolling table: as high as the chart beside. */
const TABLE_HEIGHT = SPECTRUM_HEIGHT + 8;

/** Columns with their headers and what sorting by them means; the parts add up to the weighted figure. */
function columns(
  weighted: number | null,
  onImage: TableOnImage | null,
): readonly (readonly [SortColumn, string, string])[] {
  return [
    ['mode', 'mode', l10n.t('Sort by number')],
    ['sigma', '\u03c3', l10n.t('Sort by singular value')],
    ['cos', 'cos', l10n.t('Sort by cosine')],
    onImage === null
      ? [
          'part',
          l10n.t('part of {0}', fixed(weighted)),
          l10n.t('Part of the weighted figure: sigma times cosine over the sum of sigma. Sort by it'),
        ]
      : ['part', l10n.t('% of score'), l10n.t('Share of the variance of the score on this picture. Sort by it')],
  ];
}

/** The entries of the head, one row each; all of them after "Show more". With a picture the key bias stands before them. */
export function ModeTable(props: {
  readonly view: HeadView;
  readonly more: boolean;
  readonly onImage: TableOnImage | null;
}): JSX.Element {
  const { view, more, onImage } = props;
  const { dispatch } = usePanel();
  const [sorted, setOrder] = useState<TableOrder | null>(null);
  const order = sorted ?? (onImage === null ? BY_MODE : BY_SHARE);
  const figures = onImage?.figures ?? null;
  const scroller = useRef<HTMLDivElement>(null);
  const [scrollTop, setScrollTop] = useState(0);
  const all = useMemo(
    () =>
      figures === null
        ? ordered(view.entries, order)
        : ordered(view.entries, order, (entry) => shareOf(figures, entry)),
    [view.entries, order, figures],
  );
  const keyBias = onImage?.keyBiasChosen === true;
  const chosen = view.chosen?.first ?? null;
  const { rows, apart, hidden } = shownRows(all, chosen, more ? Infinity : figures === null ? FITTING : FITTING - 1);
  const most = useMemo(
    () =>
      figures === null
        ? 0
        : mostOf([figures.keyBias.shareOfScore, ...figures.entries.map(({ shareOfScore }) => shareOfScore)]),
    [figures],
  );
  const tick = useTicks(onImage);
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
    keyBias ? KEY_BIAS : chosen,
    keyBias ? 0 : rows.findIndex(({ first }) => first === chosen),
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
        <table role="grid" aria-label={l10n.t('Modes')} aria-rowcount={view.entries.length + 1} data-copy="entry">
          <thead onKeyDown={moveInHeader}>
            <tr>
              {columns(view.head.weighted, onImage).map(([column, name, words]) => (
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
              if (event.key === 'ArrowUp' && (figures === null ? all[0]?.first === chosen : keyBias)) {
                scroller.current?.querySelector<HTMLElement>('thead button')?.focus();
                event.preventDefault();
                return;
              }
              if (event.key === ' ' && tick !== null) {
                tickChosen(tick, keyBias ? null : view.chosen);
                event.preventDefault();
                return;
              }
              const to =
                figures === null
                  ? moveAmongEntries(all, chosen, event.key)?.first
                  : moveWithKeyBias(all, keyBias ? KEY_BIAS : (chosen ?? 0), event.key, KEY_BIAS);
              if (to === null || to === undefined) return;
              dispatch({ type: 'entry', entry: to });
              event.preventDefault();
            }}
          >
            {figures === null ? null : (
              <KeyBiasRow
                share={figures.keyBias.shareOfScore}
                most={most}
                selected={keyBias}
                tick={tick === null ? null : tick(null)}
              />
            )}
            <Spacer height={start * ROW_HEIGHT} />
            {rows.slice(start, end).map((entry, index) => (
              <ModeRow
                key={entry.first}
                entry={entry}
                largest={largest}
                selected={entry.first === chosen}
                focusable={entry.first === chosen || (chosen === null && !keyBias && index === 0)}
                apart={apart && index === rows.length - 1}
                share={figures === null ? null : { value: shareOf(figures, entry), most }}
                tick={tick === null ? null : tick(entry)}
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
            {more ? l10n.t('Show fewer') : l10n.t('Show {0} more', String(hidden))}
          </LinkButton>
        </div>
      ) : null}
    </div>
  );
}

/** The box of an entry, or with null of the key bias; null while nothing can be ticked. */
type TickOf = (entry: Entry | null) => Tick;

function useTicks(onImage: TableOnImage | null): TickOf | null {
  const { dispatch } = usePanel();
  const ticks = onImage?.ticks ?? null;
  if (ticks === null) return null;
  return (entry) => {
    if (entry === null) {
      return {
        on: ticks.keyBias,
        onChange: (keyBias) => {
          dispatch({ type: 'tick', ticks: { ...ticks, keyBias } });
        },
      };
    }
    const own = Array.from({ length: entry.count }, (_, step) => entry.first + step);
    return {
      on: own.every((mode) => ticks.modes.includes(mode)),
      onChange: (on) => {
        const others = ticks.modes.filter((mode) => !own.includes(mode));
        dispatch({ type: 'tick', ticks: { ...ticks, modes: on ? [...others, ...own] : others } });
      },
    };
  };
}

function tickChosen(tick: TickOf, entry: Entry | null): void {
  const { on, onChange } = tick(entry);
  onChange(!on);
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
