import { beforeEach, describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../../src/core/errors.js';
import type { ImageState, ImageToPanel } from '../../../../src/protocol/image.js';
import type { ToPanel } from '../../../../src/protocol/panel.js';
import type { ChoiceMemory } from '../../../../src/vscode/session/choices.js';
import { Session } from '../../../../src/vscode/session/session.js';
import { inspection, model } from '../support/checkpoints.js';
import { steppedEngine, type SteppedEngine } from '../support/stepped-engine.js';
import { steppedLab, type SteppedLab } from '../support/stepped-lab.js';
import { settled } from '../support/settled.js';
import { choiceMemory } from '../support/made-session.js';

const CARD = { name: 'cat.png', grid: [2, 2], inputSize: [32, 32] };
const CAT = { kind: 'file', path: '/pictures/cat.png' } as const;
const DOG = { kind: 'file', path: '/pictures/dog.png' } as const;
const STOPPED = new CheckpointError('worker-stopped', 'inference', 'the model stopped running', 'try again');

interface Panel {
  readonly messages: ToPanel[];
  post(message: ToPanel): void;
}

let labs: SteppedLab[];
let models: string[];
let isTrusted: boolean;
let engine: SteppedEngine;
let memory: ChoiceMemory;

beforeEach(() => {
  labs = [];
  models = [];
  isTrusted = true;
  engine = steppedEngine(() => inspection({ models: [model(), model({ name: 'text' })] }));
  memory = choiceMemory();
});

function panel(): Panel {
  const messages: ToPanel[] = [];
  return { messages, post: (message) => messages.push(message) };
}

function sessionOf(): Session {
  return new Session({
    path: '/models/model.safetensors',
    fileName: 'model.safetensors',
    engine,
    memory,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    defaultBasis: () => 'folded',
    startLab: (subject) => {
      const lab = steppedLab();
      labs.push(lab);
      models.push(subject.model.name);
      return lab;
    },
    isTrusted: () => isTrusted,
    changed: () => undefined,
  });
}

async function shown(): Promise<{ session: Session; port: Panel }> {
  const session = sessionOf();
  const port = panel();
  session.attach(port);
  await session.open();
  session.ready(port);
  return { session, port };
}

/** A session with a picture on show. */
async function withPicture(): Promise<{ session: Session; port: Panel; lab: SteppedLab }> {
  const { session, port } = await shown();
  const opening = session.image.open(port, CAT);
  const lab = labOf();
  lab.last('open').answer(CARD);
  await opening;
  return { session, port, lab };
}

function labOf(index = 0): SteppedLab {
  const lab = labs[index];
  if (lab === undefined) throw new Error(`there is no lab ${String(index)}`);
  return lab;
}

const states = ({ messages }: Panel): ImageState[] =>
  messages.filter((message) => message.type === 'image').map(({ state }) => state);

const kinds = (port: Panel): string[] => states(port).map(({ kind }) => kind);

const of = <Type extends ImageToPanel['type']>(port: Panel, type: Type): Extract<ToPanel, { type: Type }>[] =>
  port.messages.filter((message): message is Extract<ToPanel, { type: Type }> => message.type === type);

describe('a picture', () => {
  it('is told step by step, and whole to a page that loads later', async () => {
    const { session, port } = await shown();
    const opening = session.image.open(port, CAT);
    const open = labOf().last('open');
    open.call.progress?.({ step: 'model' });
    open.call.progress?.({ step: 'run' });
    open.answer(CARD);
    await opening;
    expect(states(port)).toEqual([
      { kind: 'working', name: 'cat.png', step: 'image' },
      { kind: 'working', name: 'cat.png', step: 'model' },
      { kind: 'working', name: 'cat.png', step: 'run' },
      { kind: 'ready', card: { ...CARD, id: 1, model: 'vision' } },
    ]);
    const later = panel();
    session.attach(later);
    session.ready(later);
    expect(kinds(later)).toEqual(['ready']);
  });

  it('starts no thread before it is asked for, and the model is loaded while it is chosen', async () => {
    const { session, port } = await shown();
    expect(labs).toEqual([]);
    session.image.warm(port);
    expect(labOf().calls.map(({ name }) => name)).toEqual(['warm']);
    labOf().last('warm').fail(STOPPED);
    await settled();
    expect(kinds(port)).toEqual([]);
  });

  it('of a model that cannot be run is refused while it is still chosen', async () => {
    const { session, port } = await shown();
    session.image.warm(port);
    const problem = 'this model cannot be run: no forward pass is known for it';
    labOf()
      .last('warm')
      .fail(new CheckpointError('unsupported', 'm', problem, 'choose another model'));
    await settled();
    expect(states(port)).toMatchObject([{ kind: 'cannot-run', untrusted: false }]);
  });

  it('that cannot be read says why, and whether trying again may help', async () => {
    const { session, port } = await shown();
    for (const [code, retry] of [
      ['malformed', false],
      ['missing-file', true],
    ] as const) {
      const opening = session.image.open(port, CAT);
      labOf().last('open').call.progress?.({ step: 'image' });
      labOf()
        .last('open')
        .fail(new CheckpointError(code, 'cat.png', 'it is not what it was', 'choose another'));
      await opening;
      expect(states(port).at(-1)).toMatchObject({
        kind: 'failed',
        name: 'cat.png',
        trouble: { detail: 'It is not what it was.', advice: 'Choose another.' },
        retry,
      });
    }
  });

  it('of a model that cannot be run is refused with the reason as its title', async () => {
    const { session, port } = await shown();
    const opening = session.image.open(port, CAT);
    labOf().last('open').call.progress?.({ step: 'model' });
    const problem = 'this model cannot be run: its patch embedding is missing';
    labOf()
      .last('open')
      .fail(new CheckpointError('unsupported', 'm', problem, 'image maps need `x`'));
    await opening;
    expect(states(port).at(-1)).toEqual({
      kind: 'cannot-run',
      trouble: {
        title: 'This model cannot be run: its patch embedding is missing.',
        detail: 'Everything from the weights is shown.',
        advice: 'Image maps need `x`.',
      },
      untrusted: false,
    });
  });

  it('prepared another way that cannot be stays as it was', async () => {
    const { session, port, lab } = await withPicture();
    const changing = session.image.preprocess({ size: [30, 30] });
    expect(lab.last('open').params).toEqual({ source: null, changes: { size: [30, 30] } });
    lab.last('open').fail(new CheckpointError('wrong-use', 'cat.png', 'its sides do not divide', 'choose others'));
    await changing;
    expect(states(port).at(-1)).toMatchObject({ kind: 'ready', card: { id: 1 } });
    expect(of(port, 'image-trouble')).toMatchObject([{ task: 'preprocess' }]);
    const next = session.image.open(port, DOG);
    expect(lab.last('open').params).toEqual({ source: DOG, changes: null });
    lab.last('open').answer(CARD);
    await next;
    expect(states(port).at(-1)).toMatchObject({ kind: 'ready', card: { id: 2 } });
  });

  it('that is cancelled leaves the one before, and takes the process with it', async () => {
    const { session, port, lab } = await withPicture();
    void session.image.open(port, DOG);
    const { call } = lab.last('open');
    expect(call.kill).toBe(true);
    session.image.cancel();
    expect(call.signal.aborted).toBe(true);
    await settled();
    expect(states(port).at(-1)).toMatchObject({ kind: 'ready', card: { id: 1 } });
    void session.image.preprocess(null);
    expect(lab.last('open').params).toEqual({ source: null, changes: null });
  });

  it('is overtaken by the one that comes after it', async () => {
    const { session, port } = await shown();
    const first = session.image.open(port, CAT);
    const doomed = labOf().last('open');
    const second = session.image.open(port, DOG);
    expect(doomed.call.signal.aborted).toBe(true);
    labOf()
      .last('open')
      .answer({ ...CARD, name: 'dog.png' });
    await Promise.all([first, second]);
    expect(states(port).at(-1)).toMatchObject({ kind: 'ready', card: { name: 'dog.png' } });
    expect(kinds(port)).not.toContain('failed');
  });
});

describe('trust', () => {
  it('is what running a model waits for', async () => {
    isTrusted = false;
    const { session, port } = await shown();
    expect(states(port)).toMatchObject([{ kind: 'cannot-run', untrusted: true }]);
    await session.image.open(port, CAT);
    session.image.warm(port);
    expect(labs).toEqual([]);
    isTrusted = true;
    const opening = session.image.trusted();
    expect(labOf().last('open').params).toEqual({ source: CAT, changes: null });
    labOf().last('open').answer(CARD);
    await opening;
    expect(kinds(port).at(-1)).toBe('ready');
  });

  it('that comes before a picture takes the words back', async () => {
    isTrusted = false;
    const { session, port } = await shown();
    isTrusted = true;
    await session.image.trusted();
    expect(kinds(port)).toEqual(['cannot-run', 'none']);
  });
});

describe('the model that stops', () => {
  it('is told once, and tried again in a new thread where that has died', async () => {
    const { session, port, lab } = await withPicture();
    session.image.ask(port, { type: 'want-head', image: 1, layer: 0, head: 0 });
    session.image.ask(port, { type: 'want-attention', image: 1, layer: 0, token: 0 });
    lab.die();
    lab.last('head').fail(STOPPED);
    lab.last('attention').fail(STOPPED);
    await settled();
    expect(kinds(port).filter((kind) => kind === 'failed')).toHaveLength(1);
    expect(states(port).at(-1)).toMatchObject({ trouble: { title: 'The model stopped running.' }, retry: true });
    const again = session.image.retry();
    expect(labs).toHaveLength(2);
    expect(labOf(1).last('open').params).toEqual({ source: CAT, changes: null });
    labOf(1).last('open').answer(CARD);
    await again;
    expect(states(port).at(-1)).toMatchObject({ kind: 'ready', card: { id: 2 } });
  });
});

describe('figures', () => {
  it('of a head go to the panel that asks, in its basis; of those that wait only the newest is computed', async () => {
    const { session, port, lab } = await withPicture();
    const other = panel();
    session.attach(other);
    session.ready(other);
    await session.setBasis(other, 'raw');
    for (const head of [0, 1, 2]) session.image.ask(port, { type: 'want-head', image: 1, layer: 0, head });
    session.image.ask(other, { type: 'want-head', image: 1, layer: 1, head: 1 });
    session.image.ask(port, { type: 'want-head', image: 7, layer: 0, head: 0 });
    const asked = (): unknown[] => lab.calls.filter(({ name }) => name === 'head').map(({ params }) => params);
    expect(asked()).toEqual([
      { layer: 0, head: 0, basis: 'folded' },
      { layer: 1, head: 1, basis: 'raw' },
    ]);
    for (const call of lab.calls) if (call.name === 'head') call.answer({ layer: 0 });
    await settled();
    expect(asked()).toHaveLength(3);
    expect(asked()[2]).toEqual({ layer: 0, head: 2, basis: 'folded' });
    expect(of(port, 'head-on-image')).toEqual([{ type: 'head-on-image', figures: { image: 1, layer: 0 } }]);
    expect(of(other, 'head-on-image')).toHaveLength(1);
  });

  it('of keypoints are begun with the picture where their tab is open, before the page asks', async () => {
    const { session, port } = await shown();
    session.image.ask(port, { type: 'tab', tab: 'keypoints' });
    const opening = session.image.open(port, CAT);
    const lab = labOf();
    lab.last('open').answer(CARD);
    await opening;
    session.image.ask(port, { type: 'want-keypoints', image: 1, by: 'scale' });
    const asked = (): number => lab.calls.filter(({ name }) => name === 'keypoints').length;
    expect(asked()).toBe(1);
    session.image.ask(port, { type: 'tab', tab: 'heads' });
    const next = session.image.open(port, DOG);
    lab.last('open').answer(CARD);
    await next;
    expect(asked()).toBe(1);
  });

  it('of a mask and of a change are told to all, and to pages that load later', async () => {
    const { session, port, lab } = await withPicture();
    const masking = session.image.figures?.setMask({ kind: 'painted', labels: new Uint8Array(4) });
    lab.last('mask').answer({ name: 'painted' });
    await masking;
    session.image.ask(port, { type: 'want-preference', image: 1, keys: 'all' });
    for (let layer = 0; layer < 3; layer++) {
      expect(lab.last('preference').params).toEqual({ layer, keys: 'all' });
      lab.last('preference').answer({ layer });
      await settled();
    }
    expect(of(port, 'preference').map(({ figures }) => figures.layer)).toEqual([0, 1, 2]);
    expect(of(port, 'image-progress').at(-1)).toMatchObject({ task: 'preference', done: 3, total: 3 });

    session.image.ask(port, { type: 'change', image: 1, change: { kind: 'nearest-keys', keys: 2 } });
    lab.last('change').answer({
      change: { kind: 'nearest-keys', keys: 2 },
      attentionChange: [null, null, null],
      massOutside: [null, null, null],
    });
    await settled();
    for (let layer = 0; layer < 3; layer++) {
      lab.last('attention-change').answer({ attentionChange: layer, massOutside: 0.5 });
      await settled();
    }
    expect(of(port, 'changed-run').at(-1)?.run).toMatchObject({
      attentionChange: [0, 1, 2],
      massOutside: [0.5, 0.5, 0.5],
    });

    const later = panel();
    session.attach(later);
    session.ready(later);
    expect(later.messages.map(({ type }) => type)).toEqual([
      ...['file', 'start', 'progress', 'image', 'mask'],
      ...['preference', 'preference', 'preference', 'changed-run'],
    ]);
    session.image.ask(port, { type: 'undo-change' });
    expect(of(later, 'changed-run').at(-1)?.run).toBeNull();
    expect(lab.last('change').params).toEqual({ change: null });
  });

  it('of a mask out of a file go on when the same picture is prepared another way', async () => {
    const { session, port, lab } = await withPicture();
    const mask = { kind: 'image', source: { kind: 'file', path: '/pictures/cat.mask.png' } } as const;
    const masking = session.image.figures?.setMask(mask);
    lab.last('mask').answer({ name: 'cat.mask.png' });
    await masking;
    const changing = session.image.preprocess({ size: [64, 64] });
    lab.last('open').answer(CARD);
    await changing;
    expect(lab.calls.filter(({ name }) => name === 'mask').map(({ params }) => params)).toEqual([{ mask }, { mask }]);
    lab.last('mask').answer({ name: 'cat.mask.png' });
    await settled();
    expect(of(port, 'mask').map(({ image }) => image)).toEqual([1, 2]);
    const next = session.image.open(port, DOG);
    lab.last('open').answer(CARD);
    await next;
    expect(lab.calls.filter(({ name }) => name === 'mask')).toHaveLength(2);
  });

  it('of changes are those of the newest: one that runs is let run, and what followed it is left out', async () => {
    const { session, port, lab } = await withPicture();
    const change = (keys: number): void => {
      session.image.ask(port, { type: 'change', image: 1, change: { kind: 'nearest-keys', keys } });
    };
    for (const keys of [2, 3, 4]) change(keys);
    const running = lab.last('change');
    expect(running.params).toMatchObject({ change: { keys: 2 } });
    expect(running.call.signal.aborted).toBe(false);
    running.answer({ attentionChange: [null], massOutside: [null] });
    await settled();
    expect(of(port, 'changed-run')).toEqual([]);
    expect(lab.last('change').params).toMatchObject({ change: { keys: 4 } });
    session.image.cancel();
    expect(lab.last('change').call.signal.aborted).toBe(true);
    await settled();
    change(5);
    lab
      .last('change')
      .answer({ change: { kind: 'nearest-keys', keys: 5 }, attentionChange: [null], massOutside: [null] });
    await settled();
    expect(of(port, 'changed-run').at(-1)?.run?.change).toMatchObject({ keys: 5 });
    session.image.ask(port, { type: 'undo-change' });
    expect(lab.last('attention-change').call.signal.aborted).toBe(true);
  });

  it('of keypoints end with the heads that follow them beyond chance', async () => {
    const { session, port, lab } = await withPicture();
    session.image.ask(port, { type: 'want-keypoints', image: 1, by: 'scale' });
    lab.last('keypoints').answer({ keypoints: new Float32Array(5) });
    await settled();
    // asked for at once, so that whoever answers need not wait for the next question
    const layers = lab.calls.filter(({ name }) => name === 'interrelation');
    expect(layers.map(({ params }) => params)).toEqual([{ layer: 0 }, { layer: 1 }, { layer: 2 }]);
    for (const [layer, call] of [...layers.entries()].reverse())
      call.answer({ figures: { layer, heads: [] }, p: [layer === 1 ? 0.001 : 0.5, null, 0.9] });
    await settled();
    expect(of(port, 'interrelation').map(({ figures }) => figures.layer)).toEqual([0, 1, 2]);
    expect(of(port, 'significant-heads')).toEqual([{ type: 'significant-heads', image: 1, heads: [[1, 0]] }]);
  });

  it('that fail are told as trouble of their task, and the picture stays', async () => {
    const { session, port, lab } = await withPicture();
    session.image.ask(port, { type: 'want-rollout', image: 1 });
    lab.last('rollout').call.progress?.({ done: 1, total: 3 });
    lab.last('rollout').fail(new CheckpointError('limit', 'the picture', 'it has too many tokens', 'make it smaller'));
    await settled();
    expect(of(port, 'image-progress')).toEqual([{ type: 'image-progress', task: 'rollout', done: 1, total: 3 }]);
    const trouble = { title: 'The picture goes beyond a limit.', advice: 'Make it smaller.' };
    expect(of(port, 'image-trouble')).toMatchObject([{ task: 'rollout', trouble }]);
    expect(session.image.state.kind).toBe('ready');
  });

  it('that take long are stopped by a cancellation', async () => {
    const { session, port, lab } = await withPicture();
    session.image.ask(port, { type: 'want-rollout', image: 1 });
    session.image.cancel();
    expect(lab.last('rollout').call.signal.aborted).toBe(true);
    await settled();
    expect(of(port, 'image-trouble')).toEqual([]);
    expect(session.image.state.kind).toBe('ready');
  });
});

describe('the checkpoint', () => {
  it('that is saved anew has its picture run again', async () => {
    const { session, port, lab } = await withPicture();
    engine.answer = () => inspection({ models: [model(), model({ name: 'text' })], modifiedMs: 2 });
    await session.fileChanged();
    expect(lab.alive).toBe(false);
    labOf(1).last('open').answer(CARD);
    await settled();
    expect(states(port).at(-1)).toMatchObject({ kind: 'ready', card: { id: 2 } });
  });

  it('has the picture run by the other model when that is chosen, and a panel with another model has none', async () => {
    const { session, port } = await withPicture();
    const other = panel();
    session.attach(other);
    session.ready(other);
    await session.setModel(other, 'text');
    expect(states(other).at(-1)).toEqual({ kind: 'none' });
    expect(session.image.state.kind).toBe('ready');
    await session.setModel(port, 'text');
    expect(models).toEqual(['vision', 'text']);
    labOf(1).last('open').answer(CARD);
    await settled();
    expect(states(other).at(-1)).toMatchObject({ kind: 'ready', card: { model: 'text' } });
  });

  it('is opened next time with the picture that it had, unless that was closed or is gone', async () => {
    const { session } = await withPicture();
    const recalled = async (): Promise<Panel> => {
      labs = [];
      return (await shown()).port;
    };
    await recalled();
    expect(labOf().last('open').params).toEqual({ source: CAT, changes: null });
    const port = await recalled();
    labOf().last('open').call.progress?.({ step: 'image' });
    labOf()
      .last('open')
      .fail(new CheckpointError('missing-file', 'cat.png', 'it is not there', 'choose another'));
    await settled();
    expect(kinds(port).at(-1)).toBe('none');
    await session.image.close();
    await recalled();
    expect(labs).toEqual([]);
  });

  it('does not remember a picture that was dropped', async () => {
    const { session, port } = await shown();
    const opening = session.image.open(port, { kind: 'bytes', name: 'x.png', bytes: new Uint8Array(1) });
    labOf().last('open').answer(CARD);
    await opening;
    labs = [];
    await shown();
    expect(labs).toEqual([]);
  });
});
