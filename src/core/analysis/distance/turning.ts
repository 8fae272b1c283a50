import * as l10n from '@vscode/l10n';
import type { Model } from '../../model/model.js';
import type { Rotation } from '../../model/rotation.js';

/** How the tokens of a rotary model lie and turn. */
export interface Turning {
  readonly rotation: Rotation;
  /** Keys lie before the query only. */
  readonly causal: boolean;
  /** Rows and columns of patches of the model's own pictures. */
  readonly grid: readonly [rows: number, columns: number];
}

/** Side in pixels of the pictures of a model that does not say it. */
const USUAL_SIDE = 224;

/** Distances that show a head's figure over a sequence, and over a grid of patches. */
const IN_SEQUENCE = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
const IN_GRID = [0, 1, 2, 3, 4, 6, 8, 12, 16];

/** How a model turns its queries and keys; null for one without rotary positions, or whose rotation is not known. */
export function turningOf(model: Model): Turning | null {
  const { rotation, causal, patch } = model;
  if (rotation === undefined) return null;
  if (rotation.kind === 'sequence') return { rotation, causal, grid: [1, 1] };
  if (patch === null) return null;
  const [height, width] = model.imageSize ?? [USUAL_SIDE, USUAL_SIDE];
  return { rotation, causal, grid: [Math.floor(height / patch), Math.floor(width / patch)] };
}

/** What had to be assumed of the rotation and of the grid, as sentences. */
export function turningAssumptions(model: Model): string[] {
  const { rotation, patch } = model;
  const assumed = rotation?.assumed ?? null;
  const noSize = rotation?.kind === 'grid' && patch !== null && model.imageSize === null;
  return [
    ...(assumed === null ? [] : [assumed]),
    ...(noSize
      ? [
          l10n.t(
            'Distances are those in a picture of {0} x {0} pixels, since the file does not say the size.',
            USUAL_SIDE,
          ),
        ]
      : []),
  ];
}

/** Why a model has no figures over distance. */
export function noTurningWords({ position, title }: Model): string {
  return position === 'rope'
    ? l10n.t('how {0} turns queries and keys is not known from its file, so there are no figures over distance', title)
    : l10n.t('{0} has no rotary positions, so its figures do not change with distance', title);
}

/** Distances worth showing when nobody named any. */
export function usualDistances({ rotation, grid: [rows, columns] }: Turning): readonly number[] {
  return rotation.kind === 'sequence' ? IN_SEQUENCE : IN_GRID.filter((distance) => distance < Math.max(rows, columns));
}

/** Distances in a sequence that are answered: longer than any text that a model reads. */
const FARTHEST_IN_SEQUENCE = 2 ** 22;

/** Distances in a grid that are answered: the number of offsets, each of which is a decomposition, grows with them. */
const FARTHEST_IN_GRID = 64;

/** The largest distance that is answered for a model. */
export function farthest({ rotation }: Turning): number {
  return rotation.kind === 'sequence' ? FARTHEST_IN_SEQUENCE : FARTHEST_IN_GRID;
}

/** How far a key lies from the query: rows and columns of patches, or places of a sequence in the second. */
export type Offset = readonly [y: number, x: number];

/**
 * The offsets of a distance: in a sequence `distance` places before the query, and behind it unless attention is causal; in a grid all
 * whose length rounds to it. None where the grid is smaller.
 */
export function offsetsAt({ rotation, causal, grid: [rows, columns] }: Turning, distance: number): Offset[] {
  if (distance === 0) return [[0, 0]];
  if (rotation.kind === 'sequence')
    return causal
      ? [[0, -distance]]
      : [
          [0, -distance],
          [0, distance],
        ];
  const offsets: Offset[] = [];
  const reach = (size: number): number => Math.min(distance, size - 1);
  for (let y = -reach(rows); y <= reach(rows); y++) {
    for (let x = -reach(columns); x <= reach(columns); x++) {
      if (Math.round(Math.hypot(y, x)) === distance) offsets.push([y, x]);
    }
  }
  return offsets;
}
