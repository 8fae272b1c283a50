import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { percent, placeName } from '../../../src/core/charts/format.js';
import type { ImageCard } from '../../../src/protocol/image.js';
import { Painted, type Paint } from '../../lib/painted.js';
import { useKept } from '../../lib/kept.js';
import { RadioGroup } from '../../lib/controls.js';
import { tokenWords } from '../../state/patches.js';
import { usePanel } from '../context.js';
import { Words } from '../Note.js';
import { TaskProgress } from '../tabs/Task.js';
import { commonPeak, headAttention, partsOf, rolledOut, timesEven, type TokenAttention } from './attention.js';
import { attentionTip } from './image-words.js';
import { attentionPaint } from './paints.js';
import { PatchPicture } from './PatchPicture.js';
import type { ImageView } from './view.js';

/** What the selected token attends to in the selected head, or through all layers. */
export function PatchFigure({ view }: { readonly view: ImageView }): JSX.Element {
  const { card, token, head, layer, state } = view;
  const { dispatch } = usePanel();
  const { commonScale } = state.view;
  // Attention within windows is not rolled out.
  const whole = card.ofLayer === undefined;
  const rollout = state.view.rollout && whole;
  const rolled = state.image.rollout;
  const found = useMemo(() => {
    if (rollout) return rolled === null ? null : rolledOut(card, rolled, token);
    return view.attention === null ? null : headAttention(card, view.attention, head.index);
  }, [card, rollout, rolled, view.attention, head.index, token]);
  const { value: attention, fresh } = useKept(found, card.id);
  const peak = useMemo(
    () => (commonScale && !rollout && view.attention !== null ? commonPeak(card, view.attention) : null),
    [commonScale, rollout, view.attention, card],
  );
  const { trouble } = state.image;
  const wrong = rollout ? trouble.rollout : trouble.attention;
  return (
    <figure class="patch-figure" data-vscode-context={ATTENTION_CONTEXT}>
      <div class="figure-title">
        <b>{tokenWords(card, token)}</b>{' '}
        <span class="muted">{rollout ? l10n.t('takes from') : l10n.t('attends to')}</span>
      </div>
      {attention === null ? (
        <p class="muted">
          {wrong === undefined ? l10n.t('Attention is on its way.') : <Words text={`${wrong.title} ${wrong.detail}`} />}
        </p>
      ) : (
        <Heat view={view} attention={attention} largest={peak ?? attention.peak} stale={!fresh} />
      )}
      {rollout ? <TaskProgress words={l10n.t('Layer')} progress={state.image.progress.rollout} /> : null}
      {whole ? (
        <RadioGroup
          name="rollout"
          label={l10n.t('Attention of')}
          choices={[
            { value: 'head', label: placeName(layer.index, head.index) },
            { value: 'rollout', label: l10n.t('rollout') },
          ]}
          value={rollout ? 'rollout' : 'head'}
          onChoose={(value) => {
            dispatch({ type: 'view', change: { rollout: value === 'rollout' } });
          }}
        />
      ) : null}
    </figure>
  );
}

const ATTENTION_CONTEXT = JSON.stringify({ webviewSection: 'attention', preventDefaultContextMenuItems: true });

function Heat(props: {
  readonly view: ImageView;
  readonly attention: TokenAttention;
  readonly largest: number;
  readonly stale: boolean;
}): JSX.Element {
  const { view, attention, largest, stale } = props;
  const { card, token, between, state } = view;
  const { opacity } = state.view;
  const paint = useMemo(
    () => attentionPaint(card, attention.patches, largest, between, opacity),
    [card, attention, largest, between, opacity],
  );
  const label = l10n.t(
    'Attention of {0} over the patches, up to {1} even',
    tokenWords(card, token),
    timesEven(attention.peak, attention.even),
  );
  return (
    <div class={stale ? 'stale' : ''} data-copy="attention">
      <PatchPicture
        card={card}
        label={label}
        paint={paint}
        token={token}
        tip={(place) => attentionTip(attention, card.grid[1], place)}
      />
      <HeatKey even={largest > 0 ? attention.even / largest : 0} most={timesEven(largest, attention.even)} />
      <Parts card={card} attention={attention} token={token} />
    </div>
  );
}

/** Share of light that colour replaces at full heat; the ramp of the key follows the painting. */
const RAMP: Paint = (context, width, height) => {
  for (let x = 0; x < width; x += 1) {
    const heat = Math.sqrt((x + 0.5) / width);
    const mix = (to: number, cover: number): number => 40 + (to - 40) * heat * cover;
    context.fillStyle = `rgb(${mix(255, 0.96)}, ${mix(214, 0.94)}, ${mix(96, 0.8)})`;
    context.fillRect(x, 0, 1, height);
  }
};

/** The scale of attention: a mark where every token would get the same. */
function HeatKey({ even, most }: { readonly even: number; readonly most: string }): JSX.Element {
  const at = Math.min(1, even) * 100;
  return (
    <div class="heat-key" aria-hidden="true">
      <div class="heat-ramp">
        <Painted width={232} height={6} paint={RAMP} />
        <i style={{ left: `${at.toFixed(1)}%` }} />
      </div>
      <span style={{ marginLeft: `${Math.min(60, at).toFixed(1)}%` }}>{l10n.t('even')}</span>
      <span class="apart">{l10n.t('{0} even', most)}</span>
    </div>
  );
}

function Parts(props: {
  readonly card: ImageCard;
  readonly attention: TokenAttention;
  readonly token: number;
}): JSX.Element {
  return (
    <table class="parts">
      <tbody>
        {partsOf(props.card, props.attention, props.token).map(({ words, share }) => (
          <tr key={words}>
            <th scope="row">{words}</th>
            <td>{percent(share)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
