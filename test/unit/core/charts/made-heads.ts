import type { Block, HeadFigures, LayerFigures } from '../../../../src/core/analysis/figures.js';

/** What a made head differs in. */
export interface MadeHead {
  readonly index?: number;
  readonly sigma?: readonly number[];
  readonly cos?: readonly number[];
  readonly angle?: readonly number[];
  readonly blocks?: readonly Block[];
  /** Half-width of the head's chance band. */
  readonly band?: number;
  readonly trouble?: HeadFigures['trouble'];
}

/** A head whose means follow from its modes. */
export function madeHead(made: MadeHead = {}): HeadFigures {
  const sigma = Float64Array.from(made.sigma ?? [1, 0.5, 0.25]);
  const cos = Float64Array.from(made.cos ?? [0.8, 0.4, -0.2]);
  const nuclear = sigma.reduce((sum, value) => sum + value, 0);
  const trace = sigma.reduce((sum, value, mode) => sum + (value === 0 ? 0 : value * (cos[mode] ?? 0)), 0);
  const mean = cos.reduce((sum, value) => sum + value, 0) / cos.length;
  const trouble = made.trouble ?? null;
  return {
    index: made.index ?? 0,
    mean: trouble !== null || Number.isNaN(mean) ? null : mean,
    weighted: trouble === null ? trace / nuclear : null,
    weightedBand: trouble === null ? (made.band ?? 0.02) : null,
    symmetricShare: trouble === null ? 0.7 : null,
    trace,
    nuclear,
    frobenius: Math.hypot(...sigma),
    sigma,
    cos,
    angle: Float64Array.from(made.angle ?? sigma.map(() => 0.01)),
    blocks: made.blocks ?? [],
    roundingNoise: { query: 1e-5, key: 1e-5 },
    selfCheck: { trace: 0, frobenius: 0 },
    trouble,
  };
}

/** A head of one mode, so that its weighted figure is that mode's cosine. */
export function headOf(weighted: number, index: number, band = 0.02): HeadFigures {
  return madeHead({ sigma: [1], cos: [weighted], index, band });
}

/** A layer of heads; its means follow from them. */
export function madeLayer(index: number, heads: readonly HeadFigures[], modeBand = 0.13): LayerFigures {
  const mean = (pick: (head: HeadFigures) => number | null): number | null => {
    const known = heads.map(pick).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  return {
    index,
    mean: mean((head) => head.mean),
    weighted: mean((head) => head.weighted),
    symmetricShare: mean((head) => head.symmetricShare),
    weightedBand: 0.01,
    modeBand,
    heads,
  };
}

/** Layers whose heads have these weighted figures. */
export function layersOf(figures: readonly (readonly number[])[]): LayerFigures[] {
  return figures.map((row, layer) =>
    madeLayer(
      layer,
      row.map((weighted, head) => headOf(weighted, head)),
    ),
  );
}
