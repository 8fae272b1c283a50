import { describe, expect, test } from 'vitest';
import type { ToPanel } from '../../../src/protocol/panel.js';
import { distanceKey } from '../../../webview/state/distances.js';
import { reduce, type PanelState } from '../../../webview/state/panel-state.js';
import { initialState, toSaved } from '../../../webview/state/saved.js';
import { layersOf, madeHead, madeLayer } from '../core/charts/made-heads.js';
import { after, fileMessage, FOLDED, madeCard, madeFile, RAW, runMessages } from './made-messages.js';

const layers = layersOf([
  [0.9, 0.2],
  [-0.42, 0.3],
]);
const complete = (): PanelState => after([fileMessage(), ...runMessages(layers)]);
const now = (state: PanelState): PanelState['selection']['now'] => state.selection.now;

describe('what is selected first', () => {
  test('the head furthest below its band', () => {
    expect(now(complete())).toMatchObject({ model: 'vision', basis: 'folded', layer: 1, head: 0, entry: 0 });
  });

  test('without one the head with the largest weighted figure', () => {
    const similar = layersOf([
      [0.2, 0.9],
      [0.3, 0.4],
    ]);
    expect(now(after([fileMessage(), ...runMessages(similar)]))).toMatchObject({ layer: 0, head: 1 });
  });

  test('nothing while layers are on their way, then of those that came before a stop', () => {
    const running = after([fileMessage(), ...runMessages(layers).slice(0, 2)]);
    expect(now(running).layer).toBeNull();
    const stopped = after([{ type: 'stopped', focus: FOLDED, reason: 'cancelled', done: 1 }], running);
    expect(now(stopped)).toMatchObject({ layer: 0, head: 0 });
  });

  test('what the person picked meanwhile stays', () => {
    const running = after([fileMessage(), ...runMessages(layers).slice(0, 2)]);
    const picked = reduce(running, { type: 'head', layer: 0, head: 1 });
    expect(now(after(runMessages(layers).slice(2), picked))).toMatchObject({ layer: 0, head: 1 });
  });

  test('a head without a figure only when there is no other', () => {
    const broken = [madeLayer(0, [madeHead({ trouble: 'not-finite' })]), madeLayer(1, [madeHead({ trouble: 'zero' })])];
    expect(now(after([fileMessage(), ...runMessages(broken)]))).toMatchObject({ layer: 0, head: 0 });
  });
});

describe('messages', () => {
  test('of another focus, of layers that are not, and late ones change nothing', () => {
    const state = complete();
    const run = state.run;
    const late = after(
      [
        { type: 'layer', focus: RAW, layer: layersOf([[0.1]])[0] ?? madeLayer(0, []) },
        { type: 'layer', focus: FOLDED, layer: madeLayer(99, []) },
        { type: 'layer', focus: FOLDED, layer: madeLayer(-1, []) },
        { type: 'stopped', focus: FOLDED, reason: 'crashed', done: 0 },
        { type: 'done', focus: RAW, bands: { mode: 1, headMean: 1, layerMean: 1 }, verdict: [], warnings: [] },
      ],
      state,
    );
    expect(late.run).toEqual(run);
  });

  test('repeated ones give the same', () => {
    const once = complete();
    const twice = after([fileMessage(), ...runMessages(layers)], once);
    expect(twice.run?.layers).toEqual(once.run?.layers);
    expect(twice.selection).toEqual(once.selection);
  });

  test('a run that goes on keeps its layers; one of a file told anew does not', () => {
    const stopped = after([
      fileMessage(),
      ...runMessages(layers).slice(0, 2),
      { type: 'stopped', focus: FOLDED, reason: 'cancelled', done: 1 },
    ]);
    const start = { type: 'start', focus: FOLDED, depth: 2 } as const;
    expect(after([start], stopped).run?.layers[0]).toEqual(layers[0]);
    expect(after([fileMessage(), start], stopped).run?.layers).toEqual([null, null]);
  });

  test('a depth that cannot be gives no layers', () => {
    for (const depth of [-1, NaN, 0.5, Infinity]) {
      expect(after([fileMessage(), { type: 'start', focus: FOLDED, depth }]).run?.layers).toEqual([]);
    }
  });

  test('a problem stands until figures come', () => {
    const problem = { code: 'truncated', title: 't', detail: 'd', advice: '', actions: [], remains: null } as const;
    const state = after([fileMessage(), { type: 'problem', problem }]);
    expect(state.problem).toEqual(problem);
    expect(after([{ type: 'start', focus: FOLDED, depth: 2 }], state).problem).toBeNull();
  });

  test('the host selects a head, a layer with fewer heads gives its last', () => {
    expect(now(after([{ type: 'select', layer: 0, head: 1 }], complete()))).toMatchObject({ layer: 0, head: 1 });
    expect(now(after([{ type: 'select', layer: 0, head: 9 }], complete()))).toMatchObject({ layer: 0, head: 1 });
    expect(now(after([{ type: 'show-tab', tab: 'keypoints' }], complete()))).toMatchObject({ tab: 'keypoints' });
  });
});

describe('figures over distance', () => {
  const answer = (head: number, weighted: number): ToPanel => ({
    type: 'distances',
    focus: FOLDED,
    layer: 1,
    head,
    answer: { kind: 'done', points: [{ distance: 0, offsets: 1, weighted, mean: 0, weightedBand: 0.1 }] },
  });

  test('are kept by head and basis, and forgotten with the file', () => {
    const state = after([fileMessage(), answer(0, 0.5), answer(1, -0.5)]);
    expect(state.distances.get(distanceKey(FOLDED, 1, 1))).toMatchObject({ points: [{ weighted: -0.5 }] });
    expect(state.distances.get(distanceKey(RAW, 1, 1))).toBeUndefined();
    expect(after([fileMessage()], state).distances.size).toBe(0);
  });
});

describe('Escape', () => {
  test('goes back through heads, entries and the table, ten deep', () => {
    let state = complete();
    for (let step = 0; step < 14; step += 1) state = reduce(state, { type: 'head', layer: 0, head: step % 2 });
    state = reduce(state, { type: 'more' });
    for (let step = 0; step < 30; step += 1) state = reduce(state, { type: 'undo' });
    expect(now(state)).toMatchObject({ layer: 0, head: 0, more: false });
    expect(state.selection.past).toEqual([]);
  });

  test('remembers only what changed', () => {
    const state = complete();
    const same = reduce(state, { type: 'head', layer: 1, head: 0 });
    expect(same.selection.past).toHaveLength(0);
  });

  test('goes back to another basis, which is then asked for', () => {
    const asked = reduce(complete(), { type: 'basis', basis: 'raw' });
    const answered = after(runMessages(layers, RAW), asked);
    expect(answered.focus).toEqual(RAW);
    expect(now(reduce(answered, { type: 'undo' })).basis).toBe('folded');
  });
});

describe('a head changes', () => {
  const withBlock = [
    madeLayer(0, [madeHead({ index: 0 }), madeHead({ index: 1, blocks: [[1, 2]] })]),
    madeLayer(1, [madeHead({ index: 0 })]),
  ];

  test('the entry stays if the new head has it, else it is the first', () => {
    const state = after([fileMessage(), ...runMessages(withBlock)]);
    const first = reduce(reduce(state, { type: 'head', layer: 0, head: 0 }), { type: 'entry', entry: 1 });
    expect(now(reduce(first, { type: 'head', layer: 0, head: 1 })).entry).toBe(1);
    const second = reduce(first, { type: 'entry', entry: 2 });
    expect(now(reduce(second, { type: 'head', layer: 0, head: 1 })).entry).toBe(0);
  });

  test('step by step through all layers, and not beyond', () => {
    const state = reduce(after([fileMessage(), ...runMessages(withBlock)]), { type: 'head', layer: 0, head: 1 });
    const on = reduce(state, { type: 'step-head', step: 1 });
    expect(now(on)).toMatchObject({ layer: 1, head: 0 });
    expect(reduce(on, { type: 'step-head', step: 1 })).toBe(on);
  });

  test('a layer keeps the number of the head', () => {
    const state = reduce(complete(), { type: 'head', layer: 1, head: 1 });
    expect(now(reduce(state, { type: 'layer', layer: 0 }))).toMatchObject({ layer: 0, head: 1 });
  });
});

describe('what is saved', () => {
  test('comes back, and the host is asked for its basis', () => {
    const saved: unknown = JSON.parse(
      JSON.stringify(toSaved(after(runMessages(layers, RAW), reduce(complete(), { type: 'basis', basis: 'raw' })))),
    );
    const restored = after([fileMessage(FOLDED)], initialState(saved));
    expect(now(restored)).toMatchObject({ basis: 'raw', layer: 1, head: 0 });
    expect(restored.focus).toEqual(FOLDED);
  });

  test('gives way where the file has no such model or basis', () => {
    const saved = {
      selection: { model: 'gone', basis: 'raw', layer: 1, head: 0, entry: 0, more: false },
      view: complete().view,
    };
    expect(now(after([fileMessage()], initialState(saved)))).toMatchObject({ model: 'vision', basis: 'folded' });
    const folded = { ...saved, selection: { ...saved.selection, model: 'vision', basis: 'folded' } };
    const noNorm = madeFile([madeCard('vision', { hasNorm: false })]);
    expect(now(after([fileMessage(RAW, noNorm)], initialState(folded))).basis).toBe('raw');
  });

  test.each([undefined, 7, 'x', {}, { selection: { layer: -1 } }, { selection: [], view: {} }])(
    '%j is no state',
    (saved) => {
      expect(initialState(saved).selection.now.layer).toBeNull();
    },
  );

  test('the host may go to another model, which Escape undoes', () => {
    const teacher = { model: 'teacher', basis: 'folded' } as const;
    const both = madeFile([madeCard(), madeCard('teacher')]);
    const state = after([fileMessage(FOLDED, both), ...runMessages(layers)]);
    const other = after(runMessages(layers, teacher), state);
    expect(now(other).model).toBe('teacher');
    expect(now(reduce(other, { type: 'undo' })).model).toBe('vision');
  });
});
