import { type MeanInterval, RunningMean } from '../mean-interval.js';
import { type HeadPreference, REGION_NAMES, type Region, type Source, SOURCE_NAMES } from './head-preference.js';

/** A mean over pictures of each region. */
export type OfRegionsOverPictures = Readonly<Partial<Record<Region, MeanInterval>>>;

/** Attention preference over pictures; null for a label that no picture has. */
export type PreferenceOverPictures = Readonly<
  Record<Source, (OfRegionsOverPictures & { readonly ratio: OfRegionsOverPictures }) | null>
>;

/** Attention preferences of one head, or of one layer, on one picture after the other. */
export class PreferenceStatistics {
  readonly #means = new Map<string, RunningMean>();

  add(preference: HeadPreference): void {
    for (const source of SOURCE_NAMES) {
      for (const region of REGION_NAMES) {
        this.#add(`${source} ${region} share`, preference[source]?.[region]);
        this.#add(`${source} ${region} ratio`, preference[source]?.ratio[region]);
      }
    }
  }

  /** Means and their intervals; a picture counts where it has the number. */
  get result(): PreferenceOverPictures {
    const of = (source: Source) => {
      const told = (what: string): OfRegionsOverPictures => {
        const found: Partial<Record<Region, MeanInterval>> = {};
        for (const region of REGION_NAMES) {
          const interval = this.#means.get(`${source} ${region} ${what}`)?.interval ?? null;
          // No share or ratio is below 0, though Student's interval may reach there.
          if (interval !== null)
            found[region] = { ...interval, low: interval.low === null ? null : Math.max(0, interval.low) };
        }
        return found;
      };
      const shares = told('share');
      return Object.keys(shares).length === 0 ? null : { ...shares, ratio: told('ratio') };
    };
    return { target: of('target'), other: of('other') };
  }

  #add(key: string, value: number | null | undefined): void {
    if (value === null || value === undefined) return;
    const mean = this.#means.get(key) ?? new RunningMean();
    this.#means.set(key, mean);
    mean.add(value);
  }
}
