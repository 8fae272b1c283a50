import { type Region, type Source, SOURCE_NAMES } from '../../core/analysis/image/head-preference.js';
import type { PreferenceOverPictures } from '../../core/analysis/image/preference-statistics.js';
import type { PreferenceLine, PreferenceView } from '../../core/charts/preference-layout.js';
import type { LayerAttentionFigures, ToldFigures } from './attention.js';
import type { LayerOverPictures } from '../../host/image-lab/preference-over-folder.js';

/** Ratios to even attention of one head or layer, and where the mean lies. */
interface Ratios {
  of(source: Source, region: Region): number | null;
  band(source: Source): readonly [low: number, high: number] | null;
}

interface Layer {
  readonly index: number;
  readonly mean: Ratios;
  readonly heads: readonly { readonly index: number; readonly ratios: Ratios }[];
}

const TITLES = { target: 'Queries on the object', other: 'Queries on the other objects' } as const;

/** Charts of the preference on one picture. */
export function pictureViews(layers: readonly LayerAttentionFigures[]): PreferenceView[] {
  const ratios = ({ preference }: ToldFigures): Ratios => ({
    of: (source, region) => preference?.[source]?.ratio[region] ?? null,
    band: () => null,
  });
  return views(
    layers.map((layer) => ({
      index: layer.index,
      mean: ratios(layer),
      heads: layer.heads.map((head) => ({ index: head.index, ratios: ratios(head) })),
    })),
  );
}

/** Charts of the preference over pictures. */
export function folderViews(layers: readonly LayerOverPictures[]): PreferenceView[] {
  const ratios = (preference: PreferenceOverPictures): Ratios => ({
    of: (source, region) => preference[source]?.ratio[region]?.mean ?? null,
    band: (source) => {
      const { low = null, high = null } = preference[source]?.ratio[source] ?? {};
      return low === null || high === null ? null : [low, high];
    },
  });
  return views(
    layers.map(({ index, preference, heads }) => ({
      index,
      mean: ratios(preference),
      heads: heads.map((head) => ({ index: head.index, ratios: ratios(head.preference) })),
    })),
  );
}

/** A chart for each label that asks. */
function views(layers: readonly Layer[]): PreferenceView[] {
  const depth = Math.max(0, ...layers.map(({ index }) => index + 1));
  const places = Array.from({ length: depth }, (_, at) => layers.find(({ index }) => index === at) ?? null);
  return SOURCE_NAMES.flatMap((source) => {
    const line = (kind: PreferenceLine['kind'], region: Region, words: string): PreferenceLine => ({
      kind,
      words,
      ratios: places.map((layer) => layer?.mean.of(source, region) ?? null),
    });
    const lines = [
      line('same', source, 'same object'),
      line('other', source === 'target' ? 'other' : 'target', 'other object'),
      line('background', 'background', 'background'),
    ].filter(({ ratios }) => ratios.some((ratio) => ratio !== null));
    if (lines.length === 0) return [];
    const heads = layers.flatMap(({ index: layer, heads: all }) =>
      all.flatMap(({ index: head, ratios }) => {
        const ratio = ratios.of(source, source);
        return ratio === null ? [] : [{ layer, head, ratio }];
      }),
    );
    return [
      { title: TITLES[source], lines, band: places.map((layer) => layer?.mean.band(source) ?? null), heads, depth },
    ];
  });
}
