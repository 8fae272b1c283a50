import { describe, expect, it } from 'vitest';
import type { HeadFigures, LayerFigures } from '../../../../src/core/analysis/figures.js';
import { summarizeLayer } from '../../../../src/core/analysis/layer.js';
import { verdict, verdictText } from '../../../../src/core/analysis/verdict.js';

function head(index: number, weighted: number | null, weightedBand: number): HeadFigures {
  return {
    index,
    mean: weighted,
    weighted,
    weightedBand: weighted === null ? null : weightedBand,
    symmetricShare: weighted === null ? null : 0.5,
    trace: weighted ?? NaN,
    nuclear: 1,
    frobenius: 1,
    sigma: Float64Array.of(1),
    cos: Float64Array.of(weighted ?? NaN),
    angle: Float64Array.of(0),
    blocks: [],
    roundingNoise: { query: 0, key: 0 },
    selfCheck: { trace: 0, frobenius: 0 },
    trouble: weighted === null ? 'not-finite' : null,
  };
}

/** Layers with the given weighted figure of each head. */
function layers(figures: readonly (number | null)[][], band = 0.02): LayerFigures[] {
  return figures.map((heads, index) =>
    summarizeLayer(
      index,
      heads.map((weighted, i) => head(i, weighted, band)),
      0.1,
    ),
  );
}

const says = (figures: readonly (number | null)[][], band?: number): string =>
  verdictText(verdict(layers(figures, band)));
const each = (...values: (number | null)[]): (number | null)[][] => values.map((value) => [value]);

describe('verdict', () => {
  it('falls and turns back', () => {
    expect(says(each(0.64, 0.73, 0.4, 0.13, 0.2, 0.43))).toBe(
      'Early layers attend to similar tokens (0.73 in layer 1), the middle is contextual (0.13 in layer 3), and layer 5 turns back to similar (0.43). No head looks for dissimilar tokens.',
    );
  });

  it('falls', () => {
    expect(says(each(0.6, 0.73, 0.4, 0.2, 0.2, 0.13))).toMatch(
      /^Attention goes from similar tokens \(0\.73 in layer 1\) to contextual \(0\.13 in layer 5\)\./,
    );
  });

  it('calls what is below zero dissimilar, never contextual', () => {
    expect(says(each(0.6, 0.3, -0.2, -0.3))).toMatch(/to dissimilar \(−0\.30 in layer 3\)\./);
  });

  it('stays level, rises, or has no trend', () => {
    expect(says(each(0.31, 0.42, 0.35, 0.4))).toMatch(
      /^All layers attend to similar tokens about equally \(0\.31 to 0\.42\)\./,
    );
    expect(says(each(-0.31, -0.42, -0.35))).toMatch(/^All layers attend to dissimilar tokens about equally/);
    expect(says(each(0.05, 0.2, 0.3, 0.51))).toMatch(
      /^Similarity grows with depth \(0\.05 in layer 0 to 0\.51 in layer 3\)\./,
    );
    expect(says(each(0.1, -0.12, 0.38, 0.1, 0.2, 0.0))).toMatch(
      /^No trend over depth: layers lie between −0\.12 \(layer 1\) and 0\.38 \(layer 2\)\./,
    );
  });

  it('claims no trend that the bands do not support', () => {
    const falling = each(0.6, 0.5, 0.3, 0.3);
    expect(says(falling, 0.02)).toMatch(/^Attention goes/);
    expect(says(falling, 0.2)).not.toMatch(/goes|turns|grows/);
  });

  it('calls figures that chance explains untrained', () => {
    expect(says(each(0.01, -0.01, 0.015))).toBe('No head differs from chance. Are these trained weights?');
    const heads = Array.from({ length: 144 }, (_, i) => (i < 3 ? -0.021 : 0.01 * (i % 2 === 0 ? 1 : -1)));
    expect(says([heads])).toBe('No head differs from chance. Are these trained weights?');
  });

  it('counts the heads below their own band and names the lowest', () => {
    const parts = verdict(
      layers([
        [0.5, -0.1, 0.4],
        [0.5, 0.4, -0.3],
      ]),
    );
    expect(verdictText(parts)).toMatch(/2 of 6 heads look for dissimilar tokens, most of all L1 H2 \(−0\.30\)\.$/);
    expect(parts.some((part) => part.place?.layer === 1 && part.place.head === 2)).toBe(true);
    expect(says([[0.5, -0.1, 0.4]])).toMatch(/1 of 3 heads looks for dissimilar tokens: L0 H1 \(−0\.10\)\.$/);
  });

  it('leaves out what has no figure', () => {
    expect(
      says([
        [null, 0.6],
        [0.5, 0.55],
        [null, null],
        [0.1, 0.12],
      ]),
    ).toMatch(/\(0\.60 in layer 0\) to contextual \(0\.11 in layer 3\)/);
    expect(says(each(null, null))).toBe('No head has a figure: all weights are zero or not finite.');
    expect(says(each(0.3))).toMatch(/^Its one layer attends to similar tokens \(0\.30\)\./);
  });
});
