import type {
  AttentionRows,
  ChangedRun,
  HeadOnImage,
  ImageCard,
  ImageToPanel,
  LayerPreference,
  Mask,
  PreferenceFigures,
} from '../../../src/protocol/image.js';

/** A picture of 2 rows and 3 columns of patches of 2 x 2 pixels, behind a class token. */
export function madeCard(id = 1, changes: Partial<ImageCard> = {}): ImageCard {
  return {
    id,
    model: 'vision',
    name: 'cat.png',
    originalSize: [40, 60],
    inputSize: [4, 6],
    grid: [2, 3],
    picture: new Uint8Array(4 * 6 * 3).fill(90),
    prefix: ['class'],
    preprocessing: {
      resize: { mode: 'shortest-edge', edge: 8, longest: null },
      resampling: 'bicubic',
      crop: { size: [4, 6], place: 'centre', rounding: 'down', fill: [0, 0, 0] },
      rescale: 1 / 255,
      mean: [0.48145466, 0.4578275, 0.40821073],
      deviation: [0.229, 0.224, 0.225],
      colour: 'rgb',
    },
    preprocessingFrom: 'transformers',
    sizeIsFree: true,
    output: { top: [] },
    notes: [],
    runMs: 1,
    ...changes,
  };
}

/** The message that a picture is there. */
export function readyMessage(card: ImageCard = madeCard()): ImageToPanel {
  return { type: 'image', state: { kind: 'ready', card } };
}

/** Two modes over six patches; by contribution the second comes first. */
export function madeHeadOnImage(changes: Partial<HeadOnImage> = {}): HeadOnImage {
  return {
    image: 1,
    basis: 'folded',
    layer: 0,
    head: 0,
    queryMaps: Float32Array.of(1, 2, 3, 4, 5, 6, -1, 0, 0, 0, 0, 4),
    keyMaps: Float32Array.of(0, 0, 0, 0, 0, 2, -3, 0, 0, 0, 0, 3),
    entries: [
      { first: 1, last: 1, contribution: 2, shareOfScore: 0.5, shareOfModes: 0.7 },
      { first: 0, last: 0, contribution: 1, shareOfScore: 0.25, shareOfModes: 0.3 },
    ],
    keyBias: { contribution: 8, shareOfScore: 2, map: Float32Array.of(-1, 0, 0, 0, 0, 1) },
    scoreVariance: 4,
    notes: [],
    ...changes,
  };
}

/** Two heads' rows of seven tokens: head 0 spreads evenly, head 1 looks at the last patch. */
export function madeRows(token = 5, image = 1): AttentionRows {
  const rows = new Float32Array(14).fill(1 / 7);
  rows.set([0.1, 0, 0, 0, 0.2, 0, 0.7], 7);
  return { image, layer: 0, token, rows, recomputed: { maxAbsError: 0, largest: 1 } };
}

/** A run with the two nearest keys of each token. */
export function madeChangedRun(id: number): ChangedRun {
  return {
    image: 1,
    id,
    change: { kind: 'nearest-keys', keys: 2 },
    outputChange: { relativeL2: 0.1, cosine: 0.99 },
    topBefore: [],
    topAfter: [],
    attentionChange: [null, null],
    massOutside: [null, null],
    band: null,
    notes: [],
  };
}

/** A mask whose first row of patches is the object. */
export function madeMask(patches: readonly number[] = [1, 1, 1, 0, 0, 0]): Mask {
  return { name: 'mask.png', labels: new Uint8Array(24), patches: Int8Array.from(patches), notes: [] };
}

/** Preference of one layer of one head: the object attends to itself `ratio` times even. */
export function madePreference(layer: number, ratio: number, image = 1): LayerPreference {
  const region = (value: number) => ({ share: value / 10, ratio: value, low: 0.5, high: 1.5 });
  const none = { share: null, ratio: null, low: null, high: null };
  const figures: PreferenceFigures = {
    target: { target: region(ratio), other: none, background: region(1 / ratio), mixed: none, prefix: none },
    other: null,
  };
  return { image, keys: 'without-prefix', layer, mean: figures, heads: [figures] };
}
