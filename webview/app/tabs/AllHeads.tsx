import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { markColour } from '../../../src/core/charts/similarity-scale.js';
import { fixed } from '../../../src/core/text/numbers.js';
import { RadioGroup } from '../../lib/controls.js';
import { useKept } from '../../lib/kept.js';
import { usePanel } from '../context.js';
import { commonPeak, headAttention, headsIn, timesEven, type TokenAttention } from '../image/attention.js';
import { attentionTip, recomputedWords } from '../image/image-words.js';
import { attentionPaint } from '../image/paints.js';
import { PatchPicture } from '../image/PatchPicture.js';
import type { ImageView } from '../image/view.js';

/** Each head to its own peak, or all on one scale. */
export function ScaleSwitch({ view }: { readonly view: ImageView }): JSX.Element {
  const { dispatch } = usePanel();
  return (
    <span class="labelled apart">
      <span class="label">{l10n.t('Scale')}</span>
      <RadioGroup
        name="scale"
        label={l10n.t('Scale of attention')}
        choices={[
          { value: 'own', label: l10n.t('own peak') },
          { value: 'common', label: l10n.t('common') },
        ]}
        value={view.state.view.commonScale ? 'common' : 'own'}
        onChoose={(value) => {
          dispatch({ type: 'view', change: { commonScale: value === 'common' } });
        }}
      />
    </span>
  );
}

/** What the token that asks attends to in every head of the layer. */
export function AllHeads({ view }: { readonly view: ImageView }): JSX.Element {
  const { card, layer } = view;
  const { dispatch } = usePanel();
  const list = useRef<HTMLDivElement>(null);
  const { value: figures, fresh } = useKept(view.attention, card.id);
  const heads = useMemo(
    () =>
      figures === null
        ? []
        : Array.from({ length: headsIn(card, figures) }, (_, head) => headAttention(card, figures, head)),
    [card, figures],
  );
  const common = useMemo(() => (figures === null ? 0 : commonPeak(card, figures)), [card, figures]);
  if (figures === null) return <p class="muted">{l10n.t('Attention of this layer is on its way.')}</p>;
  const move = (step: number): void => {
    const head = Math.max(0, Math.min(heads.length - 1, view.head.index + step));
    dispatch({ type: 'head', layer: layer.index, head });
    list.current?.querySelectorAll<HTMLElement>('[role="option"]')[head]?.focus({ preventScroll: true });
  };
  return (
    <>
      <div
        ref={list}
        class={fresh ? 'multiples' : 'multiples stale'}
        role="listbox"
        aria-label={l10n.t('Attention in every head of layer {0}', layer.index)}
        aria-orientation="horizontal"
        data-copy="attention"
        onKeyDown={(event) => {
          if (event.altKey || event.ctrlKey || event.metaKey) return;
          const step = {
            ArrowLeft: -1,
            ArrowUp: -1,
            ArrowRight: 1,
            ArrowDown: 1,
            Home: -heads.length,
            End: heads.length,
          }[event.key];
          if (step === undefined) return;
          move(step);
          event.preventDefault();
        }}
      >
        {heads.map((attention, head) =>
          attention === null ? null : (
            <Multiple key={head} view={view} head={head} attention={attention} common={common} />
          ),
        )}
      </div>
      <p class="chart-caption muted">{recomputedWords(figures)}</p>
    </>
  );
}

function Multiple(props: {
  readonly view: ImageView;
  readonly head: number;
  readonly attention: TokenAttention;
  readonly common: number;
}): JSX.Element {
  const { view, head, attention, common } = props;
  const { card, layer, token, between, state } = view;
  const { dispatch, theme } = usePanel();
  const { commonScale, opacity } = state.view;
  const largest = commonScale ? common : attention.peak;
  const paint = useMemo(
    () => attentionPaint(card, attention.patches, largest, between, opacity),
    [card, attention, largest, between, opacity],
  );
  const figures = layer.heads[head];
  const chosen = head === view.head.index;
  const peak = timesEven(attention.peak, attention.even);
  const weighted = fixed(figures?.weighted ?? null);
  const { index } = layer;
  // Made anew only when something in it changes: a step from head to head changes two of them.
  return useMemo(
    () => (
      <figure
        class={chosen ? 'multiple chosen' : 'multiple'}
        role="option"
        aria-selected={chosen}
        aria-label={l10n.t('Head {0}, weighted {1}, largest attention {2} even', head, weighted, peak)}
        tabIndex={chosen ? 0 : -1}
        onClickCapture={(event) => {
          // Here a click is for the head; its patch stays.
          event.stopPropagation();
          dispatch({ type: 'head', layer: index, head });
          event.currentTarget.focus({ preventScroll: true });
        }}
      >
        <PatchPicture
          card={card}
          label={l10n.t('Attention in head {0}', head)}
          paint={paint}
          token={token}
          tip={(place) => attentionTip(attention, card.grid[1], place)}
          later
        />
        <figcaption>
          <b>H{head}</b>
          <span>
            <i
              class="swatch"
              style={{
                background: markColour(theme.scale, figures?.weighted ?? null, figures?.weightedBand ?? 0, theme.lines),
              }}
            />
            {weighted}
          </span>
          <span class="apart">{l10n.t('max {0}', peak)}</span>
        </figcaption>
      </figure>
    ),
    [card, attention, paint, token, index, head, chosen, figures, theme, dispatch],
  );
}
