import type { RefObject } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { LayerCard } from '../../state/layer-card.js';
import { useTip } from '../../lib/tooltip.js';

/** A place in the grid of patches. */
export type PatchPlace = readonly [row: number, column: number];

/** What the mouse reads off a patch. */
export type PatchTip = (place: PatchPlace) => readonly string[];

/** What follows the mouse over a picture of patches. */
interface PatchHover {
  /** Takes the place of the patch under the mouse. */
  readonly outline: RefObject<HTMLDivElement | null>;
  readonly move: (event: MouseEvent, picture: HTMLElement) => void;
  readonly leave: () => void;
}

/** The patch of a picture at a place of the window. */
export function patchAt(
  { grid: [rows, columns] }: Pick<LayerCard, 'grid'>,
  { left, top, width, height }: DOMRect,
  { clientX, clientY }: MouseEvent,
): PatchPlace {
  const part = (at: number, length: number, count: number): number =>
    Math.max(0, Math.min(count - 1, Math.floor((at / length) * count)));
  return [part(clientY - top, height, rows), part(clientX - left, width, columns)];
}

/** Where a patch lies in its picture, for `style`. */
export function boxOf(
  { grid: [rows, columns] }: Pick<LayerCard, 'grid'>,
  [row, column]: PatchPlace,
): Readonly<Record<string, string>> {
  return {
    left: `${(column / columns) * 100}%`,
    top: `${(row / rows) * 100}%`,
    width: `${100 / columns}%`,
    height: `${100 / rows}%`,
  };
}

/** What is under the mouse, looked up once a frame; words and outline are made only for another patch. */
class Hover {
  readonly outline: { current: HTMLDivElement | null } = { current: null };
  #card: LayerCard | null = null;
  #tip: PatchTip | null = null;
  #frame: number | null = null;
  #event: MouseEvent | null = null;
  #picture: HTMLElement | null = null;
  #patch = -1;
  #lines: readonly string[] | null = null;

  constructor(private readonly show: ReturnType<typeof useTip>) {}

  /** The picture shows something else perhaps: what it says of a patch is made anew. */
  follow(card: LayerCard, tip: PatchTip | null): void {
    this.#card = card;
    this.#tip = tip;
    this.#patch = -1;
  }

  readonly move = (event: MouseEvent, picture: HTMLElement): void => {
    this.#event = event;
    this.#picture = picture;
    this.#frame ??= requestAnimationFrame(this.#draw);
  };

  readonly leave = (): void => {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.#patch = -1;
    if (this.outline.current !== null) this.outline.current.hidden = true;
    this.show(null);
  };

  readonly #draw = (): void => {
    this.#frame = null;
    const card = this.#card;
    if (card === null || this.#event === null || this.#picture === null) return;
    const place = patchAt(card, this.#picture.getBoundingClientRect(), this.#event);
    const patch = place[0] * card.grid[1] + place[1];
    if (patch !== this.#patch) {
      this.#patch = patch;
      this.#lines = this.#tip === null ? null : this.#tip(place);
      const box = this.outline.current;
      if (box !== null) {
        box.hidden = false;
        Object.assign(box.style, boxOf(card, place));
      }
    }
    this.show(this.#lines, this.#event);
  };
}

/** Outlines the patch under the mouse and says what it holds, at most once a frame. */
export function usePatchHover(card: LayerCard, tip: PatchTip | null): PatchHover {
  const show = useTip();
  const hover = useMemo(() => new Hover(show), [show]);
  const latest = useRef(hover);
  latest.current = hover;
  useEffect(() => {
    hover.follow(card, tip);
  }, [hover, card, tip]);
  useEffect(
    () => () => {
      latest.current.leave();
    },
    [],
  );
  return hover;
}
