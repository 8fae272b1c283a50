import type { LabPicture } from './lab.js';
import type { Point } from './label-map.js';

type Colour = readonly [l: number, a: number, b: number];

/** Half the side of the square around a click whose mean colour is looked for: a single pixel may be noise. */
const SEED_REACH = 2;

/** Pixels of the square that differ more from its middle lie over an edge, and do not count. */
const SEED_LIKENESS = 15;

/**
 * The region around a place whose colours are like those there: pixels that hang together by their sides and lie within `tolerance`
 * (distance in L*a*b*) of the mean colour at the place, with the holes inside it.
 * @returns 1 inside the region, one number a pixel; nothing for a place outside of the picture.
 */
export function growRegion(picture: LabPicture, place: Point, tolerance: number): Uint8Array {
  const { width, height } = picture;
  const region = new Uint8Array(width * height);
  const [x, y] = [Math.floor(place.x), Math.floor(place.y)];
  if (!(x >= 0 && y >= 0 && x < width && y < height)) return region;
  const alike = likeSeed(picture, meanAround(picture, x, y), tolerance);
  const seed = y * width + x;
  // The place itself may differ from the colours around it.
  alike[seed] = 1;
  flood(alike, width, [seed], region);
  return withoutHoles(region, width, height);
}

function meanAround({ width, height, values }: LabPicture, x: number, y: number): Colour {
  const at = (u: number, v: number): Colour => {
    const [l = 0, a = 0, b = 0] = values.subarray((v * width + u) * 3, (v * width + u) * 3 + 3);
    return [l, a, b];
  };
  const middle = at(x, y);
  const sum: [number, number, number] = [0, 0, 0];
  let count = 0;
  for (let v = Math.max(0, y - SEED_REACH); v <= Math.min(height - 1, y + SEED_REACH); v++) {
    for (let u = Math.max(0, x - SEED_REACH); u <= Math.min(width - 1, x + SEED_REACH); u++) {
      const [l, a, b] = at(u, v);
      if (Math.hypot(l - middle[0], a - middle[1], b - middle[2]) > SEED_LIKENESS) continue;
      sum[0] += l;
      sum[1] += a;
      sum[2] += b;
      count++;
    }
  }
  return [sum[0] / count, sum[1] / count, sum[2] / count];
}

function likeSeed({ values }: LabPicture, [l, a, b]: Colour, tolerance: number): Uint8Array {
  const alike = new Uint8Array(values.length / 3);
  const square = tolerance * tolerance;
  for (let i = 0, at = 0; i < alike.length; i++, at += 3) {
    const [dl, da, db] = [(values[at] ?? 0) - l, (values[at + 1] ?? 0) - a, (values[at + 2] ?? 0) - b];
    if (dl * dl + da * da + db * db <= square) alike[i] = 1;
  }
  return alike;
}

/** Marks in `reached` all pixels of `open` that hang together with the seeds by their sides. */
function flood(open: Uint8Array, width: number, seeds: readonly number[], reached: Uint8Array): void {
  const waiting = new Int32Array(open.length);
  let end = 0;
  const visit = (at: number): void => {
    if (open[at] !== 1 || reached[at] !== 0) return;
    reached[at] = 1;
    waiting[end++] = at;
  };
  seeds.forEach(visit);
  for (let next = 0; next < end; next++) {
    const at = waiting[next] ?? 0;
    const column = at % width;
    if (column > 0) visit(at - 1);
    if (column + 1 < width) visit(at + 1);
    visit(at - width);
    visit(at + width);
  }
}

/** A region with all that it encloses: what cannot be reached from the picture's edge without crossing it. */
function withoutHoles(region: Uint8Array, width: number, height: number): Uint8Array {
  const outside = new Uint8Array(region.length);
  const edge: number[] = [];
  for (let x = 0; x < width; x++) edge.push(x, (height - 1) * width + x);
  for (let y = 0; y < height; y++) edge.push(y * width, y * width + width - 1);
  flood(
    region.map((inside) => 1 - inside),
    width,
    edge,
    outside,
  );
  return outside.map((reached) => 1 - reached);
}
