import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { chartOption } from '../../src/core/charts/plot.js';
import { pickSpectrum, spectrumLayout } from '../../src/core/charts/spectrum-layout.js';
import { spectrumPlot } from '../../src/core/charts/spectrum-plot.js';
import { entryTip } from '../../src/core/charts/words.js';
import { Chart } from '../lib/chart.js';
import { useWidth } from '../lib/size.js';
import { useTip } from '../lib/tooltip.js';
import { usePanel } from './context.js';
import type { EntryHover, HeadView } from './head-view.js';

const LABEL = l10n.t('Singular value of each mode against its cosine, and the spectrum of singular values');

/** Sigma against cosine, and the spectrum beside it on the same axis of sigma. */
export function Spectrum({ view, hovered, onHover }: { readonly view: HeadView } & EntryHover): JSX.Element {
  const { dispatch, theme } = usePanel();
  const tip = useTip();
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const { head, entries, modeBand } = view;
  const chosen = view.chosen?.first ?? null;
  const layout = useMemo(() => spectrumLayout(head, width), [head, width]);
  const option = useMemo(() => {
    const plot = spectrumPlot({ head, entries, modeBand, chosen }, layout, theme);
    return chartOption([{ plot, x: 0, y: 0 }], theme, LABEL);
  }, [layout, entries, chosen, theme]);
  return (
    <div ref={frame} class="spectrum">
      {width === 0 ? null : (
        <Chart
          option={option}
          width={width}
          height={layout.height}
          later
          look={hovered === null ? '' : 'pointing'}
          frame={{ 'data-copy': 'modes' }}
          onPoint={(x, y, event) => {
            const entry = pickSpectrum(layout, entries, x, y);
            onHover(entry);
            tip(entry === null ? null : entryTip(entry), event);
          }}
          onLeave={() => {
            onHover(null);
            tip(null);
          }}
          onPick={(x, y) => {
            const entry = pickSpectrum(layout, entries, x, y);
            if (entry !== null) dispatch({ type: 'entry', entry: entry.first });
          }}
        >
          {hovered === null ? null : (
            <div
              class="hairline across"
              style={{
                left: `${String(layout.left)}px`,
                right: `${String(layout.width - layout.spectrumEnd)}px`,
                top: `${String(layout.y(hovered.sigmaFirst))}px`,
                height: `${String(Math.max(1, layout.y(hovered.sigmaLast) - layout.y(hovered.sigmaFirst)))}px`,
              }}
            />
          )}
        </Chart>
      )}
    </div>
  );
}
