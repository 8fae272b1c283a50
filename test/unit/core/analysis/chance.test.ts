import { describe, expect, it } from 'vitest';
import {
  freeDimensions,
  headMeanBand,
  headWeightedBand,
  layerBand,
  modeBand,
} from '../../../../src/core/analysis/chance.js';
import { randomMatrix } from '../../support/random.js';

describe('chance bands', () => {
  it('are the published half-widths at width 768, head size 64', () => {
    expect(modeBand(768)).toBeCloseTo(0.0928, 4);
    expect(headMeanBand(64, 768)).toBeCloseTo(0.0116, 4);
    expect(modeBand(384)).toBeCloseTo(0.131, 3);
  });

  it('are exact where the distribution of the cosine is elementary', () => {
    expect(modeBand(3)).toBeCloseTo(0.99, 12); // uniform on -1..1
    expect(modeBand(2)).toBeCloseTo(Math.sin((0.99 * Math.PI) / 2), 12); // an angle uniform on the circle
    expect(modeBand(1)).toBe(1);
  });

  it('hold 99 % of the cosines of random directions', () => {
    const dimensions = 20;
    const band = modeBand(dimensions);
    const count = 20_000;
    let inside = 0;
    for (let i = 0; i < count; i++) {
      const direction = randomMatrix(dimensions, i);
      const cosine = (direction[0] ?? 0) / Math.hypot(...direction);
      if (Math.abs(cosine) < band) inside++;
    }
    // Four deviations of the count around 99 %.
    expect(Math.abs(inside / count - 0.99)).toBeLessThan(4 * Math.sqrt((0.99 * 0.01) / count));
  });

  it('of a weighted figure narrow with the number of modes that carry it', () => {
    expect(headWeightedBand(Float64Array.of(1, 1, 1, 1), 100)).toBeCloseTo(headMeanBand(4, 100), 12);
    expect(headWeightedBand(Float64Array.of(5, 0, 0, 0), 100)).toBeCloseTo(headMeanBand(1, 100), 12);
    expect(headWeightedBand(Float64Array.of(0, 0), 100)).toBeNull();
    expect(layerBand([0.1, 0.1, 0.1, 0.1])).toBeCloseTo(0.05, 12);
    expect(layerBand([0.1, null])).toBeCloseTo(0.1, 12);
    expect(layerBand([null])).toBeNull();
  });

  it('lose a dimension only where the folded basis centres', () => {
    expect(freeDimensions(384, 'folded', 'layer')).toBe(383);
    expect(freeDimensions(384, 'folded', 'rms')).toBe(384);
    expect(freeDimensions(384, 'raw', 'layer')).toBe(384);
  });
});
