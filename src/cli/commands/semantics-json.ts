import { GROUPS } from '../../core/analysis/keypoints/concentration.js';
import { inputToJson } from './attention.js';
import type { SemanticsLayer } from '../../host/semantics/attention-pass.js';
import type { PictureSemantics } from '../../host/semantics/picture-semantics.js';
import type { SemanticsWishes } from '../../host/semantics/semantics-model.js';

/** The result of one picture as JSON values, in full precision; what was asked for and does not exist is null. */
export function semanticsToJson(result: PictureSemantics, wanted: SemanticsWishes) {
  const { input, grid, keypoints, pass, spurious, prompting } = result;
  const { relevance, object } = result;
  const rows = (values: ArrayLike<number>): number[][] => inRows(values, grid[1]);
  return {
    input: inputToJson(input, grid),
    grid,
    keypoints,
    concentrationKind: wanted.concentration,
    concentration: rows(result.concentration),
    groups: rows(result.groups),
    recomputed: { layers: pass.recomputed },
    layers: pass.layers.map(layerToJson),
    significantHeads: pass.significantHeads,
    ...(wanted.mask === null && !wanted.objectFromTokens
      ? {}
      : {
          spurious:
            spurious === null
              ? null
              : {
                  ...spurious,
                  map: relevance === null ? null : rows(relevance),
                  object: object === null ? null : rows(object),
                },
        }),
    ...(wanted.prompt === null ? {} : { prompting }),
  };
}

function layerToJson({ index, heads }: SemanticsLayer) {
  return {
    index,
    heads: heads.map((head) => ({
      index: head.index,
      interrelation: head.interrelation ?? NO_INTERRELATION,
      keySide: head.keySide,
      querySide: head.querySide,
      groupShare: head.groupShare.map((row) => row ?? GROUPS.map(() => null)),
      groupRatio: head.groupRatio,
    })),
  };
}

const NO_INTERRELATION = { w: null, nullMean: null, nullDeviation: null, deviations: null, p: null };

function inRows(values: ArrayLike<number>, columns: number): number[][] {
  const all = Array.from(values);
  return Array.from({ length: all.length / columns }, (_, row) => all.slice(row * columns, (row + 1) * columns));
}
