import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import { chartOption } from '../../../src/core/charts/plot.js';
import { pickStrength, promptCurveLayout, promptCurvePlot } from '../../../src/core/charts/prompt-curve-plot.js';
import type { PromptPoint } from '../../../src/protocol/image.js';
import { Chart } from '../../lib/chart.js';
import { useWidth } from '../../lib/size.js';
import { useTip } from '../../lib/tooltip.js';
import { usePanel } from '../context.js';
import type { ImageView } from '../image/view.js';
import { TableButtons } from './TableButtons.js';
import { movedStrength, pointLines, pointSentence } from './curve-points.js';

/** What the prompt does to the output at every strength, over what it does elsewhere; a point is chosen by a click, or by arrow keys and Enter. */
export function PromptCurve(props: {
  readonly view: ImageView;
  readonly points: readonly PromptPoint[];
  readonly strength: number;
  readonly onChoose: (strength: number) => void;
}): JSX.Element {
  const { view, points, strength, onChoose } = props;
  const { theme } = usePanel();
  const tip = useTip();
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const [cursor, setCursor] = useState<number | null>(null);
  const marked = cursor ?? strength;
  const layout = useMemo(() => promptCurveLayout(points, width), [points, width]);
  const option = useMemo(() => {
    const plot = promptCurvePlot(points, layout, marked, theme);
    return chartOption([{ plot, x: 0, y: 0 }], theme, l10n.t('Change of the output by the strength of the prompt'));
  }, [points, layout, marked, theme]);
  const own = points.find((point) => point.strength === marked);
  const waiting = points.filter(({ band }) => band === null).length;
  return (
    <>
      <div
        ref={frame}
        class="prompt-curve"
        data-copy="prompt-curve"
        data-vscode-context={CONTEXT}
        role="group"
        aria-label={l10n.t(
          'Change of the output by the strength of the prompt. Arrow keys go from point to point, Enter takes its strength.',
        )}
        tabIndex={0}
        onKeyDown={(event) => {
          if (event.altKey || event.ctrlKey || event.metaKey) return;
          if (event.key === 'Enter' && cursor !== null) {
            setCursor(null);
            onChoose(cursor);
          } else {
            const to = movedStrength(points, marked, event.key);
            if (to === null) return;
            setCursor(to);
          }
          event.preventDefault();
        }}
        onBlur={() => {
          setCursor(null);
        }}
      >
        {width === 0 ? null : (
          <Chart
            option={option}
            width={width}
            height={layout.height}
            later
            onPoint={(x, _, event) => {
              const at = pickStrength(points, layout, x);
              tip(at === null ? null : pointLines(at), event);
            }}
            onLeave={() => {
              tip(null);
            }}
            onPick={(x) => {
              const at = pickStrength(points, layout, x);
              if (at !== null) onChoose(at.strength);
            }}
          />
        )}
        <p class="chart-caption muted">
          {own === undefined ? null : <span aria-live="polite">{`${pointSentence(own)} `}</span>}
          {waiting > 0
            ? l10n.t(
                'Shaded: the same prompt shifted around the picture, 5 to 95 %; {0} of {1} points wait for that.',
                waiting,
                points.length,
              )
            : l10n.t('Shaded: the same prompt shifted around the picture, 5 to 95 %.')}
        </p>
      </div>
      <div class="buttons">
        <TableButtons view={view} table="prompt-curve" />
      </div>
    </>
  );
}

const CONTEXT = JSON.stringify({ webviewSection: 'prompting', preventDefaultContextMenuItems: true });
