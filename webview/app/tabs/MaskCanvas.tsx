import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import { growRegion } from '../../../src/core/image/region/grow.js';
import { labOf } from '../../../src/core/image/region/lab.js';
import { paintRegion, type Point } from '../../../src/core/image/region/label-map.js';
import { paintPolygon, paintRectangle, paintStroke } from '../../../src/core/image/region/shapes.js';
import type { ImageCard } from '../../../src/protocol/image.js';
import { Painted, type Paint } from '../../lib/painted.js';
import { canvasOf, contextOf, pictureAt } from '../../lib/picture-at.js';
import { useWidth } from '../../lib/size.js';
import { moveToken, placeOf, tokenAt } from '../../state/patches.js';
import { labelLayer, type Label } from './mask-paint.js';
import type { Strokes } from './use-strokes.js';

/** How the mouse paints. */
export type Tool = 'click' | 'brush' | 'rectangle' | 'polygon';

/** What is painted on and with. */
export interface MaskCanvasProps {
  readonly card: ImageCard;
  readonly draft: Pick<Strokes, 'labels' | 'paint' | 'done' | 'cancel'>;
  readonly tool: Tool;
  readonly label: Label;
  /** Distance in L*a*b* up to which colours are alike. */
  readonly tolerance: number;
  /** Width of the brush in pixels of the model's picture. */
  readonly brush: number;
  /** What is painted, for those who do not see it. */
  readonly name: string;
}

/** The picture with its labels, to be painted on: by mouse or pen, or patch by patch with the keyboard. */
export function MaskCanvas(props: MaskCanvasProps): JSX.Element {
  const { card, draft, tool, label } = props;
  const frame = useRef<HTMLDivElement>(null);
  const across = useWidth(frame);
  const [height, width] = card.inputSize;
  const scale = across / Math.max(width, height);
  const [corners, setCorners] = useState<readonly Point[]>([]);
  const [patch, setPatch] = useState<number | null>(null);
  const drag = useRef<{ readonly start: Point; last: Point } | null>(null);
  const lab = useMemo(() => labOf({ width, height, pixels: card.picture }), [card]);
  const { labels } = draft;
  const paint = useMemo<Paint>(() => {
    return (context, w, h) => {
      const layer = canvasOf(width, height);
      contextOf(layer).putImageData(new ImageData(labelLayer(labels, width, height), width, height), 0, 0);
      context.drawImage(pictureAt(card, w, h).colour, 0, 0);
      context.drawImage(layer, 0, 0, w, h);
    };
  }, [card, labels]);
  const pointOf = (event: PointerEvent & { readonly currentTarget: HTMLElement }): Point => {
    const box = event.currentTarget.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * width,
      y: ((event.clientY - box.top) / box.height) * height,
    };
  };
  const grow = (place: Point): void => {
    draft.paint((map) => {
      paintRegion(map, growRegion(lab, place, props.tolerance), label);
    });
    draft.done();
  };
  const closePolygon = (): void => {
    if (corners.length > 2) {
      draft.paint((map) => {
        paintPolygon(map, corners, label);
      });
      draft.done();
    }
    setCorners([]);
  };
  const onDown = (event: PointerEvent & { readonly currentTarget: HTMLElement }): void => {
    if (event.button !== 0) return;
    const at = pointOf(event);
    if (tool === 'click') grow(at);
    else if (tool === 'polygon') setCorners([...corners, at]);
    else {
      event.currentTarget.setPointerCapture(event.pointerId);
      drag.current = { start: at, last: at };
      stroke(at, at);
    }
  };
  const stroke = (from: Point, to: Point): void => {
    if (tool === 'rectangle') draft.cancel();
    draft.paint((map) => {
      if (tool === 'brush') paintStroke(map, from, to, props.brush / 2, label);
      else paintRectangle(map, drag.current?.start ?? from, to, label);
    });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (tool === 'polygon' && corners.length > 0 && (event.key === 'Enter' || event.key === 'Escape')) {
      if (event.key === 'Enter') closePolygon();
      else setCorners([]);
      event.preventDefault();
      return;
    }
    const now = patch ?? tokenAt(card, Math.floor(card.grid[0] / 2), Math.floor(card.grid[1] / 2));
    if (event.key === 'Enter' || event.key === ' ') {
      const [from, to] = patchBox(card, now);
      if (tool === 'click') grow({ x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 });
      else {
        draft.paint((map) => {
          paintRectangle(map, from, to, label);
        });
        draft.done();
      }
      setPatch(now);
      event.preventDefault();
      return;
    }
    const moved = event.key.toLowerCase() === 'p' ? null : moveToken(card, now, now, event.key, event.shiftKey);
    if (moved === null) return;
    setPatch(moved);
    event.preventDefault();
  };
  const box = patch === null ? null : patchBox(card, patch);
  return (
    <div ref={frame} class="patch-frame">
      {across === 0 ? null : (
        <div
          class="patch-picture painting"
          style={{ width: `${Math.round(width * scale)}px`, height: `${Math.round(height * scale)}px` }}
          role="application"
          aria-label={l10n.t('{0}. Arrow keys move over the patches, Enter labels one.', props.name)}
          tabIndex={0}
          onKeyDown={onKeyDown}
          onBlur={() => {
            setPatch(null);
          }}
          onPointerDown={onDown}
          onPointerMove={(event) => {
            const { current } = drag;
            if (current === null) return;
            const at = pointOf(event);
            stroke(current.last, at);
            current.last = at;
          }}
          onPointerUp={() => {
            if (drag.current === null) return;
            drag.current = null;
            draft.done();
          }}
          onPointerCancel={() => {
            drag.current = null;
            draft.cancel();
          }}
          onDblClick={closePolygon}
        >
          <Painted width={Math.round(width * scale)} height={Math.round(height * scale)} paint={paint} />
          <svg class="outline" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
            {corners.length === 0 ? null : (
              <polyline points={corners.map(({ x, y }) => `${x},${y}`).join(' ')} vector-effect="non-scaling-stroke" />
            )}
            {box === null ? null : (
              <rect
                x={box[0].x}
                y={box[0].y}
                width={box[1].x - box[0].x}
                height={box[1].y - box[0].y}
                vector-effect="non-scaling-stroke"
              />
            )}
          </svg>
        </div>
      )}
    </div>
  );
}

/** Corners of a patch in pixels of the model's picture. */
function patchBox(card: ImageCard, token: number): readonly [Point, Point] {
  const place = placeOf(card, token);
  const [row, column] = place.kind === 'patch' ? [place.row, place.column] : [0, 0];
  const [down, across] = [card.inputSize[0] / card.grid[0], card.inputSize[1] / card.grid[1]];
  return [
    { x: column * across, y: row * down },
    { x: (column + 1) * across, y: (row + 1) * down },
  ];
}
