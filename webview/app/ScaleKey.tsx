import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { HeadFigures } from '../../src/core/analysis/figures.js';
import { fixed } from '../../src/core/text/numbers.js';
import { placeName } from '../../src/core/charts/format.js';
import { valueText } from '../../src/core/charts/layers-plot.js';
import { similarityColour, type SimilarityScale } from '../../src/core/charts/similarity-scale.js';
import { usePanel } from './context.js';

/** Enough steps for the gradient to follow the scale. */
const STEPS = 80;

/** The scale of the colours, with a pointer at the selected value; named where the cells have no numbers. */
export function ScaleKey(props: {
  readonly left: number;
  readonly width: number;
  readonly band: number;
  readonly layer: number | null;
  readonly head: HeadFigures | null;
  readonly named: boolean;
}): JSX.Element {
  const { theme } = usePanel();
  const gradient = useMemo(() => gradientOf(theme.scale, props.band), [theme.scale, props.band]);
  const value = props.head?.weighted ?? null;
  return (
    <div class="key" style={{ marginLeft: `${String(props.left)}px` }} aria-hidden="true">
      <span>{l10n.t('dissimilar')}</span>
      <div class="key-scale" style={{ width: `${String(props.width)}px` }}>
        <div class="key-colours" style={{ background: gradient }} />
        {[-1, -0.5, 0, 0.5, 1].map((tick) => (
          <span key={tick} class="key-tick" style={{ left: `${String(((tick + 1) / 2) * 100)}%` }}>
            {valueText(tick)}
          </span>
        ))}
        {value === null ? null : (
          <span class="key-pointer" style={{ left: `${String(((value + 1) / 2) * 100)}%` }}>
            {props.named && props.head !== null && props.layer !== null
              ? `${placeName(props.layer, props.head.index)} ${fixed(value)}`
              : ''}
          </span>
        )}
      </div>
      <span>{l10n.t('similar')}</span>
    </div>
  );
}

function gradientOf(scale: SimilarityScale, band: number): string {
  const stops = Array.from({ length: STEPS + 1 }, (_, index) => {
    const value = (index / STEPS) * 2 - 1;
    return `${similarityColour(scale, value, band)} ${((index / STEPS) * 100).toFixed(2)}%`;
  });
  return `linear-gradient(to right, ${stops.join(', ')})`;
}
