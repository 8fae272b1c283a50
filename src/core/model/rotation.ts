import type { VectorView } from './model.js';

/** How the entries of a head's query and key are paired to turn: `half`: entry i with i + half of those that turn; `interleaved`: entry 2 i with 2 i + 1. */
export type RotationPairs = 'half' | 'interleaved';

/** Rotation of queries and keys by the row and column of their patch; prefix tokens are left as they are. */
export interface GridRotation {
  readonly kind: 'grid';
  readonly pairs: RotationPairs;
  readonly angles:
    | {
        /** 2 pi c / period for coordinates c of patch centres from -1 to 1, periods base^(4 i / headSize) (DINOv3). */
        readonly kind: 'centred';
        readonly base: number;
        /** The periods, where the file has them. */
        readonly periods: VectorView | null;
      }
    | {
        /** c / base^(4 i / headSize) for rows and columns c counted from 0, scaled to the reference grid (EVA02). */
        readonly kind: 'counted';
        readonly base: number;
        readonly reference: readonly [rows: number, columns: number] | null;
        /** The first half of the pairs turns with the column, and not with the row. */
        readonly order?: 'xy';
        /** Number of the first row and column, absent for 0. It counts for tokens in front of the patches, which do not turn. */
        readonly first?: number;
      };
  /** What the file does not say of it, as a sentence; null where nothing had to be assumed. */
  readonly assumed: string | null;
}

/** Rotation of queries and keys by their place in a sequence. */
export interface SequenceRotation {
  readonly kind: 'sequence';
  readonly pairs: RotationPairs;
  /** Radians a place, one a pair; entries of a head behind those of the pairs do not turn. */
  readonly frequencies: readonly number[];
  readonly assumed: string | null;
}

/** What rotary positions do to queries and keys. */
export type Rotation = GridRotation | SequenceRotation;
