import { hexOf, luminance, parseColour } from './css-colour.js';
import { mix, type Rgb } from './oklab.js';

/** Kinds of colour themes, as VS Code knows them. */
export type ThemeKind = 'dark' | 'light' | 'high-contrast' | 'high-contrast-light';

type FourColours = readonly [string, string, string, string];

/** Colours of the diverging scale: the middle, and each side at |value| = 0.1, 0.25, 0.5 and 1. */
export interface SimilarityScale {
  readonly neutral: string;
  readonly similar: FourColours;
  readonly dissimilar: FourColours;
}

/** The scale for each kind of theme; themes may change it by the colours `qkLens.similar1` and so on. */
export const SIMILARITY_SCALES: Readonly<Record<ThemeKind, SimilarityScale>> = {
  dark: {
    neutral: '#2a2a2a',
    similar: ['#28452c', '#2a6736', '#369e4e', '#93e9a0'],
    dissimilar: ['#443654', '#654884', '#9b6bce', '#dec3ff'],
  },
  light: {
    neutral: '#f0f0f0',
    similar: ['#c9e8cc', '#91d099', '#3aa151', '#035e23'],
    dissimilar: ['#e5d6f9', '#cdaef2', '#9f6ed1', '#5e3685'],
  },
  'high-contrast': {
    neutral: '#000000',
    similar: ['#1a4824', '#1d7635', '#39b457', '#b1f1b9'],
    dissimilar: ['#47315e', '#754d9e', '#b179eb', '#e7d5ff'],
  },
  'high-contrast-light': {
    neutral: '#ffffff',
    similar: ['#c4eac8', '#73c881', '#078c38', '#004b19'],
    dissimilar: ['#e7d5ff', '#c49bf3', '#8b57be', '#4c276e'],
  },
};

const STOPS = [0, 0.1, 0.25, 0.5, 1] as const;
/** Marks on the bare ground are never weaker than the scale here. */
const WEAKEST_MARK = 0.5;
/** Where black and white text contrast alike with a ground of this luminance. */
const INK_TURNS = 0.179;

/** The five colours of each side, taken apart once a scale: a panel asks for some hundred colours whenever it is drawn. */
interface Sides {
  readonly similar: readonly Rgb[];
  readonly dissimilar: readonly Rgb[];
}

const SIDES = new WeakMap<SimilarityScale, Sides>();

function sidesOf(scale: SimilarityScale): Sides {
  const known = SIDES.get(scale);
  if (known !== undefined) return known;
  const side = (colours: FourColours): readonly Rgb[] => [scale.neutral, ...colours].map(rgbOf);
  const sides = { similar: side(scale.similar), dissimilar: side(scale.dissimilar) };
  SIDES.set(scale, sides);
  return sides;
}

function rgbOf(hex: string): Rgb {
  return parseColour(hex)?.rgb ?? [128, 128, 128];
}

/**
 * The colour of a cosine, -1..1: the middle inside the chance band, else mixed in OKLab between the stops.
 * @param band half-width of the chance band; colour begins where chance ends.
 */
export function similarityColour(scale: SimilarityScale, value: number, band = 0): string {
  const size = Math.min(1, Math.abs(value));
  if (Number.isNaN(value) || size < band || size === 0) return scale.neutral;
  const colours = sidesOf(scale)[value > 0 ? 'similar' : 'dissimilar'];
  let step = 0;
  while (step < 3 && size > (STOPS[step + 1] ?? 1)) step += 1;
  const start = STOPS[step] ?? 0;
  const end = STOPS[step + 1] ?? 1;
  const [from, to] = [colours[step], colours[step + 1]];
  if (from === undefined || to === undefined) return scale.neutral;
  return hexOf(mix(from, to, (size - start) / (end - start)));
}

/** The colour of a dot or bar on the bare ground: `inBand` inside the chance band, else as strong as at 0.5 or stronger. */
export function markColour(scale: SimilarityScale, value: number | null, band: number, inBand: string): string {
  if (value === null || Number.isNaN(value) || Math.abs(value) < band) return inBand;
  return similarityColour(scale, Math.sign(value) * Math.max(WEAKEST_MARK, Math.abs(value)));
}

/** Black or white, whichever is read better on the colour. */
export function inkOn(hex: string): '#000000' | '#ffffff' {
  return luminance(rgbOf(hex)) > INK_TURNS ? '#000000' : '#ffffff';
}
