import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { barsLayout, pickBar } from '../../src/core/charts/bars-layout.js';
import { barsPlot } from '../../src/core/charts/bars-plot.js';
import { chartOption } from '../../src/core/charts/plot.js';
import { entryTip, headLine } from '../../src/core/charts/words.js';
import { Chart } from '../lib/chart.js';
import { moveAmongEntries } from '../lib/entry-cursor.js';
import { useWidth } from '../lib/size.js';
import { useTip } from '../lib/tooltip.js';
import { usePanel } from './context.js';
import type { EntryHover, HeadView } from './head-view.js';

/** The modes as bars: width sigma, height cosine, so that the area is the weighted figure. */
export function Bars({ view, hovered, onHover }: { readonly view: HeadView } & EntryHover): JSX.Element {
  const { dispatch, theme } = usePanel();
  const tip = useTip();
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const { head, entries, modeBand } = view;
  const chosen = view.chosen?.first ?? null;
  const layout = useMemo(() => barsLayout(entries, chosen, width), [entries, chosen, width]);
  const option = useMemo(() => {
    const plot = barsPlot({ weighted: head.weighted, modeBand, chosen }, layout, theme);
    return chartOption([{ plot, x: 0, y: 0 }], theme, headLine(head, entries));
  }, [layout, theme]);
  const hairline = layout.bars.find(({ entry }) => entry === hovered);
  return (
    <div ref={frame} class="bars">
      {width === 0 ? null : (
        <Chart
          option={option}
          width={width}
          height={layout.height}
          later
          look={hovered === null ? '' : 'pointing'}
          frame={{
            tabIndex: 0,
            role: 'group',
            'aria-label': l10n.t('Modes as bars'),
            'data-cursor': 'bars',
            'data-copy': 'modes',
            onKeyDown: (event) => {
              if (event.altKey || event.ctrlKey || event.metaKey) return;
              const to = moveAmongEntries(entries, chosen, event.key);
              if (to === null) return;
              dispatch({ type: 'entry', entry: to.first });
              event.preventDefault();
            },
          }}
          onPoint={(x, _y, event) => {
            const entry = pickBar(layout, x);
            onHover(entry);
            tip(entry === null ? null : entryTip(entry), event);
          }}
          onLeave={() => {
            onHover(null);
            tip(null);
          }}
          onPick={(x) => {
            const entry = pickBar(layout, x);
            if (entry !== null) dispatch({ type: 'entry', entry: entry.first });
          }}
        >
          {hairline === undefined ? null : (
            <div
              class="hairline"
              style={{
                left: `${String(hairline.x)}px`,
                width: `${String(Math.max(1, hairline.column))}px`,
                top: `${String(layout.top)}px`,
                height: `${String(layout.bottom - layout.top)}px`,
              }}
            />
          )}
        </Chart>
      )}
    </div>
  );
}
