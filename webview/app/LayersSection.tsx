import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useCallback, useMemo, useRef, useState } from 'preact/hooks';
import type { HeadFigures } from '../../src/core/analysis/figures.js';
import { plainNumber } from '../../src/core/charts/format.js';
import { layersLayout, type LayersLayout, type Place } from '../../src/core/charts/layers-layout.js';
import { mapRows, mapSizes } from '../../src/core/charts/map-layout.js';
import { IconButton } from '../lib/controls.js';
import { useWidth } from '../lib/size.js';
import type { ViewChoices } from '../state/panel-state.js';
import type { Run } from '../state/run.js';
import { usePanel } from './context.js';
import { Curve } from './Curve.js';
import { DataTable } from './DataTable.js';
import { HeadMap } from './HeadMap.js';
import { ScaleKey } from './ScaleKey.js';
import { layersTable } from './tables.js';

/** What the section is drawn from. */
export interface LayersSectionProps {
  readonly run: Run;
  /** Number of heads of the layers that are not there yet. */
  readonly expectedHeads: number;
  readonly selected: Place | null;
  readonly head: HeadFigures | null;
  readonly view: ViewChoices;
}

/** Curve and map: one figure with one axis of layers. */
export function LayersSection({ run, expectedHeads, selected, head, view }: LayersSectionProps): JSX.Element {
  const { dispatch } = usePanel();
  const figure = useRef<HTMLDivElement>(null);
  const width = useWidth(figure);
  const [hovered, setHovered] = useState<number | null>(null);
  const layout = useMemo(() => layersLayout(run.layers, width), [run.layers, width]);
  const rows = useMemo(() => mapRows(run.layers, expectedHeads, view.sorted), [run.layers, expectedHeads, view.sorted]);
  const sizes = mapSizes(rows.length, layout.columns);
  const onHover = useCallback((layer: number | null) => {
    setHovered(layer);
  }, []);
  return (
    <section class="layers" aria-label={l10n.t('Layers and heads')} data-vscode-context={LAYERS_CONTEXT}>
      <div class="section-top">
        <div class="section-title">
          <h2>{l10n.t('Layers and heads')}</h2>
          <span class="section-words">{l10n.t('weighted cosine: above 0 similar, below 0 dissimilar')}</span>
        </div>
        <span class="tools">
          <IconButton
            icon="sorted"
            label={l10n.t('Sort heads by value')}
            pressed={view.sorted}
            onClick={() => {
              dispatch({ type: 'view', change: { sorted: !view.sorted } });
            }}
          />
          <IconButton
            icon="table"
            label={l10n.t('Show as table')}
            pressed={view.layersAsTable}
            onClick={() => {
              dispatch({ type: 'view', change: { layersAsTable: !view.layersAsTable } });
            }}
          />
        </span>
      </div>
      {view.layersAsTable ? (
        <DataTable
          label={l10n.t('Layers')}
          data={layersTable(run.layers)}
          copied={layersTable(run.layers, plainNumber)}
        />
      ) : null}
      <div ref={figure} class={layout.columns.scrolls ? 'figure scrolls' : 'figure'}>
        {width === 0 ? null : (
          <>
            {view.layersAsTable ? null : (
              <Curve run={run} layout={layout} selected={selected} hovered={hovered} onHover={onHover} />
            )}
            <HeadMap
              rows={rows}
              columns={layout.columns}
              sizes={sizes}
              selected={selected}
              sorted={view.sorted}
              onHover={onHover}
            />
            <ColumnMark layout={layout} layer={selected?.layer ?? null} kind="tint" />
            <ColumnMark layout={layout} layer={hovered} kind="hairline" />
          </>
        )}
      </div>
      {width === 0 ? null : (
        <ScaleKey
          left={layout.columns.left}
          width={Math.max(120, Math.min(300, width - 210))}
          band={head?.weightedBand ?? 0}
          layer={selected?.layer ?? null}
          head={head}
          named={!sizes.numbers}
        />
      )}
    </section>
  );
}

const LAYERS_CONTEXT = JSON.stringify({ webviewSection: 'layers', preventDefaultContextMenuItems: true });

/** The column of the selected layer, or of the one under the mouse, through curve and map. */
function ColumnMark(props: {
  readonly layout: LayersLayout;
  readonly layer: number | null;
  readonly kind: 'tint' | 'hairline';
}): JSX.Element | null {
  const { columns } = props.layout;
  if (props.layer === null) return null;
  const left = columns.left - columns.gap / 2 + columns.step * props.layer;
  return (
    <div
      class={`column-${props.kind}`}
      aria-hidden="true"
      style={{ left: `${String(left)}px`, width: `${String(columns.step)}px` }}
    />
  );
}
