import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { placeName } from '../../../src/core/charts/format.js';
import { useKept } from '../../lib/kept.js';
import { tokenWords } from '../../state/patches.js';
import { headAttention, timesEven, type TokenAttention } from '../image/attention.js';
import { attentionTip } from '../image/image-words.js';
import { attentionPaint } from '../image/paints.js';
import { PatchPicture } from '../image/PatchPicture.js';
import type { ImageView } from '../image/view.js';
import { movedWords } from './outcome-words.js';

/** What the token that asks attends to in the selected head, before and after a change, on one scale. */
export function BeforeAfter({ view }: { readonly view: ImageView }): JSX.Element | null {
  const { card, token, layer, head, attention, changedAttention } = view;
  const found = useMemo(() => {
    const before = attention === null ? null : headAttention(card, attention, head.index);
    const after = changedAttention === null ? null : headAttention(card, changedAttention, head.index);
    return before === null || after === null ? null : { before, after };
  }, [card, attention, changedAttention, head.index]);
  const { value: pair, fresh } = useKept(found, card.id);
  if (pair === null) {
    const wrong = view.state.image.trouble.change !== undefined;
    return wrong ? null : <p class="muted">{l10n.t('Attention of the changed model is on its way.')}</p>;
  }
  const { before, after } = pair;
  const largest = Math.max(before.peak, after.peak);
  return (
    <div class={fresh ? 'before-after' : 'before-after stale'}>
      <p>
        <b>{tokenWords(card, token)}</b>{' '}
        <span class="muted">{l10n.t('attends to in {0}', placeName(layer.index, head.index))}</span>
      </p>
      <div class="pair">
        <Side view={view} words={l10n.t('before')} attention={before} largest={largest} />
        <Side view={view} words={l10n.t('after')} attention={after} largest={largest} />
      </div>
      <p class="chart-caption muted">{movedWords(before, after)}</p>
    </div>
  );
}

function Side(props: {
  readonly view: ImageView;
  readonly words: string;
  readonly attention: TokenAttention;
  readonly largest: number;
}): JSX.Element {
  const { view, words, attention, largest } = props;
  const { card, token, between, state } = view;
  const { opacity } = state.view;
  const paint = useMemo(
    () => attentionPaint(card, attention.patches, largest, between, opacity),
    [card, attention, largest, between, opacity],
  );
  const peak = timesEven(attention.peak, attention.even);
  return (
    <figure>
      <PatchPicture
        card={card}
        label={l10n.t('Attention {0} the change, up to {1} even', words, peak)}
        paint={paint}
        token={token}
        tip={(place) => attentionTip(attention, card.grid[1], place)}
      />
      <figcaption>
        <b>{words}</b> <span class="apart">{l10n.t('max {0}', peak)}</span>
      </figcaption>
    </figure>
  );
}
