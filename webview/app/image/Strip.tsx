import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { type Entry, headEntries } from '../../../src/core/charts/head-entries.js';
import { fixed } from '../../../src/core/text/numbers.js';
import type { HeadOnImage } from '../../../src/protocol/image.js';
import { moveWithKeyBias } from '../../lib/entry-cursor.js';
import { Painted } from '../../lib/painted.js';
import { mostOf, ShareBar } from '../../lib/share-bar.js';
import { KEY_BIAS } from '../../state/selection.js';
import { usePanel } from '../context.js';
import { mapsOf, strongerEnd } from './entry-maps.js';
import { entryName, shareWords } from './image-words.js';
import { modesPaint } from './paints.js';
import { stripEntries, type StripEntry } from './strip-entries.js';
import type { ImageView } from './view.js';

/** Longest side of a thumbnail. */
const SIDE = 64;
/** Around the selected one, so that its ring is seen whole. */
const EDGE = 3;

/** The key bias and the entries that contribute most, each with a thumbnail of its stronger end. */
export function Strip(props: {
  readonly view: ImageView;
  readonly figures: HeadOnImage;
  readonly chosen: number;
}): JSX.Element {
  const { view, figures, chosen } = props;
  const { dispatch } = usePanel();
  const list = useRef<HTMLDivElement>(null);
  const entries = useMemo(() => stripEntries(figures, chosen), [figures, chosen]);
  const cosines = useMemo(
    () => new Map(headEntries(view.head, view.layer.modeBand).map((entry) => [entry.first, cosineWords(entry)])),
    [view.head, view.layer],
  );
  const most = mostOf([figures.keyBias.shareOfScore, ...figures.entries.map(({ shareOfScore }) => shareOfScore)]);
  useLayoutEffect(() => {
    // With the frame, when the page is laid out anyway and no other part of it changes any more.
    const frame = requestAnimationFrame(() => {
      const box = list.current;
      const own = box?.querySelector('[aria-selected="true"]');
      if (box === null || !(own instanceof HTMLElement)) return;
      // Not scrollIntoView, which would scroll the page to the strip.
      const start = own.offsetLeft - box.offsetLeft - EDGE;
      const end = start + own.offsetWidth + 2 * EDGE - box.clientWidth;
      box.scrollLeft = Math.max(end, Math.min(start, box.scrollLeft));
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [chosen, figures]);
  return (
    <div
      ref={list}
      class="strip"
      role="listbox"
      aria-label={l10n.t('Modes by their share of the score')}
      aria-orientation="horizontal"
      aria-activedescendant={`strip-${chosen}`}
      tabIndex={0}
      data-copy="shares"
      onKeyDown={(event) => {
        if (event.altKey || event.ctrlKey || event.metaKey) return;
        const to = moveWithKeyBias(figures.entries, chosen, event.key, KEY_BIAS);
        if (to === null) return;
        dispatch({ type: 'entry', entry: to });
        event.preventDefault();
      }}
    >
      {entries.map((entry) => (
        <Thumbnail
          key={entry.first}
          entry={entry}
          view={view}
          figures={figures}
          chosen={entry.first === chosen}
          most={most}
          cosine={cosines.get(entry.first) ?? ''}
        />
      ))}
    </div>
  );
}

function Thumbnail(props: {
  readonly entry: StripEntry;
  readonly view: ImageView;
  readonly figures: HeadOnImage;
  readonly chosen: boolean;
  readonly most: number;
  readonly cosine: string;
}): JSX.Element {
  const { entry, view, figures, chosen, most, cosine } = props;
  const { card, between } = view;
  const { dispatch } = usePanel();
  const { first, last } = entry;
  const paint = useMemo(() => {
    const maps = mapsOf(figures, card, { first, last });
    return modesPaint(card, { ...maps, end: maps.count > 1 ? 1 : strongerEnd(maps) }, between, null, 1);
  }, [figures, card, first, last, between]);
  const [height, width] = card.inputSize;
  const scale = SIDE / Math.max(width, height);
  return (
    <div
      id={`strip-${first}`}
      class={`thumbnail ${chosen ? 'chosen' : ''} ${entry.apart ? 'stands-apart' : ''}`}
      role="option"
      aria-selected={chosen}
      aria-label={
        cosine === ''
          ? l10n.t('{0}, {1} of the score', entryName(entry), shareWords(entry.shareOfScore))
          : l10n.t('{0}, cosine {1}, {2} of the score', entryName(entry), cosine, shareWords(entry.shareOfScore))
      }
      onClick={() => {
        dispatch({ type: 'entry', entry: first });
      }}
    >
      <Painted width={Math.round(width * scale)} height={Math.round(height * scale)} paint={paint} later />
      <span class="thumbnail-name">
        <span>{entryName(entry)}</span>
        <span class="muted">{cosine}</span>
      </span>
      <ShareBar share={entry.shareOfScore} most={most} />
      <span class={(entry.shareOfScore ?? 0) > 1 ? 'bold' : 'muted'}>{shareWords(entry.shareOfScore)}</span>
    </div>
  );
}

/** A mode's cosine; of a block how many modes it has. */
function cosineWords(entry: Entry): string {
  return entry.count > 1 ? `\u00d7${entry.count}` : fixed(entry.cos);
}
