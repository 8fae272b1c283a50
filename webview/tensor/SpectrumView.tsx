import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { numberWords } from './words.js';

const WIDTH = 640;
const HEIGHT = 140;

/** Singular values in order, with what they say together. */
export function SpectrumView({ sigma }: { readonly sigma: Float64Array }): JSX.Element {
  const largest = sigma[0] ?? 0;
  const sum = sigma.reduce((all, value) => all + value, 0);
  const squares = sigma.reduce((all, value) => all + value ** 2, 0);
  const x = (n: number): number => (sigma.length < 2 ? 0 : (n / (sigma.length - 1)) * WIDTH);
  const y = (value: number): number => HEIGHT - (largest > 0 ? value / largest : 0) * HEIGHT;
  const path = Array.from(sigma, (value, n) => `${n === 0 ? 'M' : 'L'}${x(n).toFixed(2)},${y(value).toFixed(2)}`);
  return (
    <>
      <p>
        {l10n.t(
          '{0} singular values, the largest {1}, the smallest {2}.',
          sigma.length,
          numberWords(largest),
          numberWords(sigma.at(-1) ?? 0),
        )}{' '}
        {squares > 0
          ? `${l10n.t('Effective rank (sum of the values squared, over the sum of their squares): {0}.', numberWords(sum ** 2 / squares))} `
          : ''}
        {l10n.t('Values under 1e-8 of the largest are not resolved.')}
      </p>
      <figure>
        <svg
          viewBox={`0 -2 ${String(WIDTH)} ${String(HEIGHT + 4)}`}
          role="img"
          aria-label={l10n.t(
            'Singular values from {0} down to {1}',
            numberWords(largest),
            numberWords(sigma.at(-1) ?? 0),
          )}
        >
          <path class="line" d={path.join('')} />
        </svg>
        <figcaption class="ends">
          <span>0</span>
          <span>{sigma.length - 1}</span>
        </figcaption>
      </figure>
    </>
  );
}
