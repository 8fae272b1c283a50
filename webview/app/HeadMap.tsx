import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { HeadFigures } from '../../src/core/analysis/figures.js';
import type { AxisColumns } from '../../src/core/charts/axis-columns.js';
import { cellNumber } from '../../src/core/charts/format.js';
import type { Place } from '../../src/core/charts/layers-layout.js';
import type { MapCell, MapSizes } from '../../src/core/charts/map-layout.js';
import { inkOn, similarityColour } from '../../src/core/charts/similarity-scale.js';
import { cellLabel, direction, headTip } from '../../src/core/charts/words.js';
import { entryCell, moveInMap, type MapRows } from '../lib/map-cursor.js';
import { useTip } from '../lib/tooltip.js';
import { usePanel } from './context.js';

/** What the map is drawn from. */
export interface HeadMapProps {
  readonly rows: MapRows;
  readonly columns: AxisColumns;
  readonly sizes: MapSizes;
  readonly selected: Place | null;
  /** Columns are sorted by value, so that rows are no heads. */
  readonly sorted: boolean;
  readonly onHover: (layer: number | null) => void;
}

/** Every head as a cell: columns are layers, on the axis of the curve above, rows are heads. */
export function HeadMap({ rows, columns, sizes, selected, sorted, onHover }: HeadMapProps): JSX.Element {
  const { dispatch } = usePanel();
  const grid = useRef<HTMLDivElement>(null);
  const cursor = entryCell(rows, selected);
  // A selection by keyboard moves the focus with it; one from elsewhere leaves the focus where it is.
  useLayoutEffect(() => {
    // With the frame, when the page is laid out anyway: keys that come before are the grid's own.
    const frame = requestAnimationFrame(() => {
      const map = grid.current;
      if (map === null) return;
      const cell = map.querySelector<HTMLElement>('[tabindex="0"]');
      if (map.contains(document.activeElement)) cell?.focus({ preventScroll: true });
      if (columns.scrolls) cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [selected?.layer, selected?.head, columns.scrolls]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || cursor === null) return;
    if (event.key === 'Enter') {
      dispatch({ type: 'head', layer: cursor.layer, head: cursor.head });
      document.querySelector<HTMLElement>('[data-cursor="bars"]')?.focus();
      event.preventDefault();
      return;
    }
    const to = moveInMap(rows, cursor, event.key);
    if (to === null) return;
    dispatch({ type: 'head', ...to });
    event.preventDefault();
  };
  return (
    <div
      ref={grid}
      class="map"
      role="grid"
      aria-label={l10n.t('Weighted cosine of every head')}
      aria-colcount={columns.count}
      aria-rowcount={rows.length}
      style={{
        gridTemplateColumns: `${String(columns.left - columns.gap)}px repeat(${String(columns.count)}, ${String(columns.cell)}px)`,
        gap: `${String(columns.gap)}px`,
        gridAutoRows: `${String(sizes.cellHeight)}px`,
      }}
      data-copy="cell"
      onKeyDown={onKeyDown}
      onMouseLeave={() => {
        onHover(null);
      }}
    >
      {rows.map((row, index) => (
        <MapRow
          key={index}
          row={row}
          name={sorted ? '' : `H${String(index)}`}
          dense={sizes.cellHeight < 18}
          selected={layerIn(row, selected)}
          focusable={layerIn(row, cursor)}
          numbers={sizes.numbers}
          onHover={onHover}
        />
      ))}
    </div>
  );
}

/** The layer at which a row has a head; null where it is in another row. */
function layerIn(row: readonly MapCell[], place: Place | null): number | null {
  const cell = place === null ? undefined : row[place.layer];
  return place !== null && cell !== undefined && isHead(cell, place.head) ? place.layer : null;
}

/** One row, made anew only when something in it changes: a map has hundreds of cells, and a step changes two. */
function MapRow(props: {
  readonly row: readonly MapCell[];
  readonly name: string;
  readonly dense: boolean;
  /** Layer of the selected cell, and of the one that keys start from; null: in another row. */
  readonly selected: number | null;
  readonly focusable: number | null;
  readonly numbers: boolean;
  readonly onHover: (layer: number | null) => void;
}): JSX.Element {
  const { row, name, dense, selected, focusable, numbers, onHover } = props;
  return useMemo(
    () => (
      <div class="map-row" role="row">
        <span class={dense ? 'map-name dense' : 'map-name'} role="rowheader">
          {name}
        </span>
        {row.map((cell, layer) => (
          <Cell
            key={layer}
            cell={cell}
            layer={layer}
            selected={selected === layer}
            focusable={focusable === layer}
            number={numbers}
            onHover={onHover}
          />
        ))}
      </div>
    ),
    [row, name, dense, selected, focusable, numbers, onHover],
  );
}

function isHead(cell: MapCell, head: number): boolean {
  return cell !== null && cell !== 'pending' && cell.index === head;
}

interface CellProps {
  readonly cell: MapCell;
  readonly layer: number;
  readonly selected: boolean;
  readonly focusable: boolean;
  readonly number: boolean;
  readonly onHover: (layer: number | null) => void;
}

function Cell(props: CellProps): JSX.Element {
  const { cell, layer } = props;
  if (cell === null) return <span role="gridcell" aria-label={l10n.t('Layer {0}, no such head', String(layer))} />;
  if (cell === 'pending')
    return (
      <span class="cell pending" role="gridcell" aria-label={l10n.t('Layer {0}, not computed yet', String(layer))} />
    );
  return <HeadCell {...props} head={cell} />;
}

function HeadCell({
  head,
  layer,
  selected,
  focusable,
  number,
  onHover,
}: CellProps & { readonly head: HeadFigures }): JSX.Element {
  const { dispatch, theme } = usePanel();
  const tip = useTip();
  const side = direction(head.weighted, head.weightedBand);
  const style = useMemo((): { background?: string; color?: string } => {
    if (head.weighted === null) return {};
    if (side === 'neither') return { background: theme.scale.neutral };
    const background = similarityColour(theme.scale, head.weighted);
    return { background, color: inkOn(background) };
  }, [head, side, theme]);
  const plain = head.weighted === null ? 'missing' : side === 'neither' ? 'chance' : '';
  return (
    <span
      class={`cell ${plain} ${selected ? 'selected' : ''}`}
      role="gridcell"
      tabIndex={focusable ? 0 : -1}
      aria-selected={selected}
      aria-label={cellLabel(layer, head)}
      style={style}
      onClick={(event) => {
        dispatch({ type: 'head', layer, head: head.index });
        event.currentTarget.focus();
      }}
      onMouseMove={(event) => {
        tip(headTip(layer, head), event);
        onHover(layer);
      }}
      onMouseLeave={() => {
        tip(null);
      }}
    >
      {number ? cellNumber(head.weighted) : ''}
    </span>
  );
}
