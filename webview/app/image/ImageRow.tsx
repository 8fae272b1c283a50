import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { percent } from '../../../src/core/charts/format.js';
import type { ImageCard } from '../../../src/protocol/image.js';
import { Button, IconButton, RadioGroup, Slider } from '../../lib/controls.js';
import type { PanelState } from '../../state/panel-state.js';
import { usePanel } from '../context.js';
import { Note, Words } from '../Note.js';
import { Tabs } from '../tabs/Tabs.js';
import { InputFigure } from './InputFigure.js';
import { ModesOfHead } from './ModesOfHead.js';
import { ImageTrouble, ImageWorking, NoImage } from './NoImage.js';
import { PatchFigure } from './PatchFigure.js';
import { useDrops } from './use-drops.js';
import { useRequests } from './use-requests.js';
import { imageView } from './view.js';

/** The image row with its tabs, or what stands in their place. */
export function ImageRow({ state }: { readonly state: PanelState }): JSX.Element {
  const { host } = usePanel();
  const drops = useDrops(host);
  useRequests(host, state);
  const { card, state: at } = state.image;
  const view = imageView(state);
  return (
    <>
      <section class={`image-row ${drops.over && card !== null ? 'over' : ''}`} aria-label={l10n.t('On an image')}>
        <div class="section-top image-top">
          <div class="section-title">
            <h2>{l10n.t('On an image')}</h2>
            {card === null ? null : (
              <span class="section-words">
                {l10n.t('red: where the query finds what it looks for; cyan: where the key holds it')}
              </span>
            )}
          </div>
          {card === null ? null : <MapControls state={state} card={card} />}
        </div>
        {drops.trouble === null ? null : <Note kind="warning">{drops.trouble}</Note>}
        {at.kind === 'none' ? <NoImage over={drops.over} /> : null}
        {at.kind === 'cannot-run' || at.kind === 'failed' ? <ImageTrouble state={at} /> : null}
        {at.kind === 'working' ? <ImageWorking key={at.name} state={at} /> : null}
        {card === null
          ? null
          : card.notes.map((note) => (
              <p key={note} class="image-note muted">
                <Words text={note} />
              </p>
            ))}
        {view === null ? null : (
          <div class={at.kind === 'working' ? 'image-grid stale' : 'image-grid'}>
            <InputFigure view={view} />
            <ModesOfHead view={view} />
            <PatchFigure view={view} />
          </div>
        )}
      </section>
      {view === null ? null : <Tabs view={view} />}
    </>
  );
}

function MapControls({ state, card }: { readonly state: PanelState; readonly card: ImageCard }): JSX.Element {
  const { dispatch, host } = usePanel();
  const { apart, patches, layer, head } = state.selection.now;
  const { opacity } = state.view;
  return (
    <div class="controls">
      <Slider
        label={l10n.t('Colours')}
        min={0}
        max={1}
        step={0.05}
        value={opacity}
        text={percent(opacity).replace('.0', '')}
        onChange={(value) => {
          dispatch({ type: 'view', change: { opacity: value } });
        }}
      />
      <span class="labelled">
        <span class="label maps-label">{l10n.t('Maps')}</span>
        <RadioGroup
          name="between"
          label={l10n.t('Maps between patches')}
          choices={[
            { value: 'smooth', label: l10n.t('smooth') },
            { value: 'patches', label: l10n.t('patches') },
          ]}
          value={patches ? 'patches' : 'smooth'}
          onChoose={(value) => {
            dispatch({ type: 'look', change: { patches: value === 'patches' } });
          }}
        />
      </span>
      <RadioGroup
        name="apart"
        label={l10n.t('Query and key maps')}
        choices={[
          { value: 'overlaid', label: l10n.t('overlaid') },
          { value: 'apart', label: l10n.t('apart') },
        ]}
        value={apart ? 'apart' : 'overlaid'}
        onChoose={(value) => {
          dispatch({ type: 'look', change: { apart: value === 'apart' } });
        }}
      />
      <IconButton
        icon="export"
        label={l10n.t('Export the arrays of this image')}
        onClick={() => {
          if (layer !== null && head !== null) host.send({ type: 'export-image', image: card.id, layer, head });
        }}
      />
      <Button
        icon="image"
        iconAfter="chevron-down"
        title={l10n.t('Choose another image')}
        onClick={() => {
          host.send({ type: 'pick-image' });
        }}
      >
        {card.name}
      </Button>
      <IconButton
        icon="close"
        label={l10n.t('Close the image')}
        onClick={() => {
          host.send({ type: 'close-image' });
        }}
      />
    </div>
  );
}
