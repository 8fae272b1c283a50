import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { OffObject as Found, OffObjectFigures, OffObjectWish } from '../../../src/protocol/off-object.js';
import { Button, RadioGroup } from '../../lib/controls.js';
import { usePanel } from '../context.js';
import { PatchPicture } from '../image/PatchPicture.js';
import type { ImageView } from '../image/view.js';
import { Words } from '../Note.js';
import { CandidateTable } from './CandidateTable.js';
import { offObjectPaint } from './off-object-paint.js';
import { askerSentence, offObjectSentences, relevanceTip, tableSentence } from './off-object-words.js';
import { TableButtons } from './TableButtons.js';
import { TaskProgress, TaskTrouble } from './Task.js';

const NO_MASK = l10n.t('Mark the object first.');

/** How much of what the output rests on lies off the object, and what the model does without that. */
export function OffObject({ view }: { readonly view: ImageView }): JSX.Element {
  const { host, dispatch } = usePanel();
  const { card, state } = view;
  const { offObject, mask, trouble } = state.image;
  const figures = offObject?.figures ?? null;
  const [asked, setAsked] = useState<OffObjectWish | null>(null);
  // The host has answered: what it says counts.
  useEffect(() => {
    setAsked(null);
  }, [offObject]);
  const wish: OffObjectWish = asked ?? offObject?.wish ?? { relevance: 'attention', object: 'mask' };
  const want = (change: Partial<OffObjectWish>): void => {
    const wanted = { ...wish, ...change };
    setAsked(wanted);
    host.send({ type: 'want-off-object', image: card.id, wish: wanted });
  };
  const mark = (): void => {
    dispatch({ type: 'look', change: { tab: 'preference' } });
  };
  return (
    <section class="off-object" aria-label={l10n.t('Relevance off the object')} data-vscode-context={CONTEXT}>
      <fieldset>
        <legend>{l10n.t('Relevance off the object')}</legend>
        {mask === null && offObject === null ? (
          <>
            <p>{l10n.t('Nobody has said where the object is.')}</p>
            <div class="buttons">
              <Button onClick={mark}>{l10n.t('Mark the object…')}</Button>
              <Button
                title={l10n.t(
                  'The patches on one side of the mean along the first principal component of the final tokens',
                )}
                onClick={() => {
                  want({ object: 'tokens' });
                }}
              >
                {l10n.t('Take what the final tokens set apart')}
              </Button>
            </div>
          </>
        ) : (
          <div class="form-line">
            <span class="label">{l10n.t('Relevance by')}</span>
            <RadioGroup
              name="relevance"
              label={l10n.t('Relevance by')}
              choices={[
                {
                  value: 'attention',
                  label: card.prefix.includes('class') ? l10n.t('class token') : l10n.t('mean of patches'),
                },
                { value: 'rollout', label: l10n.t('rollout') },
                { value: 'deletion', label: l10n.t('deletion') },
              ]}
              value={wish.relevance}
              onChoose={(relevance) => {
                want({ relevance });
              }}
            />
            <span class="label">{l10n.t('Object')}</span>
            <RadioGroup
              name="object"
              label={l10n.t('Object')}
              choices={[
                { value: 'mask', label: l10n.t('mask'), ...(mask === null ? { disabled: NO_MASK } : {}) },
                { value: 'tokens', label: l10n.t('final tokens') },
              ]}
              value={wish.object}
              onChoose={(object) => {
                want({ object });
              }}
            />
            {mask === null ? <Button onClick={mark}>{l10n.t('Mark the object…')}</Button> : null}
          </div>
        )}
        <TaskTrouble trouble={trouble['off-object']} />
        {offObject === null ? null : <Working view={view} found={offObject} again={() => want({})} />}
      </fieldset>
      {offObject === null || figures === null ? null : <Figures view={view} found={offObject} figures={figures} />}
    </section>
  );
}

const CONTEXT = JSON.stringify({ webviewSection: 'off-object', preventDefaultContextMenuItems: true });

/** How far it is, with a way to stop it; a way to begin again where it was stopped. */
function Working(props: {
  readonly view: ImageView;
  readonly found: Found;
  readonly again: () => void;
}): JSX.Element | null {
  const { view, found, again } = props;
  const { host } = usePanel();
  const { progress } = view.state.image;
  if (found.working === null)
    return found.figures === null ? <Button onClick={again}>{l10n.t('Run again')}</Button> : null;
  const own = progress['off-object'];
  return (
    <div class="off-object-working" aria-live="polite">
      {own === undefined ? <p class="muted">{l10n.t('Relevance is on its way.')}</p> : null}
      <TaskProgress
        words={found.wish.relevance === 'rollout' && found.working === 'figures' ? l10n.t('Layer') : l10n.t('Run')}
        progress={own}
      />
      <Button
        onClick={() => {
          host.send({ type: 'stop-off-object', image: view.card.id });
        }}
      >
        {l10n.t('Cancel')}
      </Button>
    </div>
  );
}

function Figures(props: {
  readonly view: ImageView;
  readonly found: Found;
  readonly figures: OffObjectFigures;
}): JSX.Element {
  const { view, found, figures } = props;
  const { host } = usePanel();
  const { card, token, between, state } = view;
  const { opacity } = state.view;
  const paint = useMemo(() => offObjectPaint(card, figures, between, opacity), [card, figures, between, opacity]);
  const { candidates } = figures;
  const asker = askerSentence(figures);
  return (
    <>
      <figure class="keypoint-figure">
        <PatchPicture
          card={card}
          label={l10n.t(
            'Relevance of each patch, the object dashed, {0} candidates off it outlined and numbered',
            candidates.length,
          )}
          paint={paint}
          token={token}
          tip={([row, column]) => relevanceTip(figures, row, column, card.grid[1])}
        />
        <figcaption>
          {asker === null ? null : <div>{asker}</div>}
          <div>{l10n.t('Dashed: the object. Full line and number: candidates off it.')}</div>
        </figcaption>
      </figure>
      <div class="off-object-words">
        {offObjectSentences(figures).map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
        {candidates.length === 0 ? null : <CandidateTable view={view} figures={figures} checks={found.checks} />}
        <p class="chart-caption muted">{tableSentence(figures, found.checks !== null)}</p>
        <div class="buttons">
          {candidates.length > 0 && found.checks === null && found.working === null ? (
            <Button
              title={l10n.t(
                'Takes each out of the keys of all layers and heads, and so its shape at up to 20 other places off the object',
              )}
              onClick={() => {
                host.send({ type: 'check-off-object', image: card.id });
              }}
            >
              {l10n.t('Run without each of them')}
            </Button>
          ) : null}
          {candidates.length > 0 ? <TableButtons view={view} table="off-object" /> : null}
          <Button
            icon="export"
            onClick={() => {
              host.send({ type: 'save-off-object', image: card.id });
            }}
          >
            {l10n.t('Save as JSON…')}
          </Button>
        </div>
        {figures.notes.map((note) => (
          <p key={note} class="muted">
            <Words text={note} />
          </p>
        ))}
      </div>
    </>
  );
}
