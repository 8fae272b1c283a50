import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import type { TensorStatistics } from '../../src/core/analysis/tensor/statistics.js';
import { countWords, numberWords } from './words.js';

const WIDTH = 640;
const HEIGHT = 120;

/** Counts, extremes and moments of a tensor's elements, with their histogram. */
export function StatisticsView({ statistics }: { readonly statistics: TensorStatistics }): JSX.Element {
  const { count, notANumber, infinite, zeros, finite } = statistics;
  const facts: (readonly [string, string])[] = [
    ['elements', countWords(count)],
    ...(finite === null
      ? []
      : ([
          ['min', numberWords(finite.min)],
          ['max', numberWords(finite.max)],
          ['mean', numberWords(finite.mean)],
          ['deviation', numberWords(finite.deviation)],
        ] as const)),
    ['zeros', countWords(zeros)],
    [l10n.t('NaN'), countWords(notANumber)],
    ['infinite', countWords(infinite)],
  ];
  return (
    <>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name} class={(name === 'NaN' || name === 'infinite') && value !== '0' ? 'wrong' : ''}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {finite === null ? (
        <p class="muted">{l10n.t('No element is a finite number.')}</p>
      ) : (
        <Histogram counts={finite.histogram} min={finite.min} max={finite.max} />
      )}
    </>
  );
}

function Histogram(props: {
  readonly counts: readonly number[];
  readonly min: number;
  readonly max: number;
}): JSX.Element {
  const { counts, min, max } = props;
  const most = Math.max(...counts);
  const step = WIDTH / counts.length;
  const part = (max - min) / counts.length;
  return (
    <figure>
      <svg
        viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`}
        role="img"
        aria-label={l10n.t('Histogram from {0} to {1}', numberWords(min), numberWords(max))}
      >
        {counts.map((count, bin) => {
          const height = (count / most) * HEIGHT;
          return (
            <rect
              key={bin}
              class="bar"
              x={bin * step + 0.5}
              y={HEIGHT - height}
              width={Math.max(1, step - 1)}
              height={height}
            >
              <title>
                {l10n.t(
                  '{0} to {1}: {2}',
                  numberWords(min + bin * part),
                  numberWords(min + (bin + 1) * part),
                  countWords(count),
                )}
              </title>
            </rect>
          );
        })}
      </svg>
      <figcaption class="ends">
        <span>{numberWords(min)}</span>
        <span>{numberWords(max)}</span>
      </figcaption>
    </figure>
  );
}
