import type { ComponentChildren, JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { Painted, type Paint } from '../../lib/painted.js';
import { useWidth } from '../../lib/size.js';
import { type LayerCard, selectedBy } from '../../state/layer-card.js';
import { moveToken, placeOf, tokenAt } from '../../state/patches.js';
import { usePanel } from '../context.js';
import { boxOf, patchAt, type PatchTip, usePatchHover } from './use-patch-hover.js';

/** What a picture of patches shows. */
export interface PatchPictureProps {
  readonly card: LayerCard;
  readonly label: string;
  readonly paint: Paint;
  /** Token that asks; its patch has the cursor. */
  readonly token: number | null;
  /** What the mouse reads off a patch. */
  readonly tip: PatchTip | null;
  /** Arrow keys move the cursor here: one picture of the page has that. */
  readonly focusable?: boolean;
  /** It is drawn when it is in sight, and a frame later: one of many that the large ones do not wait for. */
  readonly later?: boolean;
  readonly children?: ComponentChildren;
}

/** A picture in the grid of the model's patches: a click asks for a patch's attention, the mouse reads its values. */
export function PatchPicture(props: PatchPictureProps): JSX.Element {
  const { card, token, paint, tip } = props;
  const { dispatch } = usePanel();
  const frame = useRef<HTMLDivElement>(null);
  const hover = usePatchHover(card, tip);
  const across = useWidth(frame);
  const { width, height } = fitted(card, across);
  const place = token === null ? null : placeOf(card, token);
  const keys = useTokenKeys(card, token);
  return (
    <div ref={frame} class="patch-frame">
      {across === 0 ? null : (
        <div
          class="patch-picture"
          style={{ width: `${width}px`, height: `${height}px` }}
          role="img"
          aria-label={props.label}
          tabIndex={props.focusable === true ? 0 : undefined}
          data-cursor={props.focusable === true ? 'patch' : undefined}
          data-copy={props.focusable === true ? 'attention' : undefined}
          onKeyDown={props.focusable === true ? keys : undefined}
          onClick={(event) => {
            const place = patchAt(card, event.currentTarget.getBoundingClientRect(), event);
            dispatch({ type: 'patch', token: selectedBy(card, tokenAt(card, ...place)) });
          }}
          onMouseMove={(event) => {
            hover.move(event, event.currentTarget);
          }}
          onMouseLeave={hover.leave}
        >
          <Painted width={width} height={height} paint={paint} later={props.later === true} />
          {props.children}
          <div ref={hover.outline} class="patch-hover" hidden />
          {place?.kind === 'patch' ? <div class="patch-cursor" style={boxOf(card, [place.row, place.column])} /> : null}
        </div>
      )}
    </div>
  );
}

/** Keys that move the token that asks; the patch that was left for the prefix tokens is where P comes back to. */
function useTokenKeys(card: LayerCard, token: number | null): (event: KeyboardEvent) => void {
  const { dispatch } = usePanel();
  const left = useRef<number | null>(null);
  if (token !== null && token >= card.prefix.length) left.current = token;
  return (event) => {
    if (token === null || event.altKey || event.ctrlKey || event.metaKey) return;
    const patch = left.current ?? tokenAt(card, 0, 0);
    const to = moveToken(card, token, patch, event.key, event.shiftKey);
    if (to === null) return;
    dispatch({ type: 'patch', token: selectedBy(card, to) });
    event.preventDefault();
  };
}

/** The size at which the model's picture fits a column; tall ones are not higher than they would be wide. */
function fitted({ inputSize: [height, width] }: LayerCard, room: number): { width: number; height: number } {
  const scale = room / Math.max(width, height);
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}
