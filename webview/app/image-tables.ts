import { entryOf, headEntries } from '../../src/core/charts/head-entries.js';
import { plainNumber } from '../../src/core/charts/format.js';
import { headKey, rowKey } from '../state/image-state.js';
import type { PanelState } from '../state/panel-state.js';
import { cardOfLayer, evenAmong } from '../state/layer-card.js';
import { askingToken, placeOf, tokenCount } from '../state/patches.js';
import type { TableData } from './tables.js';
import { chiefPatch, relevanceOf } from './tabs/off-object-words.js';

/** Figures on the image that can be copied, by the name of what holds the focus. */
export function imageTable(state: PanelState, kind: string): TableData | null {
  switch (kind) {
    case 'shares':
      return sharesTable(state);
    case 'attention':
      return attentionTable(state);
    case 'preference':
      return preferenceTable(state);
    case 'interrelation':
      return interrelationTable(state);
    case 'prompt-curve':
      return promptCurveTable(state);
    case 'off-object':
      return offObjectTable(state);
    default:
      return null;
  }
}

/** What every entry of the selected head contributes. */
function sharesTable({ run, selection, image }: PanelState): TableData | null {
  const { layer, head } = selection.now;
  const row = layer === null ? null : (run?.layers[layer] ?? null);
  const figures = head === null ? undefined : row?.heads[head];
  if (run === null || row === null || figures === undefined) return null;
  const onImage = image.heads.get(headKey(run.focus.basis, row.index, figures.index));
  if (onImage === undefined) return null;
  const entries = headEntries(figures, row.modeBand);
  const { keyBias } = onImage;
  return {
    header: ['mode', 'sigma', 'cosine', 'contribution', 'share of score'],
    rows: [
      ['key bias', '', '', plainNumber(keyBias.contribution), plainNumber(keyBias.shareOfScore)],
      ...onImage.entries.map(({ first, contribution, shareOfScore }) => {
        const entry = entryOf(entries, first);
        const own = [entry?.sigma, entry?.cos, contribution, shareOfScore].map(plainNumber);
        return [entry?.name ?? `M${first}`, ...own];
      }),
    ],
  };
}

/** What the selected token attends to in the selected head. */
function attentionTable({ selection, image }: PanelState): TableData | null {
  const { layer, head, patch } = selection.now;
  const { card } = image;
  if (card === null || layer === null || head === null) return null;
  const token = askingToken(card, patch);
  const own = cardOfLayer(card, layer);
  const rows = image.attention.get(rowKey(layer, token))?.rows;
  if (rows === undefined) return null;
  const count = tokenCount(own);
  const shares = rows.subarray(head * count, (head + 1) * count);
  return {
    header: ['token', 'row', 'column', 'attention', 'times even'],
    rows: Array.from(shares, (share, index) => {
      const place = placeOf(own, index);
      const where = place.kind === 'patch' ? ['patch', String(place.row), String(place.column)] : [place.name, '', ''];
      return [...where, plainNumber(share), plainNumber(share * evenAmong(own))];
    }),
  };
}

/** Object preference of every head and of the layers' means. */
function preferenceTable({ image, view }: PanelState): TableData | null {
  const layers = image.preference[view.keys];
  if (layers === undefined) return null;
  const regions = ['target', 'other', 'background', 'mixed', 'prefix'] as const;
  return {
    header: ['layer', 'head', 'queries on', ...regions.map((region) => `${region} times even`)],
    rows: layers.flatMap((layer) =>
      layer === null
        ? []
        : [layer.mean, ...layer.heads].flatMap((figures, index) =>
            (['target', 'other'] as const).flatMap((asking) => {
              const own = figures[asking];
              if (own === null) return [];
              const name = index === 0 ? 'mean' : String(index - 1);
              return [[String(layer.layer), name, asking, ...regions.map((region) => plainNumber(own[region].ratio))]];
            }),
          ),
    ),
  };
}

/** Interrelation of every head. */
function interrelationTable({ image }: PanelState): TableData | null {
  const { interrelation } = image;
  if (interrelation.length === 0) return null;
  return {
    header: ['layer', 'head', 'W', 'null mean', 'null deviation', 'p', 'key side', 'query side'],
    rows: interrelation.flatMap(
      (layer) =>
        layer?.heads.map(({ w, nullMean, nullDeviation, p, keySide, querySide }, head) => [
          String(layer.layer),
          String(head),
          ...[w, nullMean, nullDeviation, p, keySide, querySide].map(plainNumber),
        ]) ?? [],
    ),
  };
}

/** What a prompt does to the output at each strength. */
function promptCurveTable({ image: { promptCurve } }: PanelState): TableData | null {
  if (promptCurve.length === 0) return null;
  return {
    header: ['strength', 'relative change', 'shifted 5 %', 'shifted 95 %'],
    rows: promptCurve.map(({ strength, relativeL2, band }) =>
      [strength, relativeL2, band?.[0] ?? null, band?.[1] ?? null].map(plainNumber),
    ),
  };
}

/** Candidates off the object by rank, with their causal checks where those are there. */
function offObjectTable({ image: { offObject, card } }: PanelState): TableData | null {
  const figures = offObject?.figures ?? null;
  const checks = offObject?.checks ?? null;
  if (card === null || figures === null) return null;
  const place = (patch: number): string[] => [String(Math.floor(patch / card.grid[1])), String(patch % card.grid[1])];
  return {
    header: [
      ...['rank', 'patches', 'row', 'column', 'relevance', 'r c'],
      ...['output change', 'elsewhere 5 %', 'elsewhere 95 %', 'z', 'other places'],
    ],
    rows: figures.candidates.map((candidate, index) => {
      const check = checks?.[index];
      return [
        String(index + 1),
        String(candidate.patches.length),
        ...place(chiefPatch(candidate, figures)),
        ...[relevanceOf(candidate, figures), candidate.weight].map(plainNumber),
        ...[check?.effect, check?.band?.[0], check?.band?.[1], check?.z, check?.places].map(plainNumber),
      ];
    }),
  };
}
