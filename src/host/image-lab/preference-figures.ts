import {
  type KeyVariant,
  MeanPatchAttention,
  type PatchAttention,
  patchAttention,
} from '../../core/analysis/image/patch-attention.js';
import { MIXED } from '../../core/analysis/image/patch-labels.js';
import { preference, type RegionShare } from '../../core/analysis/image/preference.js';
import { preferenceBand } from '../../core/analysis/image/preference-band.js';
import type { LayerShape } from '../../core/inference/layer-shapes.js';
import { windowedPatchAttention } from '../../core/inference/windowed-figures.js';
import type { LayerPreference, PreferenceFigures, RegionRatio } from '../../protocol/image.js';
import { LABELS } from './labels.js';

type Regions = NonNullable<PreferenceFigures['target']>;

const NONE: RegionRatio = { share: null, ratio: null, low: null, high: null };

/** Attention preference of the heads of one layer, one after the other, and of their mean. */
export class LayerPreferences {
  readonly #heads: PreferenceFigures[] = [];
  readonly #mean = new MeanPatchAttention();

  /** @param labels of the patches, or of the tokens that the layer has made of them. */
  constructor(
    private readonly labels: Int32Array,
    private readonly shape: Pick<LayerShape, 'grid' | 'tokens' | 'windows'>,
    private readonly keys: KeyVariant,
    private readonly bands = true,
  ) {}

  /** @param attention (tokens, tokens) or (windows, places, places) of the next head; not kept. */
  add(attention: Float32Array): void {
    const { windows, tokens } = this.shape;
    const { length } = this.labels;
    const among =
      windows === null
        ? patchAttention(attention, tokens - length, length, this.keys)
        : windowedPatchAttention(attention, windows, this.keys);
    this.#heads.push(this.#figures(among));
    this.#mean.add(among);
  }

  /** The layer, when all heads were added. */
  finish(layer: number): Omit<LayerPreference, 'image'> {
    const { mean } = this.#mean;
    const empty: PreferenceFigures = { target: null, other: null };
    return { keys: this.keys, layer, mean: mean === null ? empty : this.#figures(mean), heads: this.#heads };
  }

  #figures(among: PatchAttention): PreferenceFigures {
    return { target: this.#source(among, LABELS.target), other: this.#source(among, LABELS.other) };
  }

  #source(among: PatchAttention, source: number): Regions | null {
    const found = preference(among, this.labels, source);
    if (found === null) return null;
    const band = this.bands ? preferenceBand(among, this.labels, this.shape.grid, source) : null;
    const told = (label: number): RegionRatio => {
      const region = found.regions.get(label);
      if (region === undefined) return NONE;
      const [low = null, high = null] = band?.ratios.get(label) ?? [];
      return { ...plain(region), low, high };
    };
    return {
      target: told(LABELS.target),
      other: told(LABELS.other),
      background: told(LABELS.background),
      mixed: told(MIXED),
      prefix: found.prefix === null ? NONE : { ...plain(found.prefix), low: null, high: null },
    };
  }
}

function plain({ share, ratio }: RegionShare): Pick<RegionRatio, 'share' | 'ratio'> {
  return { share, ratio };
}
