import type { HeadFigures } from '../analysis/figures.js';
import { entryOf, type Entry } from './head-entries.js';

/** Height of the chart in pixels; the table beside it is as high. */
export const SPECTRUM_HEIGHT = 236;

/** Where everything of the scatter and the spectrum beside it lies, in pixels; both share the axis of sigma. */
export interface SpectrumLayout {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
  /** Right edge of the scatter. */
  readonly scatterEnd: number;
  /** Left and right end of the spectrum. */
  readonly spectrumStart: number;
  readonly spectrumEnd: number;
  /** Top of the axis of sigma. */
  readonly most: number;
  /** Distance of its ticks. */
  readonly tick: number;
  /** Decimals that the ticks' numbers need. */
  readonly decimals: number;
  readonly modes: number;
  /** Place of a cosine, of a mode number, of a sigma. */
  readonly x: (cosine: number) => number;
  readonly modeX: (mode: number) => number;
  readonly y: (sigma: number) => number;
}

/** Lays out the scatter of sigma against cosine and the spectrum. */
export function spectrumLayout(head: HeadFigures, width: number): SpectrumLayout {
  const left = 34;
  const top = 18;
  const bottom = SPECTRUM_HEIGHT - 30;
  const spectrumWidth = Math.round(width * 0.25);
  const scatterEnd = Math.max(left + 1, width - spectrumWidth - 32);
  const spectrumStart = scatterEnd + 26;
  const spectrumEnd = width - 6;
  const modes = head.sigma.length;
  const largest = head.sigma[0] ?? 0;
  const { most, tick, decimals } = sigmaAxis(Number.isFinite(largest) && largest > 0 ? largest : 1);
  return {
    width,
    height: SPECTRUM_HEIGHT,
    left,
    top,
    bottom,
    scatterEnd,
    spectrumStart,
    spectrumEnd,
    most,
    tick,
    decimals,
    modes,
    x: (cosine) => left + ((cosine + 1) / 2) * (scatterEnd - left),
    modeX: (mode) => spectrumStart + (mode / Math.max(1, modes - 1)) * (spectrumEnd - spectrumStart),
    y: (sigma) => bottom - (sigma / most) * (bottom - top),
  };
}

/** Distances of ticks within a power of ten, and how many decimals each needs more than the power itself. */
const TICKS = [
  [0.2, 1],
  [0.25, 2],
  [0.5, 1],
  [1, 0],
  [2, 0],
  [2.5, 1],
] as const;

/** Two to four ticks at round distances, and the top a little above the largest sigma. */
function sigmaAxis(largest: number): Pick<SpectrumLayout, 'most' | 'tick' | 'decimals'> {
  const exponent = Math.floor(Math.log10(largest));
  const power = 10 ** exponent;
  const [step, more] = TICKS.find(([size]) => largest / (size * power) < 4.4) ?? [5, 0];
  return { most: largest * 1.08, tick: step * power, decimals: Math.max(0, more - exponent) };
}

/** How far from a mark a click still means it. */
const REACH = 14;

/** The entry nearest to a point of the scatter, or at a mode number of the spectrum. */
export function pickSpectrum(layout: SpectrumLayout, entries: readonly Entry[], x: number, y: number): Entry | null {
  if (x > layout.spectrumStart - 8) {
    const span = layout.spectrumEnd - layout.spectrumStart;
    const mode = Math.round(((x - layout.spectrumStart) / span) * (layout.modes - 1));
    return entryOf(entries, Math.min(layout.modes - 1, Math.max(0, mode)));
  }
  let best: Entry | null = null;
  let least = REACH * REACH;
  for (const entry of entries) {
    if (entry.cos === null) continue;
    const high = layout.y(entry.sigmaFirst);
    const low = layout.y(entry.sigmaLast);
    const dy = Math.max(high - y, 0, y - low);
    const distance = (layout.x(entry.cos) - x) ** 2 + dy * dy;
    if (distance < least) {
      least = distance;
      best = entry;
    }
  }
  return best;
}
