import type { HeadMatrices, HeadSolver } from '../../linalg/head-solver.js';
import type { LayerSpec } from '../../model/model.js';
import { freeDimensions } from '../chance.js';
import type { Basis, HeadFigures } from '../figures.js';
import { headFigures } from '../head.js';
import { headAlone, headMatrices, readLayer, type SourceOf } from '../layer.js';
import { anglesOf, turnRows, type AnglesAt } from './turn-rows.js';
import { offsetsAt, type Turning } from './turning.js';

/** The figures of a head at one distance, each the mean over the offsets of that distance; null where the head has none. */
export interface DistancePoint {
  readonly distance: number;
  /** Offsets of that distance; 0 where the grid of patches is smaller. */
  readonly offsets: number;
  readonly weighted: number | null;
  readonly mean: number | null;
  /** Half-width of the 99 % chance band of `weighted` at one offset, mean over them. */
  readonly weightedBand: number | null;
}

/**
 * Figures of the heads of a layer over distance, those of B_d = W_q^T R_d W_k for the rotation R_d from the query's place to the key's
 * (method.md). Distance 0 gives the heads' own figures.
 * @param head one head, whose rows alone are read; null for all of them.
 * @throws CheckpointError as the layer's analysis does.
 */
export async function overDistance(
  spec: LayerSpec,
  head: number | null,
  basis: Basis,
  turning: Turning,
  distances: readonly number[],
  sourceOf: SourceOf,
  solver: HeadSolver,
): Promise<readonly (readonly DistancePoint[])[]> {
  const own = head === null ? spec : headAlone(spec, head);
  const matrices = await readLayer(own, basis, sourceOf);
  const angles = await anglesOf(turning, spec.headSize, sourceOf);
  const dimensions = freeDimensions(spec.width, basis, spec.norm?.kind ?? null);
  return Array.from({ length: own.heads }, (_, index) => {
    const at = headMatrices(own, matrices, index);
    const figures = (turned: HeadMatrices): HeadFigures =>
      headFigures(index, solver.solve(turned, matrices.preparation), spec.headSize, dimensions);
    return distances.map((distance) => pointAt(at, distance, turning, angles, figures));
  });
}

function pointAt(
  head: HeadMatrices,
  distance: number,
  turning: Turning,
  angles: AnglesAt,
  figures: (head: HeadMatrices) => HeadFigures,
): DistancePoint {
  const { pairs } = turning.rotation;
  const all = offsetsAt(turning, distance).map((offset) =>
    figures({ ...head, key: turnRows(head.key, head.columns, pairs, angles(offset)) }),
  );
  const mean = (pick: (figures: HeadFigures) => number | null): number | null => {
    const values = all.map(pick).filter((value) => value !== null);
    return values.length === 0 || values.length < all.length
      ? null
      : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return {
    distance,
    offsets: all.length,
    weighted: mean(({ weighted }) => weighted),
    mean: mean((each) => each.mean),
    weightedBand: mean(({ weightedBand }) => weightedBand),
  };
}
