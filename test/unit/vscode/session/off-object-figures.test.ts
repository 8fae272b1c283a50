import { beforeEach, describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../../src/core/errors.js';
import type { ImageToPanel } from '../../../../src/protocol/image.js';
import type { OffObject, OffObjectWish } from '../../../../src/protocol/off-object.js';
import type { ImageFigures } from '../../../../src/vscode/session/image-figures.js';
import { madeCheck, madeOffObjectFigures } from '../../webview/made-off-object.js';
import { madeFigures } from '../support/made-figures.js';
import { settled } from '../support/settled.js';
import type { SteppedLab } from '../support/stepped-lab.js';

const WISH: OffObjectWish = { relevance: 'rollout', object: 'mask' };
const FOUND = madeOffObjectFigures();

let lab: SteppedLab;
let told: ImageToPanel[];
let figures: ImageFigures;

beforeEach(() => {
  ({ figures, lab, told } = madeFigures([4, 4]));
});

const states = (): (OffObject | null)[] =>
  told.flatMap((message) => (message.type === 'off-object' ? [message.found] : []));
const asked = (name: string): number => lab.calls.filter((call) => call.name === name).length;

async function found(wish = WISH): Promise<void> {
  const wanting = figures.offObject.want(wish);
  lab.last('off-object').answer(FOUND);
  await wanting;
}

async function mask(isSet: boolean): Promise<void> {
  const masking = figures.setMask(isSet ? { kind: 'painted', labels: new Uint8Array(4) } : null);
  lab.last('mask').answer(isSet ? { patches: Int8Array.of(1, 0) } : null);
  await masking;
}

describe('what lies off the object', () => {
  it('is told as it begins and as it is found, and to panels that come later', async () => {
    const wanting = figures.offObject.want(WISH);
    expect(states().at(-1)).toEqual({ wish: WISH, figures: null, checks: null, working: 'figures' });
    // It is on its way already.
    void figures.offObject.want({ ...WISH });
    expect(asked('off-object')).toBe(1);
    lab.last('off-object').call.progress?.({ done: 1, total: 4 });
    expect(told.at(-1)).toEqual({ type: 'image-progress', task: 'off-object', done: 1, total: 4 });
    lab.last('off-object').answer(FOUND);
    await wanting;
    expect(states().at(-1)).toEqual({ wish: WISH, figures: { ...FOUND, image: 1 }, checks: null, working: null });
    expect(figures.replay().filter(({ type }) => type === 'off-object')).toEqual([told.at(-1)]);
  });

  it('is checked once it is found, and not twice at a time', async () => {
    await figures.offObject.check();
    expect(asked('check-candidates')).toBe(0);
    await found();
    const checking = figures.offObject.check();
    void figures.offObject.check();
    expect(asked('check-candidates')).toBe(1);
    expect(states().at(-1)).toMatchObject({ working: 'checks', checks: null });
    lab.last('check-candidates').answer([madeCheck(0.1)]);
    await checking;
    expect(states().at(-1)).toMatchObject({ working: null, checks: [madeCheck(0.1)] });
  });

  it('is stopped, which is no trouble, and what was found before stays', async () => {
    await found();
    const checking = figures.offObject.check();
    figures.offObject.stop();
    await checking;
    expect(lab.last('check-candidates').call.signal.aborted).toBe(true);
    expect(states().at(-1)).toMatchObject({ working: null, checks: null, figures: { image: 1 } });
    expect(told.some(({ type }) => type === 'image-trouble')).toBe(false);
  });

  it('says what went wrong, and that it is over', async () => {
    const wanting = figures.offObject.want(WISH);
    lab.last('off-object').fail(new CheckpointError('wrong-use', 'the picture', 'it has no mask', 'paint one'));
    await wanting;
    expect(told.at(-2)).toMatchObject({ type: 'image-trouble', task: 'off-object' });
    expect(states().at(-1)).toMatchObject({ working: null, figures: null });
  });

  it('the answer to an older question is dropped', async () => {
    const older = figures.offObject.want(WISH);
    const first = lab.last('off-object');
    const newer = figures.offObject.want({ ...WISH, relevance: 'attention' });
    first.answer(FOUND);
    await older;
    expect(states().at(-1)).toMatchObject({ wish: { relevance: 'attention' }, figures: null, working: 'figures' });
    lab.last('off-object').answer(FOUND);
    await newer;
    expect(states().at(-1)).toMatchObject({ wish: { relevance: 'attention' }, working: null });
  });

  it('is found again for another mask or concentration, and forgotten with the mask', async () => {
    await mask(true);
    expect(asked('off-object')).toBe(0);
    await found({ relevance: 'rollout', object: 'tokens' });
    await mask(true);
    expect(lab.last('off-object').params).toEqual({ relevance: 'rollout', object: 'mask' });
    lab.last('off-object').answer(FOUND);
    await settled();
    const before = asked('off-object');
    void figures.wantKeypoints('count');
    lab.last('keypoints').answer({ keypoints: new Float32Array() });
    await settled();
    expect(asked('off-object')).toBe(before + 1);
    await mask(false);
    expect(states().at(-1)).toBeNull();
    expect(figures.replay().some(({ type }) => type === 'off-object')).toBe(false);
  });
});

describe('chances to be masked', () => {
  it('are written with what guides them, and a failure is told', async () => {
    const wish = { ratio: 0.5, strength: 1, direction: 'poor', concentration: 'count' } as const;
    const writing = figures.writeMask('/there.npz', wish);
    expect(lab.last('guided-mask').params).toEqual({ file: '/there.npz', ...wish });
    lab.last('guided-mask').answer(null);
    expect(await writing).toBe(true);
    const failing = figures.writeMask('/nowhere.npz', wish);
    lab.last('guided-mask').fail(new CheckpointError('unreadable', '/nowhere.npz', 'no such folder', 'choose another'));
    expect(await failing).toBe(false);
    expect(told.at(-1)).toMatchObject({ type: 'image-trouble', task: 'export' });
  });
});
