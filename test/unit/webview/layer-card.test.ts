import { describe, expect, it } from 'vitest';
import { headAttention } from '../../../webview/app/image/attention.js';
import { askingInLayer, cardOfLayer, evenAmong, selectedBy } from '../../../webview/state/layer-card.js';
import { tokenAt } from '../../../webview/state/patches.js';
import { madeCard } from './made-image.js';

const whole = madeCard();
const windowed = {
  ...whole,
  grid: [8, 12] as const,
  prefix: [],
  windowed: [
    { grid: [8, 12], window: [4, 4] },
    { grid: [4, 6], window: [2, 2] },
  ] as const,
};

describe('a picture as a layer sees it', () => {
  it('is the same where every layer has the patches as its tokens', () => {
    expect(cardOfLayer(whole, 1)).toBe(whole);
    expect(selectedBy(whole, 5)).toBe(5);
    expect(askingInLayer(whole, 5)).toBe(5);
  });

  it('has the grid of the layer, and stays the same object', () => {
    const card = cardOfLayer(windowed, 1);
    expect(card.grid).toEqual([4, 6]);
    expect(cardOfLayer(windowed, 1)).toBe(card);
    expect(cardOfLayer(windowed, 0).grid).toEqual([8, 12]);
  });

  it('finds the token of the selected patch, and a patch of a chosen token', () => {
    const card = cardOfLayer(windowed, 1);
    expect(askingInLayer(card, tokenAt(windowed, 7, 2))).toBe(tokenAt(card, 3, 1));
    expect(askingInLayer(card, null)).toBe(tokenAt(card, 2, 3));
    const chosen = selectedBy(card, tokenAt(card, 3, 1));
    expect(chosen).toBe(tokenAt(windowed, 7, 3));
    expect(askingInLayer(card, chosen)).toBe(tokenAt(card, 3, 1));
  });

  it('takes attention as even where the tokens of a window share it', () => {
    const card = cardOfLayer(windowed, 1);
    expect(evenAmong(card)).toBe(4);
    expect(headAttention(card, { rows: new Float32Array(2 * 24).fill(0.5) }, 1)).toMatchObject({
      even: 0.25,
      peak: 0.5,
    });
  });
});
