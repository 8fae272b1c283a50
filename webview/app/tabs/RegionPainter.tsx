import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ImageCard } from '../../../src/protocol/image.js';
import { IconButton, RadioGroup, Slider } from '../../lib/controls.js';
import { MaskCanvas, type Tool } from './MaskCanvas.js';
import { BACKGROUND, OBJECT, type Label } from './mask-paint.js';
import { patchesIn } from './region-patches.js';
import { ToleranceSlider, USUAL_TOLERANCE } from './ToleranceSlider.js';
import { HINTS, TOOLS } from './tools.js';
import type { Strokes } from './use-strokes.js';

/** Patches that the brush is wide to begin with: a touch takes those under it whole. */
const BRUSH_PATCHES = 2;

/** A region of patches, painted over the picture. */
export function RegionPainter(props: {
  readonly card: ImageCard;
  readonly strokes: Strokes;
  readonly region: Float32Array;
}): JSX.Element {
  const { card, strokes, region } = props;
  const patch = card.inputSize[0] / card.grid[0];
  const [tool, setTool] = useState<Tool>('brush');
  const [label, setLabel] = useState<Label>(OBJECT);
  const [tolerance, setTolerance] = useState(USUAL_TOLERANCE);
  const [brush, setBrush] = useState(BRUSH_PATCHES);
  const count = patchesIn(region);
  return (
    <figure class="mask-painter">
      <MaskCanvas
        card={card}
        draft={strokes}
        tool={tool}
        label={label}
        tolerance={tolerance}
        brush={brush * patch}
        name={l10n.t('The region that attention is led by')}
      />
      <figcaption>
        {count === 0
          ? l10n.t('Nothing is painted yet.')
          : count === 1
            ? l10n.t('1 patch, more than half painted each')
            : l10n.t('{0} patches, more than half painted each', count)}
      </figcaption>
      <div class="mask-controls">
        <RadioGroup name="region-tool" label={l10n.t('Tool')} choices={TOOLS} value={tool} onChoose={setTool} />
        <div class="form-line">
          <RadioGroup
            name="region-label"
            label={l10n.t('Paint or erase')}
            choices={[
              { value: OBJECT, label: l10n.t('paint') },
              { value: BACKGROUND, label: l10n.t('erase') },
            ]}
            value={label}
            onChoose={setLabel}
          />
          <IconButton icon="back" label={l10n.t('Undo the last stroke of the region')} onClick={strokes.undo} />
        </div>
        {tool === 'click' ? <ToleranceSlider value={tolerance} onChange={setTolerance} /> : null}
        {tool === 'brush' ? (
          <Slider
            label={l10n.t('Patches wide')}
            min={1}
            max={8}
            step={1}
            value={brush}
            text={String(brush)}
            onChange={setBrush}
          />
        ) : null}
        <p class="muted hint">{HINTS[tool]}</p>
      </div>
    </figure>
  );
}
