import type { Warning } from '../../core/errors.js';
import type { AttentionPass } from './attention-pass.js';
import type { Prompting } from './prompting.js';
import type { Spurious } from './spurious-of-picture.js';

/** What is kept of each picture of a folder. */
export interface PictureRow {
  readonly grid: readonly [rows: number, columns: number];
  readonly keypoints: number;
  /** By layer and head. */
  readonly interrelation: readonly (readonly { readonly w: number | null; readonly deviations: number | null }[])[];
  readonly significantHeads: AttentionPass['significantHeads'];
  readonly spurious?: Spurious;
  readonly prompting?: Prompting;
  readonly warnings: readonly Warning[];
}

/** Mean of a figure over the pictures that have it. */
export interface Averaged {
  readonly mean: number | null;
  /** Deviation between pictures. */
  readonly deviation: number | null;
  readonly pictures: number;
}

/** What the pictures of a folder have in common. */
export interface FolderSummary {
  readonly layers: readonly {
    readonly index: number;
    readonly heads: readonly {
      readonly index: number;
      readonly w: Averaged;
      readonly deviations: Averaged;
      /** Pictures in which the head is significant. */
      readonly significantIn: number;
    }[];
  }[];
  readonly spurious?: { readonly offRatio: Averaged; readonly log2Lift: Averaged };
}

/** Means over the pictures of a folder. */
export function folderSummary(rows: readonly PictureRow[]): FolderSummary {
  const [first] = rows;
  const withMask = rows.map(({ spurious }) => spurious).filter((each) => each !== undefined);
  return {
    layers: (first?.interrelation ?? []).map((heads, layer) => ({
      index: layer,
      heads: heads.map((_, head) => ({
        index: head,
        w: averaged(rows.map(({ interrelation }) => interrelation[layer]?.[head]?.w ?? null)),
        deviations: averaged(rows.map(({ interrelation }) => interrelation[layer]?.[head]?.deviations ?? null)),
        significantIn: rows.filter(({ significantHeads }) =>
          significantHeads.some((found) => found.layer === layer && found.head === head),
        ).length,
      })),
    })),
    ...(withMask.length === 0
      ? {}
      : {
          spurious: {
            offRatio: averaged(withMask.map(({ offRatio }) => offRatio)),
            log2Lift: averaged(withMask.map(({ log2Lift }) => log2Lift)),
          },
        }),
  };
}

function averaged(values: readonly (number | null)[]): Averaged {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return { mean: null, deviation: null, pictures: 0 };
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length);
  return { mean, deviation, pictures: known.length };
}
