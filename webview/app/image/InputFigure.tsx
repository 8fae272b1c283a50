import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { prefixWords } from '../../state/patches.js';
import { usePanel } from '../context.js';
import { TaskTrouble } from '../tabs/Task.js';
import { attentionTip, classesWords, sizeFacts } from './image-words.js';
import { headAttention } from './attention.js';
import { picturePaint } from './paints.js';
import { PatchPicture } from './PatchPicture.js';
import { PreprocessingForm } from './Preprocessing.js';
import type { ImageView } from './view.js';

/** What the model sees, with the patch that asks; prefix tokens are chips under it. */
export function InputFigure({ view }: { readonly view: ImageView }): JSX.Element {
  const { card, token, attention, head, layer } = view;
  const { dispatch } = usePanel();
  const paint = useMemo(() => picturePaint(card), [card]);
  const classes = classesWords(card.output);
  const own = attention === null ? null : headAttention(card, attention, head.index);
  return (
    <figure class="input-figure">
      <div class="figure-title">
        <b>{card.name}</b> <span class="muted">{sizeFacts(card)}</span>
      </div>
      <PatchPicture
        card={card}
        label={
          card.ofLayer === undefined
            ? l10n.t(
                '{0} as the model sees it, in {1} rows and {2} columns of patches. Arrow keys move the patch that asks.',
                card.name,
                card.grid[0],
                card.grid[1],
              )
            : l10n.t(
                '{0} as the model sees it, in {1} rows and {2} columns of tokens. Arrow keys move the patch that asks.',
                card.name,
                card.grid[0],
                card.grid[1],
              )
        }
        paint={paint}
        token={token}
        tip={(place) =>
          own === null ? [l10n.t('row {0}, column {1}', place[0], place[1])] : attentionTip(own, card.grid[1], place)
        }
        focusable
      />
      <figcaption>
        <span>
          {card.ofLayer === undefined
            ? l10n.t('{0} × {1} patches: click one, arrow keys move it', card.grid[1], card.grid[0])
            : l10n.t(
                '{0} × {1} tokens of layer {2}, in windows of {3} × {4}: click one, arrow keys move it',
                card.grid[1],
                card.grid[0],
                layer.index,
                card.ofLayer.window[1],
                card.ofLayer.window[0],
              )}
        </span>
        {classes === null ? null : <div>{classes}</div>}
      </figcaption>
      {card.prefix.length === 0 ? null : (
        <div class="chips" role="group" aria-label={l10n.t('Tokens before the patches')}>
          {card.prefix.map((name, index) => (
            <button
              key={name}
              type="button"
              class={index === token ? 'chip chosen' : 'chip'}
              tabIndex={-1}
              aria-pressed={index === token}
              title={l10n.t('P steps through these tokens')}
              onClick={() => {
                dispatch({ type: 'patch', token: index });
              }}
            >
              {prefixWords(name)}
            </button>
          ))}
        </div>
      )}
      <TaskTrouble trouble={view.state.image.trouble.preprocess} />
      <TaskTrouble trouble={view.state.image.trouble.export} />
      <PreprocessingForm card={card} />
    </figure>
  );
}
