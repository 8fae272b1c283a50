import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { HeatMap, TableWindow } from '../../src/core/analysis/tensor/heat-map.js';
import type { ChartTheme } from '../../src/core/charts/chart-theme.js';
import { parseColour } from '../../src/core/charts/css-colour.js';
import { similarityColour } from '../../src/core/charts/similarity-scale.js';
import { Button } from '../lib/controls.js';
import { movedWindow, zoomedWindow, type Table } from './window.js';
import { numberWords } from './words.js';

/** Colours between -1 and 1; more are not told apart. */
const SHADES = 255;

/** The elements of a tensor as a picture that can be zoomed: green above 0, violet below, the darkest or lightest at the largest magnitude. */
export function HeatMapView(props: {
  readonly map: HeatMap;
  readonly table: Table;
  readonly theme: ChartTheme;
  readonly onWindow: (window: TableWindow) => void;
}): JSX.Element {
  const { map, table, theme, onWindow } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [at, setAt] = useState<readonly [row: number, column: number] | null>(null);
  useLayoutEffect(() => {
    if (canvas.current !== null) paint(canvas.current, map, theme);
  }, [map, theme]);
  const { window } = map;
  const cellAt = (event: MouseEvent): readonly [row: number, column: number] | null => {
    const box = canvas.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0 || box.height === 0) return null;
    const row = Math.floor(((event.clientY - box.top) / box.height) * map.rows);
    const column = Math.floor(((event.clientX - box.left) / box.width) * map.columns);
    return row >= 0 && row < map.rows && column >= 0 && column < map.columns ? [row, column] : null;
  };
  const elementOf = ([row, column]: readonly [number, number]): readonly [number, number] => [
    window.row + Math.floor((row * window.rows) / map.rows),
    window.column + Math.floor((column * window.columns) / map.columns),
  ];
  const zoom = (factor: number, cell: readonly [number, number] | null): void => {
    onWindow(zoomedWindow(window, table, factor, cell === null ? null : elementOf(cell)));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const next = windowAfterKey(window, table, event.key);
    if (next === null) return;
    onWindow(next);
    event.preventDefault();
  };
  const whole = window.rows === table.rows && window.columns === table.columns;
  return (
    <figure>
      <div class="map-tools">
        <Button
          onClick={() => {
            zoom(0.5, at);
          }}
        >
          {l10n.t('Zoom in')}
        </Button>
        <Button
          disabled={whole}
          onClick={() => {
            zoom(2, at);
          }}
        >
          {l10n.t('Zoom out')}
        </Button>
        <Button
          disabled={whole}
          onClick={() => {
            onWindow({ row: 0, rows: table.rows, column: 0, columns: table.columns });
          }}
        >
          {l10n.t('Whole')}
        </Button>
        <span class="muted" role="status">
          {placeWords(map, at)}
        </span>
      </div>
      <canvas
        ref={canvas}
        class="heat"
        tabIndex={0}
        role="img"
        aria-label={l10n.t(
          'Rows {0} to {1}, columns {2} to {3}; plus and minus zoom, arrows move',
          String(window.row),
          String(window.row + window.rows - 1),
          String(window.column),
          String(window.column + window.columns - 1),
        )}
        style={{ aspectRatio: `${String(map.columns)} / ${String(Math.max(map.rows, map.columns / 8))}` }}
        onMouseMove={(event) => {
          setAt(cellAt(event));
        }}
        onMouseLeave={() => {
          setAt(null);
        }}
        onDblClick={(event) => {
          zoom(0.5, cellAt(event));
        }}
        onKeyDown={onKeyDown}
      />
      <figcaption class="ends">
        <span>
          {l10n.t(
            'rows {0} to {1}, columns {2} to {3}',
            String(window.row),
            String(window.row + window.rows - 1),
            String(window.column),
            String(window.column + window.columns - 1),
          )}
        </span>
        <span>
          {map.rows < window.rows || map.columns < window.columns
            ? l10n.t('largest magnitude {0} of a mean over several elements', numberWords(map.largest))
            : l10n.t('largest magnitude {0}', numberWords(map.largest))}
        </span>
      </figcaption>
    </figure>
  );
}

function windowAfterKey(window: TableWindow, table: Table, key: string): TableWindow | null {
  if (key === '+' || key === '=') return zoomedWindow(window, table, 0.5, null);
  if (key === '-') return zoomedWindow(window, table, 2, null);
  if (key === 'Home') return { row: 0, rows: table.rows, column: 0, columns: table.columns };
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
  };
  const step = steps[key];
  return step === undefined ? null : movedWindow(window, table, step);
}

function placeWords({ window, rows, columns, means }: HeatMap, at: readonly [number, number] | null): string {
  if (at === null) return '';
  const [row, column] = at;
  const first = (cell: number, cells: number, start: number, length: number): number =>
    start + Math.floor((cell * length) / cells);
  const from = [first(row, rows, window.row, window.rows), first(column, columns, window.column, window.columns)].join(
    ', ',
  );
  const value = means[row * columns + column] ?? NaN;
  return `[${from}] ${Number.isNaN(value) ? l10n.t('not finite') : numberWords(value)}`;
}

function paint(canvas: HTMLCanvasElement, { rows, columns, means, largest }: HeatMap, theme: ChartTheme): void {
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext('2d');
  if (context === null || rows === 0 || columns === 0) return;
  const image = context.createImageData(columns, rows);
  const shades = Array.from({ length: SHADES }, (_, shade) =>
    parseColour(similarityColour(theme.scale, (2 * shade) / (SHADES - 1) - 1)),
  );
  means.forEach((mean, cell) => {
    // What is not finite stays transparent.
    const shade = shades[Math.round(((largest > 0 ? mean / largest : 0) + 1) * ((SHADES - 1) / 2))];
    if (Number.isNaN(mean) || shade === undefined || shade === null) return;
    image.data.set([...shade.rgb, 255], 4 * cell);
  });
  context.putImageData(image, 0, 0);
}
