import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { chartOption } from '../../../src/core/charts/plot.js';
import { pickPreference, preferenceLayout, type PreferenceView } from '../../../src/core/charts/preference-layout.js';
import { preferencePlot } from '../../../src/core/charts/preference-plot.js';
import { Chart } from '../../lib/chart.js';
import { useWidth } from '../../lib/size.js';
import { useTip } from '../../lib/tooltip.js';
import { usePanel } from '../context.js';
import type { ImageView } from '../image/view.js';

/** What patches attend to over depth; its points and layers are selected by a click. */
export function DepthChart({ chart, view }: { readonly chart: PreferenceView; readonly view: ImageView }): JSX.Element {
  const { dispatch, theme } = usePanel();
  const tip = useTip();
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const selected = useMemo(
    () => ({ layer: view.layer.index, head: view.head.index }),
    [view.layer.index, view.head.index],
  );
  const layout = useMemo(() => preferenceLayout(chart, width), [chart, width]);
  const option = useMemo(() => {
    const plot = preferencePlot(chart, layout, selected, theme);
    return chartOption(
      [{ plot, x: 0, y: 0 }],
      theme,
      l10n.t('{0}: attention over depth, as a multiple of even', chart.title),
    );
  }, [chart, layout, selected, theme]);
  return (
    <div ref={frame} class="preference-chart">
      {width === 0 ? null : (
        <Chart
          option={option}
          width={width}
          height={layout.height}
          later
          onPoint={(x, y, event) => {
            const at = pickPreference(chart, layout, x, y);
            tip(at === null ? null : tipLines(chart, at.layer, at.head), event);
          }}
          onLeave={() => {
            tip(null);
          }}
          onPick={(x, y) => {
            const at = pickPreference(chart, layout, x, y);
            if (at === null) return;
            if (at.head === null) dispatch({ type: 'layer', layer: at.layer });
            else dispatch({ type: 'head', layer: at.layer, head: at.head });
          }}
        />
      )}
    </div>
  );
}

function tipLines(chart: PreferenceView, layer: number, head: number | null): string[] {
  const point = chart.heads.find((one) => one.layer === layer && one.head === head);
  if (point !== undefined) return [`L${layer} H${point.head}`, l10n.t('same object {0}× even', point.ratio.toFixed(2))];
  const lines = chart.lines.flatMap(({ words, ratios, after }) => {
    const ratio = ratios[layer] ?? null;
    const changed = after?.[layer] ?? null;
    const then = changed === null ? '' : l10n.t(', changed {0}×', changed.toFixed(2));
    return ratio === null ? [] : [l10n.t('{0} {1}× even{2}', words, ratio.toFixed(2), then)];
  });
  return [l10n.t('Layer {0}, mean over heads', layer), ...lines];
}
