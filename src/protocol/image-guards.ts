import * as v from 'valibot';
import { offObjectFromPanel } from './off-object-guards.js';

// Intents about an image, checked as they arrive; see panel-guards.ts. Limits are far above real use.

/** More layers, heads, modes or tokens than any model has. */
const MAX_INDEX = 100_000;
/** Characters of the name of a dropped picture. */
const MAX_NAME = 2_000;
/** Characters of an address; paths have at most 32,767 on any system. */
const MAX_URI = 100_000;
/** Bytes of a dropped picture: a photo has 10 MB, and what is larger can be opened as a file. */
const MAX_DROPPED = 100_000_000;
/** Pixels of a painted mask: no input of a model has more. */
const MAX_PIXELS = 2 ** 24;
/** Patches of a region: an input of the largest size in the smallest patches that are in use. */
const MAX_PATCHES = 2 ** 20;
/** More modes than a head has; each one is named once. */
const MAX_LIST = 10_000;
/** Sides of an input in pixels, as preprocessing takes them; it checks them again with its own reasons. */
const MAX_SIDE = 100_000;
/** Numbers of the normalisation and strengths of prompts; those who use them set closer limits. */
const MAX_NUMBER = 1e12;

const index = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_INDEX));
const number = v.pipe(v.number(), v.minValue(-MAX_NUMBER), v.maxValue(MAX_NUMBER));
const image = v.pipe(v.number(), v.safeInteger());
const list = v.pipe(v.array(index), v.maxLength(MAX_LIST));
const basis = v.picklist(['folded', 'raw']);
const keys = v.picklist(['without-prefix', 'without-prefix-and-self', 'all']);
const bytesUpTo = (most: number) =>
  v.pipe(
    v.instance(Uint8Array),
    v.check((array) => array.byteLength <= most),
  );

const side = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_SIDE));
const size = v.strictTuple([side, side]);
const triple = v.strictTuple([number, number, number]);
const resize = v.variant('mode', [
  v.strictObject({ mode: v.literal('none') }),
  v.strictObject({ mode: v.literal('exact'), size }),
  v.strictObject({ mode: v.literal('shortest-edge'), edge: side, longest: v.nullable(side) }),
  v.strictObject({ mode: v.literal('cover'), size }),
  v.strictObject({ mode: v.literal('longest-side'), size, halves: v.exactOptional(v.literal('up')) }),
]);
const crop = v.strictObject({
  size,
  place: v.picklist(['centre', 'start']),
  rounding: v.picklist(['down', 'half-even']),
  fill: triple,
});
const preprocessingChanges = v.strictObject({
  size: v.exactOptional(size),
  resize: v.exactOptional(resize),
  resampling: v.exactOptional(v.picklist(['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos'])),
  crop: v.exactOptional(v.nullable(crop)),
  rescale: v.exactOptional(number),
  mean: v.exactOptional(triple),
  deviation: v.exactOptional(triple),
  colour: v.exactOptional(v.picklist(['rgb', 'bgr'])),
});

/** True for labels of a mask alone: background, object, others, none. */
const isLabel = (value: number): boolean => value <= 2 || value === 255;

const labels = v.pipe(
  v.instance(Uint8Array),
  v.check((array) => array.byteLength <= MAX_PIXELS && array.every(isLabel)),
);

const region = v.pipe(
  v.instance(Float32Array),
  v.check((array) => array.length <= MAX_PATCHES && array.every((value) => value >= 0 && value <= 1)),
);

const change = v.variant('kind', [
  v.strictObject({
    kind: v.literal('ablation'),
    layer: index,
    head: index,
    basis,
    modes: list,
    keyBias: v.boolean(),
    wholeHead: v.boolean(),
  }),
  v.strictObject({ kind: v.literal('nearest-keys'), keys: v.pipe(index, v.minValue(1)) }),
  v.strictObject({
    kind: v.literal('prompt'),
    by: v.picklist(['concentration', 'object', 'region']),
    how: v.picklist(['bias', 'mask', 'reweight', 'drop']),
    strength: number,
    layers: v.nullable(list),
    heads: v.nullable(list),
    region: v.nullable(region),
  }),
]);

/** One schema an intent about the image, each as strict as it can be. */
export const imageFromPanel = [
  v.strictObject({ type: v.literal('pick-image') }),
  v.strictObject({ type: v.literal('use-sample-image') }),
  v.strictObject({
    type: v.literal('drop-image'),
    name: v.pipe(v.string(), v.maxLength(MAX_NAME)),
    bytes: bytesUpTo(MAX_DROPPED),
  }),
  v.strictObject({ type: v.literal('drop-image-uri'), uri: v.pipe(v.string(), v.maxLength(MAX_URI)) }),
  v.strictObject({ type: v.literal('close-image') }),
  v.strictObject({ type: v.literal('retry-image') }),
  v.strictObject({ type: v.literal('cancel-image') }),
  v.strictObject({ type: v.literal('manage-trust') }),
  v.strictObject({ type: v.literal('preprocess'), change: v.nullable(preprocessingChanges) }),
  v.strictObject({ type: v.literal('want-head'), image, layer: index, head: index }),
  v.strictObject({ type: v.literal('want-attention'), image, layer: index, token: index }),
  v.strictObject({ type: v.literal('look'), image, layer: index, head: index, token: index }),
  v.strictObject({ type: v.literal('tab'), tab: v.picklist(['heads', 'preference', 'keypoints', 'change']) }),
  v.strictObject({ type: v.literal('want-rollout'), image }),
  v.strictObject({ type: v.literal('pick-mask') }),
  v.strictObject({ type: v.literal('paint-mask'), image, labels, save: v.boolean() }),
  v.strictObject({ type: v.literal('clear-mask') }),
  v.strictObject({ type: v.literal('want-preference'), image, keys }),
  v.strictObject({ type: v.literal('change'), image, change }),
  v.strictObject({ type: v.literal('undo-change') }),
  v.strictObject({ type: v.literal('want-changed-attention'), image, layer: index, token: index }),
  v.strictObject({ type: v.literal('want-changed-preference'), image, keys }),
  v.strictObject({ type: v.literal('want-keypoints'), image, by: v.picklist(['scale', 'count', 'response']) }),
  ...offObjectFromPanel,
  v.strictObject({ type: v.literal('export-image'), image, layer: index, head: index }),
] as const;
