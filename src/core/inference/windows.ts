import type { PatchGrid } from './forward.js';

/** How a layer parts its tokens into windows, whatever the picture; the libraries differ where a grid is no multiple of the window. */
export interface WindowRule {
  /** Rows, and columns, of a window where the grid is no smaller. */
  readonly side: number;
  /** Whether the windows are moved by half a window, so that those of neighbouring layers overlap (Swin, arXiv 2103.14030). */
  readonly shifted: boolean;
  /** Whether the grid is filled up to whole windows before it is moved, or after. */
  readonly fill: 'before-shift' | 'after-shift';
  /** Along which axes nothing is moved where the grid is no larger than a window: that axis, or both as soon as one is. */
  readonly unmoved: 'axis' | 'both';
  /** What becomes of windows that are larger than the grid. */
  readonly larger: 'refused' | 'filled' | 'shrunk';
}

/** The windows of a layer for one grid of tokens, row by row, each with its places row by row. */
export interface WindowLayout {
  /** Rows and columns of a window. */
  readonly size: PatchGrid;
  readonly count: number;
  /** Token at each place, (count, places): row by row in the grid, -1 where the grid was filled up with zeros. */
  readonly tokens: Int32Array;
  /** Place of each token among all, (tokens). */
  readonly places: Int32Array;
  /** Region of each place, (count, places): those of different regions of a window lie apart in the picture. Null where nothing is moved. */
  readonly regions: Int32Array | null;
}

/** Added to the scores of two places of different regions, as Swin does it: e^-100 of a share is nothing beside float32. */
export const APART = -100;

/** Number of places of a window. */
export function placesOf({ size }: WindowLayout): number {
  return size[0] * size[1];
}

/** True where a grid is too small for a layer's windows. */
export function isTooSmall({ side, larger }: WindowRule, grid: PatchGrid): boolean {
  return larger === 'refused' && grid.some((length) => length < side);
}

/** Rows and columns of the windows of a grid. */
export function windowSize({ side, larger }: WindowRule, [rows, columns]: PatchGrid): PatchGrid {
  return larger === 'shrunk' ? [Math.min(side, rows), Math.min(side, columns)] : [side, side];
}

/** Parts a grid of tokens into windows. */
export function windowLayout(rule: WindowRule, grid: PatchGrid): WindowLayout {
  const size = windowSize(rule, grid);
  const [height, width] = size;
  const [down, across] = axesOf(rule, grid);
  const count = (down.length / height) * (across.length / width);
  const tokens = new Int32Array(count * height * width);
  const places = new Int32Array(grid[0] * grid[1]);
  const regions = down.concat(across).some(({ region }) => region > 0) ? new Int32Array(tokens.length) : null;
  let at = 0;
  for (let top = 0; top < down.length; top += height) {
    for (let left = 0; left < across.length; left += width) {
      for (const row of down.slice(top, top + height)) {
        for (const column of across.slice(left, left + width)) {
          const token = row.from < 0 || column.from < 0 ? -1 : row.from * grid[1] + column.from;
          tokens[at] = token;
          if (token >= 0) places[token] = at;
          if (regions !== null) regions[at] = 3 * row.region + column.region;
          at++;
        }
      }
    }
  }
  return { size, count, tokens, places, regions };
}

/** A row or column of the moved grid: where it is from, -1 for one that fills it up, and which of the regions it belongs to. */
interface Line {
  readonly from: number;
  readonly region: number;
}

function axesOf(rule: WindowRule, grid: PatchGrid): readonly [Line[], Line[]] {
  const { side, shifted, unmoved } = rule;
  const fits = grid.map((length) => length <= side);
  const shiftOf = (axis: 0 | 1): number => {
    const still = !shifted || (unmoved === 'both' ? fits.some(Boolean) : fits[axis] === true);
    return still ? 0 : Math.floor(side / 2);
  };
  const size = windowSize(rule, grid);
  return [lines(rule, size[0], grid[0], shiftOf(0)), lines(rule, size[1], grid[1], shiftOf(1))];
}

function lines({ fill }: WindowRule, side: number, length: number, shift: number): Line[] {
  const whole = Math.ceil(length / side) * side;
  return Array.from({ length: whole }, (_, at) => {
    const region = shift === 0 ? 0 : Number(at >= whole - side) + Number(at >= whole - shift);
    if (fill === 'after-shift') return { from: at < length ? (at + shift) % length : -1, region };
    const from = (at + shift) % whole;
    return { from: from < length ? from : -1, region };
  });
}

/** The tokens of a grid by what they attend to: those of one group attend to each other, and to no others. */
export function tokenGroups(layout: WindowLayout): Int32Array[] {
  const places = placesOf(layout);
  const groups = new Map<string, number[]>();
  for (const [at, token] of layout.tokens.entries()) {
    if (token < 0) continue;
    const key = `${Math.floor(at / places)} ${layout.regions?.[at] ?? 0}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(token);
  }
  return Array.from(groups.values(), (group) => Int32Array.from(group));
}

/** What is added to the scores of a window for its regions, (places, places); null where it is one region. */
export function windowMask(layout: WindowLayout, window: number): Float32Array | null {
  if (layout.regions === null) return null;
  const places = placesOf(layout);
  const own = layout.regions.subarray(window * places, (window + 1) * places);
  if (own.every((region) => region === own[0])) return null;
  const mask = new Float32Array(places * places);
  for (let i = 0; i < places; i++) {
    for (let j = 0; j < places; j++) if (own[i] !== own[j]) mask[i * places + j] = APART;
  }
  return mask;
}

/** A score bias and the mask of a window together, (places, places); null where there is neither. */
export function withMask(bias: Float32Array | null, mask: Float32Array | null): Float32Array | null {
  if (bias === null || mask === null) return bias ?? mask;
  return bias.map((value, at) => value + (mask[at] ?? 0));
}

/**
 * What a token attends to, (tokens), from the attention of a head of a layer, (windows, places, places): nothing outside its window.
 * What falls on places without a token is left out.
 */
export function rowInWindow(layout: WindowLayout, attention: Float32Array, token: number): Float32Array {
  const places = placesOf(layout);
  const row = new Float32Array(layout.places.length);
  const at = layout.places[token];
  if (at === undefined) return row;
  const first = Math.floor(at / places) * places;
  for (let j = 0; j < places; j++) {
    const key = layout.tokens[first + j] ?? -1;
    if (key >= 0) row[key] = attention[at * places + j] ?? NaN;
  }
  return row;
}
