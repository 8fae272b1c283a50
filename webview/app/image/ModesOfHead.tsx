import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useKept } from '../../lib/kept.js';
import { usePanel } from '../context.js';
import { Note, Words } from '../Note.js';
import { KEY_BIAS } from '../../state/selection.js';
import { Ends } from './Ends.js';
import { modesTitle, varianceWords } from './image-words.js';
import { Strip } from './Strip.js';
import type { ImageView } from './view.js';

/** The modes of the selected head on the picture: all by what they contribute, the selected one large. */
export function ModesOfHead({ view }: { readonly view: ImageView }): JSX.Element {
  const { layer, head, card, state } = view;
  const { host } = usePanel();
  const { value: figures, fresh } = useKept(view.figures, card.id);
  const { entry } = state.selection.now;
  const wrong = state.image.trouble.head;
  // Of a block the selection may name any mode.
  const own = figures?.entries.find(({ first, last }) => entry >= first && entry <= last);
  const chosen = entry === KEY_BIAS ? KEY_BIAS : (own?.first ?? figures?.entries[0]?.first ?? 0);
  return (
    <div class="modes-on-image" data-vscode-context={MODES_CONTEXT}>
      <div class="figure-title">
        <b>{modesTitle(layer.index, head.index)}</b>{' '}
        <span class="muted" title={figures === null ? undefined : varianceWords(figures)}>
          {l10n.t('by share of the score here; shares need not add up to 100 %')}
        </span>
      </div>
      {figures === null ? (
        wrong === undefined ? (
          <p class="muted">{l10n.t('The maps of this head are on their way.')}</p>
        ) : (
          <Note kind="error">
            <Words text={`${wrong.title} ${wrong.detail} ${wrong.advice}`} />
            <div class="note-choices">
              <button
                type="button"
                class="button"
                onClick={() => {
                  host.send({ type: 'want-head', image: card.id, layer: layer.index, head: head.index });
                }}
              >
                {l10n.t('Try again')}
              </button>
            </div>
          </Note>
        )
      ) : (
        <div class={fresh ? '' : 'stale'}>
          <Strip view={view} figures={figures} chosen={chosen} />
          <Ends view={view} figures={figures} chosen={chosen} />
          {figures.notes.map((note) => (
            <p key={note} class="image-note muted">
              <Words text={note} />
            </p>
          ))}
        </div>
      )}
    </div>
  );
}

const MODES_CONTEXT = JSON.stringify({ webviewSection: 'modes', preventDefaultContextMenuItems: true });
