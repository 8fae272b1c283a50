/** Space between two dots, in pixels. */
const SPACE = 0.8;
/** Rounding that two touching dots may be off, in square pixels. */
const TOUCH = 0.02;

interface PutDot {
  readonly index: number;
  readonly x: number;
  readonly y: number;
}

/**
 * Moves the dots of one column sideways so that they do not overlap while the column has room, each as near to the
 * middle as the others let it; in a full column a dot goes to the least crowded place.
 * @param heights of the dots, in pixels.
 * @param radius of the dots.
 * @param reach how far a dot may go from the middle.
 * @returns the sideways move of each dot, in pixels.
 */
export function beeswarm(heights: readonly number[], radius: number, reach: number): number[] {
  const distance = 2 * radius + SPACE;
  const put: PutDot[] = [];
  const order = heights.map((y, index) => ({ y, index })).sort((one, other) => one.y - other.y);
  for (const { y, index } of order) {
    const room = put.filter((dot) => Math.abs(dot.y - y) < distance);
    const free = (x: number): boolean => nearest(room, x, y) >= distance * distance - TOUCH;
    const x = candidates(room, y, distance, index).find((place) => Math.abs(place) <= reach && free(place));
    put.push({ index, y, x: x ?? leastCrowded(put, y, reach) });
  }
  const moves = new Array<number>(heights.length).fill(0);
  for (const dot of put) moves[dot.index] = dot.x;
  return moves;
}

/** The middle, and the places that just touch a dot that is already there, nearest to the middle first. */
function candidates(room: readonly PutDot[], y: number, distance: number, index: number): number[] {
  const places = [0];
  for (const dot of room) {
    const aside = Math.sqrt(distance * distance - (dot.y - y) ** 2) + 0.01;
    places.push(dot.x + aside, dot.x - aside);
  }
  return places.sort((one, other) => Math.abs(one) - Math.abs(other) || (index % 2 === 1 ? one - other : other - one));
}

function nearest(dots: readonly PutDot[], x: number, y: number): number {
  return dots.reduce((least, dot) => Math.min(least, (dot.x - x) ** 2 + (dot.y - y) ** 2), Infinity);
}

function leastCrowded(dots: readonly PutDot[], y: number, reach: number): number {
  let best = 0;
  let most = -1;
  for (let x = -reach; x <= reach; x += 0.5) {
    const space = nearest(dots, x, y);
    if (space > most) {
      most = space;
      best = x;
    }
  }
  return best;
}
