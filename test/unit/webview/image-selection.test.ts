import { describe, expect, test } from 'vitest';
import { nextSpoken } from '../../../webview/app/use-spoken.js';
import { copiedText } from '../../../webview/app/use-keys.js';
import { moveWithKeyBias } from '../../../webview/lib/entry-cursor.js';
import { NO_TICKS, reduce, type PanelState } from '../../../webview/state/panel-state.js';
import { askingToken, moveToken, placeOf, tokenWords } from '../../../webview/state/patches.js';
import { initialState, toSaved } from '../../../webview/state/saved.js';
import { KEY_BIAS } from '../../../webview/state/selection.js';
import { madeHead, madeLayer } from '../core/charts/made-heads.js';
import { madeCard, madeHeadOnImage, madePreference, madeMask, madeRows, readyMessage } from './made-image.js';
import { after, fileMessage, runMessages } from './made-messages.js';

const layers = [
  madeLayer(0, [
    madeHead({ index: 0, sigma: [2, 1], cos: [0.5, 0.25] }),
    madeHead({ index: 1, sigma: [2, 1, 0.9], cos: [0.5, 0.2, 0.3], blocks: [[1, 2]] }),
  ]),
];

const ready = (): PanelState =>
  reduce(
    after([
      fileMessage(),
      ...runMessages(layers),
      readyMessage(),
      { type: 'head-on-image', figures: madeHeadOnImage() },
      { type: 'head-on-image', figures: madeHeadOnImage({ head: 1 }) },
      { type: 'attention-rows', figures: madeRows() },
    ]),
    { type: 'head', layer: 0, head: 0 },
  );

describe('the token that asks', () => {
  const card = madeCard();

  test('is the patch in the middle until one is picked, or where the picture has no such token', () => {
    expect(placeOf(card, askingToken(card, null))).toEqual({ kind: 'patch', row: 1, column: 1 });
    expect(askingToken(card, 3)).toBe(3);
    expect(askingToken(card, 7)).toBe(askingToken(card, null));
    expect(tokenWords(card, 6)).toBe('Row 1, column 2');
    expect(tokenWords(card, 0)).toBe('class token');
  });

  test('moves with arrows inside the grid, with shift by four', () => {
    const wide = madeCard(1, { grid: [8, 8] });
    expect(moveToken(card, 1, 1, 'ArrowRight', false)).toBe(2);
    expect(moveToken(card, 1, 1, 'ArrowUp', false)).toBe(1);
    expect(moveToken(card, 1, 1, 'End', false)).toBe(3);
    expect(moveToken(wide, 1, 1, 'ArrowDown', true)).toBe(33);
    expect(moveToken(wide, 33, 33, 'ArrowDown', true)).toBe(57);
    expect(moveToken(card, 1, 1, 'x', false)).toBeNull();
  });

  test('P steps through the prefix tokens and back to the patch', () => {
    const registers = madeCard(1, { prefix: ['class', 'register 0'] });
    expect(moveToken(registers, 5, 5, 'p', false)).toBe(0);
    expect(moveToken(registers, 0, 5, 'P', false)).toBe(1);
    expect(moveToken(registers, 1, 5, 'p', false)).toBe(5);
    expect(moveToken(madeCard(1, { prefix: [] }), 2, 2, 'p', false)).toBeNull();
    expect(moveToken(registers, 0, 6, 'ArrowLeft', false)).toBe(5);
  });
});

describe('the cursor among entries with the key bias before them', () => {
  const entries = [{ first: 6 }, { first: 0 }];

  test('stops at both ends', () => {
    expect(moveWithKeyBias(entries, 6, 'ArrowLeft', KEY_BIAS)).toBe(KEY_BIAS);
    expect(moveWithKeyBias(entries, KEY_BIAS, 'ArrowUp', KEY_BIAS)).toBe(KEY_BIAS);
    expect(moveWithKeyBias(entries, KEY_BIAS, 'ArrowRight', KEY_BIAS)).toBe(6);
    expect(moveWithKeyBias(entries, 6, 'End', KEY_BIAS)).toBe(0);
    expect(moveWithKeyBias(entries, 0, 'Home', KEY_BIAS)).toBe(KEY_BIAS);
  });
});

describe('the selection on the image', () => {
  test('Escape goes back through patches, tabs and how maps are drawn', () => {
    let state = reduce(ready(), { type: 'patch', token: 2 });
    state = reduce(state, { type: 'look', change: { tab: 'change' } });
    state = reduce(state, { type: 'look', change: { apart: true } });
    for (const expected of [{ apart: false, tab: 'change' }, { tab: 'heads', patch: 2 }, { patch: null }]) {
      state = reduce(state, { type: 'undo' });
      expect(state.selection.now).toMatchObject(expected);
    }
  });

  test('another head without the entry shows the one that contributes most; the key bias stays', () => {
    const second = reduce(ready(), { type: 'entry', entry: 0 });
    const gone = reduce(reduce(second, { type: 'head', layer: 0, head: 1 }), { type: 'entry', entry: 2 });
    expect(reduce(gone, { type: 'head', layer: 0, head: 0 }).selection.now.entry).toBe(1);
    const bias = reduce(ready(), { type: 'entry', entry: KEY_BIAS });
    expect(reduce(bias, { type: 'head', layer: 0, head: 1 }).selection.now.entry).toBe(KEY_BIAS);
  });

  test('ticks are about one head', () => {
    const ticked = reduce(ready(), { type: 'tick', ticks: { modes: [1], keyBias: true } });
    expect(reduce(ticked, { type: 'patch', token: 1 }).ticks.modes).toEqual([1]);
    const other = reduce(ticked, { type: 'head', layer: 0, head: 1 });
    expect(other.ticks).toEqual(NO_TICKS);
  });

  test('is saved, and states saved before there were images stay readable', () => {
    const state = reduce(reduce(ready(), { type: 'patch', token: 5 }), { type: 'view', change: { opacity: 0.4 } });
    const again = initialState(JSON.parse(JSON.stringify(toSaved(state))));
    expect(again.selection.now).toEqual(state.selection.now);
    expect(again.view).toEqual(state.view);
    const selection = { model: 'vision', basis: 'folded', layer: 0, head: 0, entry: 0, more: false };
    const old = initialState({ selection, view: { sorted: true, layersAsTable: false, headAsTable: false } });
    expect(old.selection.now).toMatchObject({ layer: 0, head: 0, patch: null, tab: 'heads' });
    expect(old.view).toMatchObject({ sorted: true, opacity: 1, keys: 'without-prefix' });
  });

  test.each([{ patch: -2 }, { tab: 'none' }, { apart: 1 }])('nonsense in what was saved is left out: %o', (wrong) => {
    const { selection, view } = toSaved(reduce(ready(), { type: 'patch', token: 5 }));
    const [key] = Object.keys(wrong);
    const read = initialState({ selection: { ...selection, ...wrong }, view }).selection.now;
    expect(read.layer).toBe(0);
    expect(read).not.toMatchObject(wrong);
    expect(key).toBeDefined();
  });
});

describe('what is said', () => {
  test('is the selection, after a step from patch to patch only that, and nothing twice', () => {
    const first = nextSpoken({ selection: '', patch: '', spoken: '' }, 'Head.', '');
    const image = nextSpoken(first, 'Head.', 'Row 1 asks.');
    expect(image.spoken).toBe('Head.');
    const moved = nextSpoken(image, 'Head.', 'Row 2 asks.');
    expect(moved.spoken).toBe('Row 2 asks.');
    expect(nextSpoken(moved, 'Head.', 'Row 2 asks.').spoken).toBe('Row 2 asks.');
    expect(nextSpoken(moved, 'Other.', 'Row 2 asks.').spoken).toBe('Other.');
  });
});

describe('Ctrl+C on the image', () => {
  test('gives shares, attention and preference as text with tabs', () => {
    expect(copiedText(ready(), 'shares')?.split('\n')).toEqual([
      'mode\tsigma\tcosine\tcontribution\tshare of score',
      'key bias\t\t\t8\t2',
      'M1\t1\t0.25\t2\t0.5',
      'M0\t2\t0.5\t1\t0.25',
    ]);
    const attention = copiedText(reduce(ready(), { type: 'head', layer: 0, head: 1 }), 'attention')?.split('\n');
    expect(attention?.[1]).toBe('class\t\t\t0.1\t0.7');
    expect(attention?.[7]).toBe('patch\t1\t2\t0.7\t4.9');
    const state = after(
      [
        { type: 'mask', image: 1, mask: madeMask() },
        { type: 'preference', figures: madePreference(0, 4) },
      ],
      ready(),
    );
    expect(copiedText(state, 'preference')?.split('\n')[1]).toBe('0\tmean\ttarget\t4\t\t0.25\t\t');
    expect(copiedText(state, 'interrelation')).toBe(copiedText(state, 'entry'));
  });
});
