import { describe, expect, it } from 'vitest';
import type { ImageFromPanel } from '../../../src/protocol/image.js';
import { isToPanel } from '../../../src/protocol/is-to-panel.js';
import { parseFromPanel } from '../../../src/protocol/panel-guards.js';

const region = Float32Array.of(0, 0.5, 1);
const ablation = {
  kind: 'ablation',
  layer: 1,
  head: 2,
  basis: 'folded',
  modes: [0, 3],
  keyBias: true,
  wholeHead: false,
} as const;
const prompt = {
  kind: 'prompt',
  by: 'region',
  how: 'bias',
  strength: -2.5,
  layers: null,
  heads: [0, 1],
  region,
} as const;
const masks = { ratio: 0.75, strength: 0.5, direction: 'poor', concentration: 'count' } as const;
const crop = { size: [224, 224], place: 'centre', rounding: 'down', fill: [0, 0, 0] } as const;

/** One message of each kind; the compiler sees that none is forgotten. */
const MESSAGES: { readonly [Type in ImageFromPanel['type']]: Extract<ImageFromPanel, { type: Type }> } = {
  'pick-image': { type: 'pick-image' },
  'use-sample-image': { type: 'use-sample-image' },
  'drop-image': { type: 'drop-image', name: 'cat.png', bytes: new Uint8Array(3) },
  'drop-image-uri': { type: 'drop-image-uri', uri: 'file:///cat.png' },
  'close-image': { type: 'close-image' },
  'retry-image': { type: 'retry-image' },
  'cancel-image': { type: 'cancel-image' },
  'manage-trust': { type: 'manage-trust' },
  preprocess: { type: 'preprocess', change: { size: [224, 336], crop, resampling: 'bicubic', mean: [0.5, 0.5, 0.5] } },
  'want-head': { type: 'want-head', image: 1, layer: 0, head: 0 },
  'want-attention': { type: 'want-attention', image: 1, layer: 0, token: 256 },
  look: { type: 'look', image: 1, layer: 0, head: 11, token: 256 },
  tab: { type: 'tab', tab: 'keypoints' },
  'want-rollout': { type: 'want-rollout', image: 1 },
  'pick-mask': { type: 'pick-mask' },
  'paint-mask': { type: 'paint-mask', image: 1, labels: Uint8Array.of(0, 1, 2, 255), save: true },
  'clear-mask': { type: 'clear-mask' },
  'want-preference': { type: 'want-preference', image: 1, keys: 'without-prefix-and-self' },
  change: { type: 'change', image: 1, change: prompt },
  'undo-change': { type: 'undo-change' },
  'want-changed-attention': { type: 'want-changed-attention', image: 1, layer: 11, token: 0 },
  'want-changed-preference': { type: 'want-changed-preference', image: 1, keys: 'all' },
  'want-keypoints': { type: 'want-keypoints', image: 1, by: 'response' },
  'export-image': { type: 'export-image', image: 1, layer: 2, head: 3 },
  'want-off-object': { type: 'want-off-object', image: 1, wish: { relevance: 'deletion', object: 'tokens' } },
  'check-off-object': { type: 'check-off-object', image: 1 },
  'stop-off-object': { type: 'stop-off-object', image: 1 },
  'save-off-object': { type: 'save-off-object', image: 1 },
  'save-table': { type: 'save-table', image: 1, table: 'prompt-curve', text: 'strength\r\n0\r\n' },
  'export-masks': { type: 'export-masks', image: 1, wish: masks, of: 'folder' },
};

const { preprocess, change } = MESSAGES;

describe('messages about the image', () => {
  it.each(Object.values(MESSAGES))('$type is taken as it is', (message) => {
    expect(parseFromPanel(message)).toEqual(message);
  });

  it.each(Object.values(MESSAGES))('$type is not taken with a field that is not known, or without one', (message) => {
    expect(parseFromPanel({ ...message, other: 1 })).toBeNull();
    for (const field of Object.keys(message)) {
      const less = Object.fromEntries(Object.entries(message).filter(([name]) => name !== field));
      expect(parseFromPanel(less), field).toBeNull();
    }
  });

  it.each([
    { type: 'preprocess', change: null },
    { type: 'preprocess', change: { resize: { mode: 'shortest-edge', edge: 256, longest: null }, crop: null } },
    { type: 'change', image: 1, change: ablation },
    { type: 'change', image: 1, change: { kind: 'nearest-keys', keys: 1 } },
    { type: 'change', image: 1, change: { ...prompt, by: 'concentration', region: null } },
  ])('and their variants are taken: %j', (message) => {
    expect(parseFromPanel(message)).toEqual(message);
  });

  it.each([
    ['a negative layer', { ...MESSAGES['want-head'], layer: -1 }],
    ['half a head', { ...MESSAGES['want-head'], head: 0.5 }],
    ['a token beyond any model', { ...MESSAGES['want-attention'], token: 1e9 }],
    ['an image that is no number', { ...MESSAGES['want-rollout'], image: NaN }],
    ['a label that is none', { ...MESSAGES['paint-mask'], labels: Uint8Array.of(3) }],
    ['labels of another kind', { ...MESSAGES['paint-mask'], labels: [0, 1] }],
    ['more labels than an input has pixels', { ...MESSAGES['paint-mask'], labels: new Uint8Array(2 ** 24 + 1) }],
    ['a picture without bytes', { ...MESSAGES['drop-image'], bytes: 'PNG' }],
    ['a name without end', { ...MESSAGES['drop-image'], name: 'x'.repeat(2_001) }],
    ['keys of no variant', { ...MESSAGES['want-preference'], keys: 'some' }],
    ['a size of 0', { ...preprocess, change: { size: [0, 224] } }],
    ['a size of three numbers', { ...preprocess, change: { size: [1, 2, 3] } }],
    ['a preprocessing with unknown fields', { ...preprocess, change: { sizes: [1, 2] } }],
    ['an infinite mean', { ...preprocess, change: { mean: [Infinity, 0, 0] } }],
    ['a crop of no place', { ...preprocess, change: { crop: { ...crop, place: 'left' } } }],
    ['no keys', { ...change, change: { kind: 'nearest-keys', keys: 0 } }],
    ['modes that are no list', { ...change, change: { ...ablation, modes: 3 } }],
    ['more modes than a head has', { ...change, change: { ...ablation, modes: Array(10_001).fill(0) } }],
    ['a strength that is no number', { ...change, change: { ...prompt, strength: NaN } }],
    ['a region beyond 1', { ...change, change: { ...prompt, region: Float32Array.of(1.5) } }],
    ['a region with NaN', { ...change, change: { ...prompt, region: Float32Array.of(NaN) } }],
    ['relevance of no kind', { ...MESSAGES['want-off-object'], wish: { relevance: 'all', object: 'mask' } }],
    ['a table that is none', { ...MESSAGES['save-table'], table: '../x' }],
    ['a table without end', { ...MESSAGES['save-table'], text: 'x'.repeat(20_000_001) }],
    ['a share beyond 1', { ...MESSAGES['export-masks'], wish: { ...masks, ratio: 1.5 } }],
    ['a share that is no number', { ...MESSAGES['export-masks'], wish: { ...masks, strength: NaN } }],
    ['a change of no kind', { ...change, change: { kind: 'other' } }],
  ])('with %s are not taken', (_, message) => {
    expect(parseFromPanel(message)).toBeNull();
  });

  it('of the host are known by their type', () => {
    expect(isToPanel({ type: 'image', state: { kind: 'none' } })).toBe(true);
    expect(isToPanel({ type: 'head-on-image' })).toBe(true);
    expect(isToPanel({ type: 'want-head' })).toBe(false);
  });
});
