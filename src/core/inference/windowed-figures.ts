import type { AttentionFigures, AttentionQuestions } from '../analysis/image/attention-figures.js';
import { headPreference } from '../analysis/image/head-preference.js';
import { groupedPatchAttention, type KeyVariant, type PatchAttention } from '../analysis/image/patch-attention.js';
import { placesOf, tokenGroups, type WindowLayout } from './windows.js';

/**
 * Figures of a head whose tokens attend within windows. There are no tokens in front of the patches, and what takes attention over the whole
 * picture is not given.
 * @param attention (windows, places, places).
 */
export function windowedFigures(
  index: number,
  attention: Float32Array,
  layout: WindowLayout,
  { labels, keys }: Pick<AttentionQuestions, 'labels' | 'keys'>,
): AttentionFigures {
  const places = placesOf(layout);
  let toSelf = 0;
  for (const at of layout.places) toSelf += attention[at * places + (at % places)] ?? NaN;
  const among = labels.length === 0 ? null : windowedPatchAttention(attention, layout, keys);
  return {
    index,
    toPrefix: 0,
    toSelf: toSelf / layout.places.length,
    preferences: among === null ? [] : labels.map((each) => headPreference(among, each)),
    outsideNearest: null,
  };
}

/** What each token attends to among those of its window. @param attention (windows, places, places). */
export function windowedPatchAttention(
  attention: Float32Array,
  layout: WindowLayout,
  keys: KeyVariant,
): PatchAttention {
  const places = placesOf(layout);
  const groups = tokenGroups(layout);
  const placeOf = (group: number, member: number): number => layout.places[groups[group]?.[member] ?? NaN] ?? NaN;
  return groupedPatchAttention(
    groups,
    (group, query, key) => attention[placeOf(group, query) * places + (placeOf(group, key) % places)] ?? NaN,
    keys,
  );
}
