import * as l10n from '@vscode/l10n';
import type { PreferenceLine, PreferenceView } from '../../../src/core/charts/preference-layout.js';
import type { LayerPreference, Mask, PreferenceFigures, RegionRatio } from '../../../src/protocol/image.js';

/** Whose queries a chart is about, by the names of the figures. */
export type Asking = 'target' | 'other';

function titleOf(asking: Asking, count: number): string {
  if (asking === 'target') {
    return count === 1
      ? l10n.t('Queries on the object (1 patch)')
      : l10n.t('Queries on the object ({0} patches)', count);
  }
  return count === 1
    ? l10n.t('Queries on the other objects (1 patch)')
    : l10n.t('Queries on the other objects ({0} patches)', count);
}

/**
 * The chart of what the patches of one label attend to; null where no patch has that label.
 * @param changed the layers of the changed model; null while nothing is changed.
 */
export function preferenceView(
  layers: readonly (LayerPreference | null)[],
  mask: Mask,
  asking: Asking,
  depth: number,
  changed: readonly (LayerPreference | null)[] | null = null,
): PreferenceView | null {
  const label = asking === 'target' ? 1 : 2;
  const count = mask.patches.reduce<number>((sum, patch) => sum + (patch === label ? 1 : 0), 0);
  if (count === 0) return null;
  const placed = (of: readonly (LayerPreference | null)[]): (LayerPreference | null)[] =>
    Array.from({ length: depth }, (_, layer) => of[layer] ?? null);
  const places = placed(layers);
  const other: Asking = asking === 'target' ? 'other' : 'target';
  const line = (kind: PreferenceLine['kind'], region: keyof Regions, words: string): PreferenceLine => {
    const ratiosOf = (layer: LayerPreference | null): number | null =>
      regions(layer?.mean, asking)?.[region].ratio ?? null;
    const after = changed === null ? {} : { after: placed(changed).map(ratiosOf) };
    return { kind, words, ratios: places.map(ratiosOf), ...after };
  };
  return {
    title: titleOf(asking, count),
    lines: [
      line('same', asking, l10n.t('same object')),
      line('other', other, l10n.t('other object')),
      line('background', 'background', l10n.t('background')),
    ].filter(({ ratios }) => ratios.some((ratio) => ratio !== null)),
    band: places.map((layer) => bandOf(regions(layer?.mean, asking)?.[asking])),
    heads: places.flatMap(
      (layer, index) =>
        layer?.heads.flatMap((figures, head) => {
          const ratio = regions(figures, asking)?.[asking].ratio ?? null;
          return ratio === null ? [] : [{ layer: index, head, ratio }];
        }) ?? [],
    ),
    depth,
  };
}

type Regions = NonNullable<PreferenceFigures['target']>;

function regions(figures: PreferenceFigures | undefined, asking: Asking): Regions | null {
  return figures?.[asking] ?? null;
}

function bandOf(region: RegionRatio | undefined): readonly [number, number] | null {
  return region === undefined || region.low === null || region.high === null ? null : [region.low, region.high];
}

/** The sentence on the selected head, or null while its figures are not there. */
export function preferenceSentence(
  layers: readonly (LayerPreference | null)[],
  layer: number,
  head: number,
): string | null {
  const own = layers[layer]?.heads[head]?.target;
  if (own == null) return null;
  const { ratio, low, high } = own.target;
  if (ratio === null) return null;
  const times = l10n.t('{0} times even', ratio.toFixed(1));
  const name = `L${layer} H${head}`;
  if (low === null || high === null)
    return l10n.t("{0}: the object's patches attend to their own object {1}.", name, times);
  const words = [name, times, low.toFixed(1), high.toFixed(1)] as const;
  if (ratio > high)
    return l10n.t(
      "{0}: the object's patches attend to their own object {1}, more than when the labels are shifted around the picture ({2} to {3}).",
      ...words,
    );
  return ratio < low
    ? l10n.t(
        "{0}: the object's patches attend to their own object {1}, less than when the labels are shifted around the picture ({2} to {3}).",
        ...words,
      )
    : l10n.t(
        "{0}: the object's patches attend to their own object {1}, as much as when the labels are shifted around the picture ({2} to {3}).",
        ...words,
      );
}

/** Why there is nothing to compare with; null when there is. */
export function maskTrouble({ patches }: Mask): string | null {
  const objects = patches.filter((label) => label === 1).length;
  if (objects === 0) return l10n.t('The mask leaves no patch that is mostly object: paint more of it.');
  if (objects === patches.length) return l10n.t('The mask covers the whole picture: there is nothing to compare with.');
  return null;
}
