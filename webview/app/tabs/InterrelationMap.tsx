import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { Place } from '../../../src/core/charts/layers-layout.js';
import { inkOn, similarityColour } from '../../../src/core/charts/similarity-scale.js';
import type { LayerInterrelation } from '../../../src/protocol/image.js';
import { useTip } from '../../lib/tooltip.js';
import { usePanel } from '../context.js';
import {
  hueOf,
  interrelationLabel,
  interrelationSentence,
  interrelationTip,
  movedPlace,
  significanceWords,
  type HeadInterrelation,
} from './keypoint-words.js';

/** Cells are never closer to neutral than this, or a kept head would look like chance. */
const FAINTEST = 0.1;

/** Do patches with keypoints attend to each other, more than where they lie explains? Every head a cell. */
export function InterrelationMap(props: {
  readonly layers: readonly (LayerInterrelation | null)[];
  readonly selected: Place;
  readonly significant: readonly (readonly [layer: number, head: number])[] | null;
  readonly shifts: number;
}): JSX.Element {
  const { layers, selected, significant, shifts } = props;
  const { dispatch } = usePanel();
  const grid = useRef<HTMLDivElement>(null);
  const kept = useMemo(() => new Set(significant?.map(([layer, head]) => `${layer} ${head}`)), [significant]);
  const rows = Math.max(0, ...layers.map((layer) => layer?.heads.length ?? 0));
  const heads = layers.reduce((sum, layer) => sum + (layer?.heads.length ?? 0), 0);
  const own = layers[selected.layer]?.heads[selected.head];
  useLayoutEffect(() => {
    const map = grid.current;
    if (map?.contains(document.activeElement) === true) map.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }, [selected.layer, selected.head]);
  return (
    <>
      <div class="figure-title">
        <b>{l10n.t('Do patches with keypoints attend to each other?')}</b>{' '}
        <span class="muted">{l10n.t('Interrelation, 1 = even attention')}</span>
      </div>
      <div
        ref={grid}
        class="interrelation-map"
        role="grid"
        aria-label={l10n.t('Interrelation of every head')}
        style={{ gridTemplateColumns: `28px repeat(${layers.length}, minmax(0, 40px))` }}
        onKeyDown={(event) => {
          if (event.altKey || event.ctrlKey || event.metaKey) return;
          const to = movedPlace(layers, selected.layer, selected.head, event.key);
          if (to === null) return;
          dispatch({ type: 'head', ...to });
          event.preventDefault();
        }}
      >
        <div class="map-row" role="row">
          <span role="columnheader" aria-label={l10n.t('head')} />
          {layers.map((_, layer) => (
            <span key={layer} class="map-layer" role="columnheader">
              {layer}
            </span>
          ))}
        </div>
        {Array.from({ length: rows }, (_, head) => (
          <div key={head} class="map-row" role="row">
            <span class="map-name" role="rowheader">
              H{head}
            </span>
            {layers.map((layer, index) => (
              <InterrelationCell
                key={index}
                layer={index}
                head={head}
                figures={layer?.heads[head] ?? null}
                kept={kept.has(`${index} ${head}`)}
                selected={index === selected.layer && head === selected.head}
              />
            ))}
          </div>
        ))}
      </div>
      <p class="chart-caption muted">
        <i class="cell-sample" aria-hidden="true" /> {significanceWords(significant?.length ?? null, heads, shifts)}
      </p>
      {own === undefined ? null : <p>{interrelationSentence(selected.layer, selected.head, own)}</p>}
    </>
  );
}

function InterrelationCell(props: {
  readonly layer: number;
  readonly head: number;
  readonly figures: HeadInterrelation | null;
  readonly kept: boolean;
  readonly selected: boolean;
}): JSX.Element {
  const { layer, head, figures, kept, selected } = props;
  const { dispatch, theme } = usePanel();
  const tip = useTip();
  if (figures === null)
    return <span class="cell pending" role="gridcell" aria-label={l10n.t('Layer {0}, not there yet', layer)} />;
  const hue = hueOf(figures);
  const background = kept
    ? similarityColour(theme.scale, Math.sign(hue) * Math.max(FAINTEST, Math.abs(hue)))
    : theme.scale.neutral;
  return (
    <span
      class={`cell ${kept ? '' : 'chance'} ${selected ? 'selected' : ''}`}
      role="gridcell"
      tabIndex={selected ? 0 : -1}
      aria-selected={selected}
      aria-label={interrelationLabel(layer, head, figures, kept)}
      style={kept ? { background, color: inkOn(background) } : { background }}
      onClick={(event) => {
        dispatch({ type: 'head', layer, head });
        event.currentTarget.focus();
      }}
      onMouseMove={(event) => {
        tip(interrelationTip(layer, head, figures), event);
      }}
      onMouseLeave={() => {
        tip(null);
      }}
    >
      {figures.w.toFixed(1)}
      {kept ? <i class="kept-dot" /> : null}
    </span>
  );
}
