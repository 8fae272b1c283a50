import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ImageCard, Mask } from '../../../src/protocol/image.js';
import { Button, IconButton, RadioGroup, Slider } from '../../lib/controls.js';
import { usePanel } from '../context.js';
import { Words } from '../Note.js';
import { MaskCanvas, type Tool } from './MaskCanvas.js';
import { BACKGROUND, OBJECT, OTHER, type Label } from './mask-paint.js';
import { ToleranceSlider, USUAL_TOLERANCE } from './ToleranceSlider.js';
import { HINTS, TOOLS } from './tools.js';
import { useDraft } from './use-draft.js';

/** The object on the picture: grown from a click, painted, or out of a file. */
export function MaskPainter({ card, mask }: { readonly card: ImageCard; readonly mask: Mask | null }): JSX.Element {
  const { host } = usePanel();
  const draft = useDraft(card, mask);
  const [tool, setTool] = useState<Tool>('click');
  const [label, setLabel] = useState<Label>(OBJECT);
  const [tolerance, setTolerance] = useState(USUAL_TOLERANCE);
  const [brush, setBrush] = useState(16);
  return (
    <figure class="mask-painter">
      <MaskCanvas
        card={card}
        draft={draft.strokes}
        tool={tool}
        label={label}
        tolerance={tolerance}
        brush={brush}
        name={l10n.t('The object on the picture')}
      />
      <figcaption>{l10n.t('object, hatched: other objects, dark: background')}</figcaption>
      <div class="mask-controls">
        <RadioGroup name="tool" label={l10n.t('Tool')} choices={TOOLS} value={tool} onChoose={setTool} />
        <div class="form-line">
          <RadioGroup
            name="label"
            label={l10n.t('Label')}
            choices={[
              { value: OBJECT, label: l10n.t('object') },
              { value: OTHER, label: l10n.t('other') },
              { value: BACKGROUND, label: l10n.t('erase') },
            ]}
            value={label}
            onChoose={setLabel}
          />
          <span class="tools">
            {' '}
            <IconButton icon="back" label={l10n.t('Undo the last stroke')} onClick={draft.strokes.undo} />
            <IconButton icon="close" label={l10n.t('Clear the mask')} onClick={draft.clear} />
          </span>
        </div>
        {tool === 'click' ? <ToleranceSlider value={tolerance} onChange={setTolerance} /> : null}
        {tool === 'brush' ? (
          <Slider
            label={l10n.t('Width')}
            min={2}
            max={80}
            step={2}
            value={brush}
            text={`${brush} px`}
            onChange={setBrush}
          />
        ) : null}
        <p class="muted hint">{HINTS[tool]}</p>
        <div class="buttons">
          <Button
            onClick={() => {
              host.send({ type: 'pick-mask' });
            }}
          >
            {l10n.t('Choose a mask…')}
          </Button>
          <Button
            disabled={mask === null}
            title={l10n.t('As a PNG beside the image, at its own size')}
            onClick={draft.save}
          >
            {l10n.t('Save')}
          </Button>
        </div>
        {mask === null ? null : (
          <p class="muted hint">
            {mask.name}
            {mask.notes.map((note) => (
              <span key={note}>
                {' '}
                <Words text={note} />
              </span>
            ))}
          </p>
        )}
      </div>
    </figure>
  );
}
