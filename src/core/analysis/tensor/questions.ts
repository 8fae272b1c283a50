import { type HeatMap, heatMap, type TableWindow } from './heat-map.js';
import type { TensorPlace } from './rows.js';
import { tensorSpectrum } from './spectrum.js';
import { tensorStatistics, type TensorStatistics } from './statistics.js';

/** What can be asked of the elements of one tensor. */
export type TensorQuestion =
  | { readonly kind: 'statistics' }
  /** `side`: most cells along each axis. */
  | { readonly kind: 'map'; readonly window: TableWindow; readonly side: number }
  | { readonly kind: 'spectrum' };

/** What is told of it. */
export type TensorAnswer =
  | { readonly kind: 'statistics'; readonly statistics: TensorStatistics }
  | { readonly kind: 'map'; readonly map: HeatMap }
  /** Singular values, descending. */
  | { readonly kind: 'spectrum'; readonly sigma: Float64Array };

/** Reads what a question needs, and no more. @throws CheckpointError */
export async function askTensor(place: TensorPlace, question: TensorQuestion): Promise<TensorAnswer> {
  switch (question.kind) {
    case 'statistics':
      return { kind: 'statistics', statistics: await tensorStatistics(place) };
    case 'map':
      return { kind: 'map', map: await heatMap(place, question.window, question.side) };
    case 'spectrum':
      return { kind: 'spectrum', sigma: await tensorSpectrum(place) };
  }
}
