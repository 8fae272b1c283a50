import path from 'node:path';
import { type KeyVariant, patchAttention } from '../../core/analysis/image/patch-attention.js';
import { MIXED, patchLabels } from '../../core/analysis/image/patch-labels.js';
import { preference } from '../../core/analysis/image/preference.js';
import { quoteName } from '../../core/bytes/quote.js';
import { CheckpointError, type Warning } from '../../core/errors.js';
import type { LabelMap } from '../../core/image/preprocess/picture.js';
import { preprocessLabels } from '../../core/image/preprocess/preprocess.js';
import { type Input, readPicture, type RunOnImage } from './run-on-image.js';

/** Labels of a mask, by their names in results. */
const SOURCES = { target: 1, other: 2 } as const;
const REGIONS = { ...SOURCES, background: 0, mixed: MIXED } as const;

type Region = keyof typeof REGIONS | 'prefix';
type Shares = Readonly<Partial<Record<Region, number | null>>>;

/** What the patches of one label attend to: shares, and their ratios to even attention. */
export type SourcePreference = Shares & { readonly ratio: Shares };

/** Attention preference of the labels that ask; null for one that no patch has. */
export type HeadPreference = Readonly<Record<keyof typeof SOURCES, SourcePreference | null>>;

/** Labels of the patches from a mask file. */
export async function readLabels(
  file: string,
  { input, loaded }: RunOnImage,
): Promise<{ labels: Int32Array; warnings: readonly Warning[] }> {
  const { picture } = await readPicture(file);
  const { width, height, pixels } = picture;
  const map: LabelMap = { width, height, labels: new Int32Array(width * height) };
  for (let at = 0; at < map.labels.length; at++) {
    const [red, green, blue] = pixels.subarray(3 * at, 3 * at + 3);
    if (red === undefined || red !== green || red !== blue || red > SOURCES.other) {
      const problem = `its pixel at ${at % width}, ${Math.floor(at / width)} is red ${red}, green ${green}, blue ${blue}, which is no label`;
      const advice = 'give a grey picture of 8 bits with 0 for background, 1 for the object, 2 for other objects';
      throw new CheckpointError('unsupported', quoteName(path.basename(file)), problem, advice);
    }
    map.labels[at] = red;
  }
  const labels = patchLabels(seen(map, input), loaded.patch);
  const warnings = Object.entries(SOURCES)
    .filter(([, label]) => !labels.includes(label))
    .map(([name, label]) => ({
      code: 'label-without-patches',
      message: `No patch is covered by label ${label} (${name}) for more than half, so there is no preference of it.`,
    }));
  return { labels, warnings };
}

/** The labels as the model sees the picture. */
function seen(map: LabelMap, { preparation, size }: Input): LabelMap {
  if (preparation !== null) return preprocessLabels(map, preparation.original, preparation.preprocessing, 'the mask');
  const exact = {
    resize: { mode: 'exact', size },
    resampling: 'nearest',
    crop: null,
    rescale: 1,
    mean: [0, 0, 0],
    deviation: [1, 1, 1],
    colour: 'rgb',
  } as const;
  return preprocessLabels(map, size, exact, 'the mask');
}

/** Attention preference of one head. */
export function headPreference(
  attention: Float32Array,
  prefix: number,
  labels: Int32Array,
  variant: KeyVariant,
): HeadPreference {
  const among = patchAttention(attention, prefix, labels.length, variant);
  const of = (source: number): SourcePreference | null => {
    const found = preference(among, labels, source, Object.values(REGIONS));
    if (found === null) return null;
    const shares: Partial<Record<Region, number>> = {};
    const ratio: Partial<Record<Region, number | null>> = {};
    for (const region of NAMES) {
      const told = region === 'prefix' ? found.prefix : (found.regions.get(REGIONS[region]) ?? null);
      if (told === null) continue;
      shares[region] = told.share;
      ratio[region] = told.ratio;
    }
    return { ...shares, ratio };
  };
  return { target: of(SOURCES.target), other: of(SOURCES.other) };
}

const NAMES = ['target', 'other', 'background', 'mixed', 'prefix'] as const satisfies readonly Region[];

/** Mean over the heads that have a preference. */
export function meanPreference(heads: readonly HeadPreference[]): HeadPreference {
  const of = (source: keyof typeof SOURCES): SourcePreference | null => {
    const own = heads.map((head) => head[source]).filter((each) => each !== null);
    if (own.length === 0) return null;
    return { ...meanShares(own), ratio: meanShares(own.map(({ ratio }) => ratio)) };
  };
  return { target: of('target'), other: of('other') };
}

function meanShares(all: readonly Shares[]): Shares {
  const means: Partial<Record<Region, number | null>> = {};
  for (const region of NAMES) {
    const values = all.map((shares) => shares[region]).filter((value) => value !== undefined);
    const numbers = values.filter((value) => value !== null);
    if (values.length === 0) continue;
    means[region] = numbers.length === 0 ? null : numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  }
  return means;
}
