/** How patches are chosen for masking. */
export interface MaskGuide {
  /** rho: share of the patches that is masked. */
  readonly ratio: number;
  /** alpha: 0 for even chances, 1 for chances by keypoints alone. */
  readonly strength: number;
  /** Patches with many keypoints first, or those with few: c becomes max c - c. */
  readonly direction: 'rich' | 'poor';
}

export const MASK_DEFAULTS: MaskGuide = { ratio: 0.75, strength: 0.5, direction: 'rich' };

/**
 * Chance of each patch to be masked: p = min(1, lambda q), q = (1 - alpha) / N + alpha c / sum c, with lambda such that sum p = rho N.
 * Where nothing guides (no keypoints, or as many everywhere for the other direction) chances are even. Where alpha is 1 and fewer patches than
 * rho N have keypoints, those are masked for certain, and the rest of rho N falls evenly on the others.
 * @throws RangeError for a ratio or strength outside 0..1.
 */
export function maskProbabilities(
  concentration: Float64Array,
  { ratio, strength, direction }: MaskGuide,
): Float64Array {
  for (const value of [ratio, strength]) {
    if (!(value >= 0 && value <= 1)) throw new RangeError(`a share from 0 to 1 is needed, not ${value}`);
  }
  const most = concentration.reduce((a, b) => Math.max(a, b), 0);
  const guide = direction === 'rich' ? concentration : concentration.map((value) => most - value);
  const sum = guide.reduce((all, value) => all + value, 0);
  const patches = guide.length;
  const chances = guide.map((value) => (sum > 0 ? (1 - strength) / patches + (strength * value) / sum : 1 / patches));
  return upTo(chances, ratio * patches);
}

/** min(1, lambda q) with lambda such that the sum is `total`, at most the number of patches. */
function upTo(chances: Float64Array, total: number): Float64Array {
  const certain = new Uint8Array(chances.length);
  for (;;) {
    let rest = total;
    let free = 0;
    let places = 0;
    for (const [i, chance] of chances.entries()) {
      if (certain[i] === 1) rest -= 1;
      else {
        free += chance;
        places++;
      }
    }
    // What no chance is left for is spread evenly.
    const share = (chance: number): number => (free > 0 ? (rest / free) * chance : places > 0 ? rest / places : 0);
    let changed = false;
    for (const [i, chance] of chances.entries()) {
      if (certain[i] === 1 || share(chance) <= 1 || free === 0) continue;
      certain[i] = 1;
      changed = true;
    }
    if (!changed) return chances.map((chance, i) => (certain[i] === 1 ? 1 : Math.min(1, share(chance))));
  }
}

/** How many patches a mask has: the sum of the chances, rounded where that is no whole number. */
export function maskedCount(probabilities: Float64Array): number {
  return Math.round(probabilities.reduce((all, value) => all + value, 0));
}

/**
 * A mask of exactly `maskedCount` patches, each with its chance: systematic sampling on a random order (W. Madow, 1949).
 * Where the chances add up to no whole number they are scaled to it first.
 * @param random numbers from 0 to below 1.
 * @returns 1 for masked patches.
 */
export function sampleMask(probabilities: Float64Array, random: () => number): Uint8Array {
  const count = maskedCount(probabilities);
  const chances = upTo(probabilities, count);
  const order = Array.from(chances.keys());
  for (let i = order.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    const [a, b] = [order[i] ?? 0, order[other] ?? 0];
    order[i] = b;
    order[other] = a;
  }
  const start = random();
  const mask = new Uint8Array(chances.length);
  let sum = 0;
  let drawn = 0;
  for (const [place, patch] of order.entries()) {
    sum += chances[patch] ?? 0;
    // Rounding of the sums must not lose the last one, nor draw one too many.
    const wanted = place === order.length - 1 ? count : Math.min(count, Math.floor(sum - start) + 1);
    if (wanted <= drawn) continue;
    mask[patch] = 1;
    drawn++;
  }
  return mask;
}

/** The temperature of KAMIM's experiments (arXiv 2407.13873). */
export const KAMIM_TEMPERATURE = 0.25;

/**
 * Loss weights of KAMIM (arXiv 2407.13873): exp(density / T) / min exp(density / T), the density in places with a keypoint a pixel of the patch.
 * @param counts places in each patch: the concentration by `count`.
 * @throws RangeError for a temperature at which a weight is no number any more.
 */
export function lossWeights(counts: Float64Array, patch: number, temperature: number): Float64Array {
  const density = counts.map((count) => count / (patch * patch));
  const least = density.reduce((a, b) => Math.min(a, b), Infinity);
  const weights = density.map((value) => Math.exp((value - least) / temperature));
  if (temperature > 0 && weights.every(Number.isFinite)) return weights;
  throw new RangeError(`a temperature of ${temperature} makes loss weights that are no numbers; take a larger one`);
}
