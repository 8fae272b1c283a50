import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { MASK_DEFAULTS, type MaskGuide } from '../../../src/core/analysis/keypoints/guided-mask.js';
import type { KeypointFigures } from '../../../src/protocol/image.js';
import { Button, RadioGroup, Slider } from '../../lib/controls.js';
import { usePanel } from '../context.js';
import { attentionPaint } from '../image/paints.js';
import { PatchPicture } from '../image/PatchPicture.js';
import type { ImageView } from '../image/view.js';
import { chancesHeat, chancesSentence, maskPaint, maskPreview, maskSentence, maskTip } from './guided-masking.js';

/** Chances of patches to be masked for masked image modelling, and one mask that is drawn by them. */
export function GuidedMasking(props: { readonly view: ImageView; readonly figures: KeypointFigures }): JSX.Element {
  const { view, figures } = props;
  const { card, token, between, state } = view;
  const { opacity } = state.view;
  const [guide, setGuide] = useState<MaskGuide>(MASK_DEFAULTS);
  const [seed, setSeed] = useState(1);
  const preview = useMemo(() => maskPreview(figures, guide, seed), [figures, guide, seed]);
  const heat = useMemo(
    () => attentionPaint(card, chancesHeat(preview), 1, between, opacity),
    [card, preview, between, opacity],
  );
  const struck = useMemo(() => maskPaint(card, preview.mask), [card, preview.mask]);
  const tip = ([row, column]: readonly [number, number]): string[] => maskTip(preview, row, column, card.grid[1]);
  return (
    <section class="masking" aria-label={l10n.t('Guided masking')}>
      <fieldset>
        <legend>{l10n.t('Guided masking')}</legend>
        <p class="muted">
          {l10n.t(
            'How masked image modelling would hide patches, led by their concentration of keypoints. The model is not run.',
          )}
        </p>
        <div class="form-line">
          <RadioGroup
            name="direction"
            label={l10n.t('Which patches are masked more often')}
            choices={[
              { value: 'rich', label: l10n.t('many keypoints first') },
              { value: 'poor', label: l10n.t('few keypoints first') },
            ]}
            value={guide.direction}
            onChoose={(direction) => {
              setGuide({ ...guide, direction });
            }}
          />
        </div>
        <Slider
          label={l10n.t('Masked share ρ')}
          min={0}
          max={1}
          step={0.05}
          value={guide.ratio}
          text={guide.ratio.toFixed(2)}
          onChange={(ratio) => {
            setGuide({ ...guide, ratio });
          }}
        />
        <Slider
          label={l10n.t('Guidance α')}
          min={0}
          max={1}
          step={0.05}
          value={guide.strength}
          text={guide.strength.toFixed(2)}
          onChange={(strength) => {
            setGuide({ ...guide, strength });
          }}
        />
        <MaskButtons
          view={view}
          figures={figures}
          guide={guide}
          sampleAgain={() => {
            setSeed(seed + 1);
          }}
        />
      </fieldset>
      <figure class="keypoint-figure">
        <PatchPicture
          card={card}
          label={l10n.t('Chance of each patch to be masked')}
          paint={heat}
          token={token}
          tip={tip}
        />
        <figcaption aria-live="polite">{chancesSentence(preview, guide)}</figcaption>
      </figure>
      <figure class="keypoint-figure">
        <PatchPicture card={card} label={l10n.t('One sampled mask')} paint={struck} token={token} tip={tip} />
        <figcaption aria-live="polite">{maskSentence(preview, seed)}</figcaption>
      </figure>
    </section>
  );
}

function MaskButtons(props: {
  readonly view: ImageView;
  readonly figures: KeypointFigures;
  readonly guide: MaskGuide;
  readonly sampleAgain: () => void;
}): JSX.Element {
  const { host } = usePanel();
  const { view, figures, guide, sampleAgain } = props;
  const wish = { ...guide, concentration: figures.concentrationBy };
  const send = (of: 'picture' | 'folder'): void => {
    host.send({ type: 'export-masks', image: view.card.id, wish, of });
  };
  return (
    <div class="buttons">
      <Button onClick={sampleAgain}>{l10n.t('Sample again')}</Button>
      <Button
        icon="export"
        title={l10n.t('Chances and loss weights as a NumPy archive, with JSON beside it')}
        onClick={() => {
          send('picture');
        }}
      >
        {l10n.t('Export chances…')}
      </Button>
      <Button
        icon="export"
        title={l10n.t('The same for every image of a folder')}
        onClick={() => {
          send('folder');
        }}
      >
        {l10n.t('Export for a folder…')}
      </Button>
    </div>
  );
}
