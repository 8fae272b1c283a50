import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { placeName } from '../../../src/core/charts/format.js';
import { inkOn, similarityColour } from '../../../src/core/charts/similarity-scale.js';
import { usePanel } from '../context.js';
import { GROUPS, type HeadInterrelation } from './keypoint-words.js';

/** Which groups of patches attend to which: as a multiple of even attention. */
export function GroupMatrix(props: {
  readonly figures: HeadInterrelation;
  readonly layer: number;
  readonly head: number;
}): JSX.Element {
  return (
    <div class="group-matrix">
      <div class="figure-title">
        <b>{l10n.t('Who attends to whom')}</b>{' '}
        <span class="muted">{l10n.t('{0}, × even', placeName(props.layer, props.head))}</span>
      </div>
      <table>
        <thead>
          <tr>
            <th scope="col">{l10n.t('from, to')}</th>
            {GROUPS.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {GROUPS.map((name, from) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {GROUPS.map((to, column) => (
                <GroupCell key={to} ratio={props.figures.groupRatio[from * GROUPS.length + column] ?? NaN} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="chart-caption muted">{l10n.t('Groups by concentration of keypoints: none, then thirds.')}</p>
    </div>
  );
}

/** Ratios nearer to even have no colour: they are read as the same. */
const NEARLY_EVEN = 0.08;

function GroupCell({ ratio }: { readonly ratio: number }): JSX.Element {
  const { theme } = usePanel();
  if (!Number.isFinite(ratio)) return <td class="muted">–</td>;
  const hue = ratio > 0 ? Math.max(-1, Math.min(1, Math.log2(ratio) * 0.55)) : -1;
  const background = similarityColour(theme.scale, hue, NEARLY_EVEN);
  return <td style={{ background, color: inkOn(background) }}>{ratio.toFixed(1)}</td>;
}
