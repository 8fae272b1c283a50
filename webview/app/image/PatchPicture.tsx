import type { ComponentChildren, JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { ImageCard } from '../../../src/protocol/image.js';
import { Painted, type Paint } from '../../lib/painted.js';
import { useWidth } from '../../lib/size.js';
import { useTip } from '../../lib/tooltip.js';
import { moveToken, placeOf, tokenAt } from '../../state/patches.js';
import { usePanel } from '../context.js';

/** A place in the grid of patches. */
export type PatchPlace = readonly [row: number, column: number];

/** What a picture of patches shows. */
export interface PatchPictureProps {
  readonly card: ImageCard;
  readonly label: string;
  readonly paint: Paint;
  /** Token that asks; its patch has the cursor. */
  readonly token: number | null;
  /** What the mouse reads off a patch. */
  readonly tip: ((place: PatchPlace) => readonly string[]) | null;
  /** Arrow keys move the cursor here: one picture of the page has that. */
  readonly focusable?: boolean;
  readonly children?: ComponentChildren;
}

/** A picture in the grid of the model's patches: a click asks for a patch's attention, the mouse reads its values. */
export function PatchPicture(props: PatchPictureProps): JSX.Element {
  const { card, token, paint, tip } = props;
  const { dispatch } = usePanel();
  const show = useTip();
  const frame = useRef<HTMLDivElement>(null);
  const hover = useRef<HTMLDivElement>(null);
  const across = useWidth(frame);
  const { width, height } = fitted(card, across);
  const [rows, columns] = card.grid;
  const placeAt = (event: MouseEvent & { readonly currentTarget: HTMLElement }): PatchPlace => {
    const box = event.currentTarget.getBoundingClientRect();
    const part = (at: number, start: number, length: number, count: number): number =>
      Math.max(0, Math.min(count - 1, Math.floor(((at - start) / length) * count)));
    return [part(event.clientY, box.top, box.height, rows), part(event.clientX, box.left, box.width, columns)];
  };
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
            dispatch({ type: 'patch', token: tokenAt(card, ...placeAt(event)) });
          }}
          onMouseMove={(event) => {
            const at = placeAt(event);
            outline(hover.current, card, at);
            show(tip === null ? null : tip(at), event);
          }}
          onMouseLeave={() => {
            outline(hover.current, card, null);
            show(null);
          }}
        >
          <Painted width={width} height={height} paint={paint} />
          {props.children}
          <div ref={hover} class="patch-hover" hidden />
          {place?.kind === 'patch' ? <div class="patch-cursor" style={boxOf(card, [place.row, place.column])} /> : null}
        </div>
      )}
    </div>
  );
}

/** Keys that move the token that asks; the patch that was left for the prefix tokens is where P comes back to. */
function useTokenKeys(card: ImageCard, token: number | null): (event: KeyboardEvent) => void {
  const { dispatch } = usePanel();
  const left = useRef<number | null>(null);
  if (token !== null && token >= card.prefix.length) left.current = token;
  return (event) => {
    if (token === null || event.altKey || event.ctrlKey || event.metaKey) return;
    const patch = left.current ?? tokenAt(card, 0, 0);
    const to = moveToken(card, token, patch, event.key, event.shiftKey);
    if (to === null) return;
    dispatch({ type: 'patch', token: to });
    event.preventDefault();
  };
}

/** The size at which the model's picture fits a column; tall ones are not higher than they would be wide. */
function fitted({ inputSize: [height, width] }: ImageCard, room: number): { width: number; height: number } {
  const scale = room / Math.max(width, height);
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/** The hovered patch is outlined without drawing anything anew. */
function outline(element: HTMLElement | null, card: ImageCard, place: PatchPlace | null): void {
  if (element === null) return;
  element.hidden = place === null;
  if (place !== null) Object.assign(element.style, boxOf(card, place));
}

function boxOf({ grid: [rows, columns] }: ImageCard, [row, column]: PatchPlace): Readonly<Record<string, string>> {
  return {
    left: `${(column / columns) * 100}%`,
    top: `${(row / rows) * 100}%`,
    width: `${100 / columns}%`,
    height: `${100 / rows}%`,
  };
}
