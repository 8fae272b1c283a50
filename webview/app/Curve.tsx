import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { columnCentre } from '../../src/core/charts/axis-columns.js';
import { pickLayers, type LayersLayout, type Place } from '../../src/core/charts/layers-layout.js';
import { layersPlot, numberedLayers, NUMBERS_ABOVE_EDGE, valueText } from '../../src/core/charts/layers-plot.js';
import { chartOption } from '../../src/core/charts/plot.js';
import { markColour } from '../../src/core/charts/similarity-scale.js';
import { headTip, layerTip } from '../../src/core/charts/words.js';
import { Chart } from '../lib/chart.js';
import { useTip } from '../lib/tooltip.js';
import type { Run } from '../state/run.js';
import { usePanel } from './context.js';

const LABEL = l10n.t('Weighted cosine over the layers, every head a dot: above 0 similar, below 0 dissimilar');

/** The layer curve: weighted and mean, every head a dot. What is selected lies over it, so that selecting draws no chart. */
export function Curve(props: {
  readonly run: Run;
  readonly layout: LayersLayout;
  readonly selected: Place | null;
  readonly hovered: number | null;
  readonly onHover: (layer: number | null) => void;
}): JSX.Element {
  const { run, layout, selected, hovered, onHover } = props;
  const { dispatch, theme } = usePanel();
  const tip = useTip();
  const computing = run.phase === 'running';
  const option = useMemo(() => {
    const plot = layersPlot({ layers: run.layers, computing, numbers: false }, layout, theme);
    return chartOption([{ plot, x: 0, y: 0 }], theme, LABEL);
  }, [run.layers, computing, layout, theme]);
  return (
    <Chart
      option={option}
      width={layout.columns.width}
      height={layout.height}
      look={hovered === null ? '' : 'pointing'}
      onPoint={(x, y, event) => {
        const at = pickLayers(layout, x, y);
        const layer = at === null ? undefined : run.layers[at.layer];
        onHover(layer === null || layer === undefined ? null : layer.index);
        if (layer === null || layer === undefined || at === null) tip(null);
        else {
          const head = at.head === null ? undefined : layer.heads[at.head];
          tip(head === undefined ? layerTip(layer) : headTip(at.layer, head), event);
        }
      }}
      onLeave={() => {
        onHover(null);
        tip(null);
      }}
      onPick={(x, y) => {
        const at = pickLayers(layout, x, y);
        if (at === null || (run.layers[at.layer] ?? null) === null) return;
        if (at.head === null) dispatch({ type: 'layer', layer: at.layer });
        else dispatch({ type: 'head', layer: at.layer, head: at.head });
      }}
    >
      <Values layout={layout} />
      <LayerNumbers layout={layout} selected={selected?.layer ?? null} />
      <SelectedDot layout={layout} selected={selected} />
    </Chart>
  );
}

/** Numbers of the vertical axis; they stay where they are when the figure scrolls. */
function Values({ layout }: { readonly layout: LayersLayout }): JSX.Element {
  return (
    <div class="curve-values" aria-hidden="true">
      {[1, 0.5, 0, -0.5, -1]
        .filter((value) => value >= layout.low)
        .map((value) => (
          <span
            key={value}
            style={{ top: `${String(layout.y(value))}px`, width: `${String(layout.columns.left - 6)}px` }}
          >
            {valueText(value)}
          </span>
        ))}
      <span class="dense" style={{ top: `${String(layout.height - NUMBERS_ABOVE_EDGE)}px` }}>
        {l10n.t('layer')}
      </span>
    </div>
  );
}

function LayerNumbers(props: { readonly layout: LayersLayout; readonly selected: number | null }): JSX.Element {
  const { columns, height } = props.layout;
  return (
    <div class="curve-layers" aria-hidden="true" style={{ top: `${String(height - NUMBERS_ABOVE_EDGE)}px` }}>
      {numberedLayers(columns, props.selected).map((layer) => (
        <span
          key={layer}
          class={layer === props.selected ? 'selected' : ''}
          style={{ left: `${String(columnCentre(columns, layer))}px` }}
        >
          {layer}
        </span>
      ))}
    </div>
  );
}

/** The selected head's dot, a little larger and ringed. */
function SelectedDot(props: { readonly layout: LayersLayout; readonly selected: Place | null }): JSX.Element | null {
  const { layout, selected } = props;
  const { theme } = usePanel();
  const dot = layout.dots.find(({ layer, head }) => layer === selected?.layer && head === selected.head);
  if (dot === undefined) return null;
  const place = { left: `${String(dot.x)}px`, top: `${String(dot.y)}px` };
  const size = (radius: number): { width: string; height: string } => ({
    width: `${String(2 * radius)}px`,
    height: `${String(2 * radius)}px`,
  });
  return (
    <>
      <div
        class="dot"
        style={{
          ...place,
          ...size(layout.radius + 0.9),
          background: markColour(theme.scale, dot.value, dot.band, theme.lines),
        }}
      />
      <div class="dot-ring" style={{ ...place, ...size(layout.radius + 5) }} />
    </>
  );
}
