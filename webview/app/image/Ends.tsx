import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { overlayScale, type End, type ModeOverlay } from '../../../src/core/image/overlay/modes.js';
import type { HeadOnImage } from '../../../src/protocol/image.js';
import { KEY_BIAS } from '../../state/selection.js';
import { mapsOf, productOf, reachAt, type EntryMaps } from './entry-maps.js';
import { entryName, keyBiasEndWords, mapTip, reachWords, spanWords } from './image-words.js';
import { OverlayKey } from './OverlayKey.js';
import { modesPaint } from './paints.js';
import { useLines } from './use-lines.js';
import { PatchPicture } from './PatchPicture.js';
import type { ImageView } from './view.js';

/** The selected entry large: both ends of a mode or of the key bias, or a block's lengths and their product. */
export function Ends(props: {
  readonly view: ImageView;
  readonly figures: HeadOnImage;
  readonly chosen: number;
}): JSX.Element {
  const { view, figures, chosen } = props;
  const { card } = view;
  const { apart } = view.state.selection.now;
  const entry = useMemo(
    () =>
      chosen === KEY_BIAS
        ? { first: KEY_BIAS, last: KEY_BIAS }
        : (figures.entries.find(({ first, last }) => chosen >= first && chosen <= last) ?? figures.entries[0]),
    [figures, chosen],
  );
  const maps = useMemo(() => (entry === undefined ? null : mapsOf(figures, card, entry)), [figures, card, entry]);
  if (entry === undefined || maps === null) return <p class="muted">{l10n.t('This head has no modes to show.')}</p>;
  const name = entryName(entry);
  return (
    <div class={`ends ${apart && maps.query !== null ? 'apart-maps' : ''}`}>
      {maps.count > 1 ? (
        <Span view={view} maps={maps} name={name} apart={apart} />
      ) : (
        ([1, -1] as const).map((end) => (
          <EndFigure key={end} view={view} maps={maps} name={name} end={end} apart={apart} />
        ))
      )}
      <OverlayKey maps={maps} />
    </div>
  );
}

interface EndProps {
  readonly view: ImageView;
  readonly maps: EntryMaps;
  readonly name: string;
  readonly apart: boolean;
}

function EndFigure(props: EndProps & { readonly end: End }): JSX.Element {
  const { maps, end, name, apart } = props;
  const { query, key } = maps;
  const sign = end > 0 ? '+' : '\u2212';
  const reach = reachWords(query === null ? null : reachAt(query, end), reachAt(key, end));
  const both = end > 0 ? l10n.t('{0}, positive end', name) : l10n.t('{0}, negative end', name);
  return (
    <figure>
      <div class="end-pictures">
        {apart && query !== null ? (
          <>
            <Overlay {...props} overlay={{ query, key: null }} label={l10n.t('{0}, query map', both)} />
            <Overlay {...props} overlay={{ query: null, key }} label={l10n.t('{0}, key map', both)} />
          </>
        ) : (
          <Overlay {...props} overlay={{ query, key }} label={both} />
        )}
      </div>
      <figcaption>
        <b>{query === null ? keyBiasEndWords(end) : l10n.t('{0} end', sign)}</b> <span>{reach}</span>
      </figcaption>
    </figure>
  );
}

function Span(props: EndProps): JSX.Element {
  const { maps, name, apart } = props;
  const { query, key } = maps;
  const product = useMemo(() => productOf(maps), [maps]);
  return (
    <>
      <figure>
        <div class="end-pictures">
          {apart ? (
            <>
              <Overlay
                {...props}
                end={1}
                overlay={{ query, key: null }}
                label={l10n.t('{0}, length of queries', name)}
              />
              <Overlay {...props} end={1} overlay={{ query: null, key }} label={l10n.t('{0}, length of keys', name)} />
            </>
          ) : (
            <Overlay
              {...props}
              end={1}
              overlay={{ query, key }}
              label={l10n.t('{0}, lengths of queries and keys', name)}
            />
          )}
        </div>
        <figcaption>
          <b>{l10n.t('lengths')}</b> <span>{spanWords(maps.count)}</span>
        </figcaption>
      </figure>
      {product === null ? null : (
        <figure>
          <div class="end-pictures">
            <Overlay
              {...props}
              maps={{ ...maps, scale: overlayScale([product], true) }}
              end={1}
              overlay={{ query: product, key: product }}
              label={l10n.t('{0}, product of both lengths', name)}
            />
          </div>
          <figcaption>
            <b>{l10n.t('product of both')}</b> <span>{l10n.t('white where query and key are long at once')}</span>
          </figcaption>
        </figure>
      )}
    </>
  );
}

function Overlay(
  props: EndProps & {
    readonly end: End;
    readonly overlay: Pick<ModeOverlay, 'query' | 'key'>;
    readonly label: string;
  },
): JSX.Element {
  const { view, maps, end, name, label } = props;
  const { card, between, token, state } = view;
  const { query, key } = props.overlay;
  const { opacity } = state.view;
  const { scale } = maps;
  const shown = useMemo(() => ({ overlay: { query, key, end, scale }, between }), [query, key, end, scale, between]);
  const lines = useLines(shown);
  const paint = useMemo(
    () => modesPaint(card, shown.overlay, between, lines, opacity),
    [card, shown, between, lines, opacity],
  );
  return (
    <PatchPicture card={card} label={label} paint={paint} token={token} tip={(place) => mapTip(name, maps, place)} />
  );
}
