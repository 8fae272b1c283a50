import { describe, expect, test } from 'vitest';
import type { ImageToPanel, LayerInterrelation } from '../../../src/protocol/image.js';
import { remembered } from '../../../webview/state/bounded-map.js';
import { afterImageMessage, headKey, NO_IMAGE, rowKey, type ImageFigures } from '../../../webview/state/image-state.js';
import {
  madeCard,
  madeChangedRun,
  madeHeadOnImage,
  madeMask,
  madePreference,
  madeRows,
  readyMessage,
} from './made-image.js';

const after = (messages: readonly ImageToPanel[], image = NO_IMAGE): ImageFigures =>
  messages.reduce(afterImageMessage, image);

const TROUBLE = { title: 't', detail: 'd', advice: 'a' };

const full = (): ImageFigures =>
  after([
    readyMessage(),
    { type: 'head-on-image', figures: madeHeadOnImage() },
    { type: 'attention-rows', figures: madeRows() },
    { type: 'mask', image: 1, mask: madeMask() },
    { type: 'preference', figures: madePreference(1, 3) },
  ]);

describe('figures on the image', () => {
  test('are kept by their place', () => {
    const image = full();
    expect(image.heads.get(headKey('folded', 0, 0))?.scoreVariance).toBe(4);
    expect(image.heads.has(headKey('raw', 0, 0))).toBe(false);
    expect(image.attention.has(rowKey(0, 5))).toBe(true);
    expect(image.preference['without-prefix']).toEqual([null, madePreference(1, 3)]);
  });

  test('about an older image change nothing', () => {
    const image = after([readyMessage(madeCard(2))], full());
    const late: ImageToPanel[] = [
      { type: 'head-on-image', figures: madeHeadOnImage() },
      { type: 'attention-rows', figures: madeRows() },
      { type: 'rollout', figures: { image: 1, shares: new Float32Array(49) } },
      { type: 'mask', image: 1, mask: madeMask() },
      { type: 'preference', figures: madePreference(0, 2) },
      { type: 'significant-heads', image: 1, heads: [] },
      { type: 'changed-run', image: 1, run: null },
    ];
    expect(after(late, image)).toEqual(image);
  });

  test('go with another picture, and stay while the same one is told again or a run is on its way', () => {
    expect(after([readyMessage(madeCard(2))], full()).heads.size).toBe(0);
    expect(after([readyMessage(madeCard(1))], full()).heads.size).toBe(1);
    const working = after([{ type: 'image', state: { kind: 'working', name: 'cat.png', step: 'run' } }], full());
    expect(working.card?.id).toBe(1);
    expect(working.heads.size).toBe(1);
    expect(after([{ type: 'image', state: { kind: 'none' } }], full())).toEqual(NO_IMAGE);
  });

  test('another mask takes the preference of the one before away', () => {
    const image = after([{ type: 'mask', image: 1, mask: madeMask([0, 0, 0, 0, 0, 1]) }], full());
    expect(image.preference).toEqual({});
  });

  test('another measure of concentration takes interrelation away', () => {
    const layer: LayerInterrelation = { image: 1, layer: 0, heads: [] };
    const keypoints = {
      image: 1,
      keypoints: new Float32Array(5),
      concentrationBy: 'count',
      concentration: new Float32Array(6),
      groups: new Int8Array(6),
    } as const;
    const image = after(
      [
        { type: 'keypoints', figures: keypoints },
        { type: 'interrelation', figures: layer },
      ],
      full(),
    );
    expect(image.interrelation).toEqual([layer]);
    expect(after([{ type: 'keypoints', figures: keypoints }], image).interrelation).toEqual([]);
  });

  test('figures of a changed model go with it: another change, none, or another mask takes them away', () => {
    const changed = (id: number): ImageToPanel => ({ type: 'changed-run', image: 1, run: madeChangedRun(id) });
    const rows = (run: number): ImageToPanel => ({
      type: 'changed-attention',
      figures: { image: 1, run, layer: 0, token: 5, rows: new Float32Array(14) },
    });
    const layer = (run: number): ImageToPanel => ({ type: 'changed-preference', run, figures: madePreference(1, 4) });
    const image = after([changed(2), rows(2), layer(2)], full());
    expect(image.changedAttention.has(rowKey(0, 5))).toBe(true);
    expect(image.changedPreference['without-prefix']).toEqual([null, madePreference(1, 4)]);
    expect(after([changed(2)], image).changedAttention.size).toBe(1);
    const next = after([changed(3), rows(2), layer(2)], image);
    expect([next.changedAttention.size, next.changedPreference]).toEqual([0, {}]);
    const undone = after([{ type: 'changed-run', image: 1, run: null }, rows(2)], image);
    expect([undone.changedAttention.size, undone.changedPreference]).toEqual([0, {}]);
    const masked = after([{ type: 'mask', image: 1, mask: madeMask() }], image);
    expect([masked.changedAttention.size, masked.changedPreference]).toEqual([1, {}]);
  });

  test('layers that cannot be change nothing', () => {
    for (const layer of [-1, 0.5, 1e9]) {
      const image = after([{ type: 'preference', figures: madePreference(layer, 2) }], full());
      expect(image.preference['without-prefix']).toHaveLength(2);
    }
  });

  test('a trouble ends the progress, and figures or another try end the trouble', () => {
    const running = after([{ type: 'image-progress', task: 'head', done: 1, total: 2 }], full());
    expect(running.progress.head).toEqual({ done: 1, total: 2 });
    const wrong = after([{ type: 'image-trouble', task: 'head', trouble: TROUBLE }], running);
    expect(wrong.progress.head).toBeUndefined();
    expect(wrong.trouble.head).toEqual(TROUBLE);
    expect(after([{ type: 'head-on-image', figures: madeHeadOnImage() }], wrong).trouble).toEqual({});
    expect(after([{ type: 'image-progress', task: 'head', done: 0, total: 2 }], wrong).trouble).toEqual({});
  });
});

describe('what is remembered', () => {
  const size = (text: string): number => text.length;

  test('goes oldest first when all together are too large, the newest never', () => {
    let map: ReadonlyMap<string, string> = new Map();
    for (const key of ['a', 'b', 'c']) map = remembered(map, key, 'xxxx', size, 8);
    expect([...map.keys()]).toEqual(['b', 'c']);
    expect([...remembered(map, 'd', 'x'.repeat(99), size, 8).keys()]).toEqual(['d']);
    expect([...remembered(map, 'b', 'yyyy', size, 8)]).toEqual([
      ['c', 'xxxx'],
      ['b', 'yyyy'],
    ]);
  });
});

test('what was sent ahead is there when it is looked at, and the curve of a prompt goes with its change', () => {
  const ahead: ImageToPanel = {
    type: 'ahead',
    image: 1,
    heads: [madeHeadOnImage({ head: 1 }), madeHeadOnImage({ layer: 1 })],
    rows: [{ ...madeRows(), layer: 1 }],
  };
  const image = after([ahead], full());
  expect([...image.heads.keys()]).toEqual([headKey('folded', 0, 0), headKey('folded', 0, 1), headKey('folded', 1, 0)]);
  expect(image.attention.has(rowKey(1, madeRows().token))).toBe(true);
  expect(after([{ ...ahead, image: 7 }], full()).heads.size).toBe(1);

  const points = [{ strength: 1, relativeL2: 0.1, band: null }];
  const curve: ImageToPanel = { type: 'prompt-curve', image: 1, points };
  expect(after([curve], image).promptCurve).toBe(points);
  const run: ImageToPanel = { type: 'changed-run', image: 1, run: madeChangedRun(1) };
  expect(after([run, curve, { ...run, run: null }], image).promptCurve).toEqual([]);
  expect(after([{ ...curve, image: 7 }], image).promptCurve).toEqual([]);
});
