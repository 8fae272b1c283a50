import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { samePrompt } from '../../../src/core/analysis/keypoints/same-prompt.js';
import { MOST_STRENGTH } from '../../../src/core/analysis/keypoints/strengths.js';
import type { Change } from '../../../src/protocol/image.js';
import { Button, RadioGroup, Select, Slider } from '../../lib/controls.js';
import { placeOf } from '../../state/patches.js';
import type { ImageView } from '../image/view.js';
import { BACKGROUND } from './mask-paint.js';
import { Outcome } from './Outcome.js';
import { PromptCurve } from './PromptCurve.js';
import { patchesIn, regionLabels, regionOf } from './region-patches.js';
import { RegionPainter } from './RegionPainter.js';
import { useChanges } from './use-change.js';
import { useStrokes } from './use-strokes.js';

type Prompt = Extract<Change, { kind: 'prompt' }>;

/** What attention is led by: regions are either the selected patch or painted. */
type By = Exclude<Prompt['by'], 'region'> | 'patch' | 'painted';

const HOW = [
  { value: 'bias', label: l10n.t('raise scores') },
  { value: 'reweight', label: l10n.t('weigh more') },
  { value: 'mask', label: l10n.t('hide from attention') },
  { value: 'drop', label: l10n.t('drop') },
] as const;

const NO_MASK = l10n.t('Mark the object first, under Object preference.');
const NO_PATCH = l10n.t('Select a patch first.');

/** Attention led towards parts of the picture while the model runs, and what comes of it. */
export function Prompting({ view }: { readonly view: ImageView }): JSX.Element {
  const { card, token, layer, head, state } = view;
  const changes = useChanges(view);
  const [how, setHow] = useState<Prompt['how']>('bias');
  const [by, setBy] = useState<By>(paintedBefore(view) === null ? 'concentration' : 'painted');
  const [where, setWhere] = useState<'all' | 'layer' | 'head'>('all');
  const [strength, setStrength] = useState(0);
  const place = placeOf(card, token);
  const graded = how === 'bias' || how === 'reweight';
  const strokes = useStrokes(
    card.inputSize,
    () => {
      const before = paintedBefore(view);
      const [height, width] = card.inputSize;
      return before === null ? new Uint8Array(height * width).fill(BACKGROUND) : regionLabels(card, before);
    },
    (labels) => {
      const painted = regionOf(card, labels);
      if (graded && strength > 0) run({ region: painted });
      return regionLabels(card, painted);
    },
  );
  const settled = strokes.settled();
  const region = useMemo(() => regionOf(card, settled), [card, settled]);
  const prompt: Prompt = {
    kind: 'prompt',
    by: by === 'patch' || by === 'painted' ? 'region' : by,
    how,
    strength: graded ? strength : 1,
    layers: where === 'all' ? null : [layer.index],
    heads: where === 'head' ? [head.index] : null,
    region: by === 'patch' ? onePatch(view) : by === 'painted' ? region : null,
  };
  const run = (change: Partial<Pick<Prompt, 'strength' | 'region'>>): void => {
    if (by === 'painted' && patchesIn(change.region ?? region) === 0) return;
    changes.run({ ...prompt, ...change });
  };
  const choose = (value: number): void => {
    setStrength(value);
    run({ strength: value });
  };
  const { promptCurve, changed } = state.image;
  // Another prompt is chosen than the one that ran: its curve is not known.
  const hasCurve = graded && changed?.change.kind === 'prompt' && samePrompt(changed.change, prompt);
  return (
    <div class="prompting">
      <fieldset>
        <legend>{l10n.t('Lead attention while the model runs')}</legend>
        <div class="form-line">
          <Select label={l10n.t('How')} choices={HOW} value={how} onChoose={setHow} />
          <Select
            label={l10n.t('Towards')}
            choices={[
              { value: 'concentration', label: l10n.t('keypoints') },
              {
                value: 'object',
                label: l10n.t('the object'),
                ...(state.image.mask === null ? { disabled: NO_MASK } : {}),
              },
              {
                value: 'patch',
                label: l10n.t('the selected patch'),
                ...(place.kind === 'patch' ? {} : { disabled: NO_PATCH }),
              },
              { value: 'painted', label: l10n.t('a painted region') },
            ]}
            value={by}
            onChoose={setBy}
          />
          <RadioGroup
            name="where"
            label={l10n.t('Where')}
            choices={[
              { value: 'all', label: l10n.t('everywhere') },
              { value: 'layer', label: `L${layer.index}` },
              { value: 'head', label: `L${layer.index} H${head.index}` },
            ]}
            value={where}
            onChoose={setWhere}
          />
        </div>
        {by === 'painted' ? <RegionPainter card={card} strokes={strokes} region={region} /> : null}
        {graded ? (
          <Slider
            label={l10n.t('Strength')}
            min={0}
            max={MOST_STRENGTH}
            step={0.1}
            value={strength}
            text={strength.toFixed(1)}
            onChange={choose}
          />
        ) : (
          <Button
            disabled={changes.running || (by === 'painted' && patchesIn(region) === 0)}
            onClick={() => {
              run({});
            }}
          >
            {l10n.t('Run again')}
          </Button>
        )}
        {hasCurve && promptCurve.length > 0 ? (
          <PromptCurve view={view} points={promptCurve} strength={strength} onChoose={choose} />
        ) : null}
      </fieldset>
      <Outcome view={view} kinds={['prompt']} />
    </div>
  );
}

/** 1 for the selected patch, 0 for all others. */
function onePatch({ card, token }: ImageView): Float32Array {
  const region = new Float32Array(card.grid[0] * card.grid[1]);
  const patch = token - card.prefix.length;
  if (patch >= 0) region[patch] = 1;
  return region;
}

/** The region that the changed model was led by, when that was painted for this picture. */
function paintedBefore({ card, state }: ImageView): Float32Array | null {
  const change = state.image.changed?.change;
  const region = change?.kind === 'prompt' ? change.region : null;
  return region !== null && region.length === card.grid[0] * card.grid[1] && patchesIn(region) > 1 ? region : null;
}
