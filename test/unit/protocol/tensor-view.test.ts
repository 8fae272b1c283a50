import { describe, expect, it } from 'vitest';
import { isToTensorView, parseFromTensorView } from '../../../src/protocol/tensor-view.js';

const window = { row: 0, rows: 4, column: 0, columns: 4 };

describe('messages of a tensor view', () => {
  it.each([
    [{ type: 'ready' }],
    [{ type: 'cancel' }],
    [{ type: 'ask', question: { kind: 'statistics' } }],
    [{ type: 'ask', question: { kind: 'map', window, side: 384 } }],
    [{ type: 'copy', text: 'a' }],
  ])('are taken: %j', (message) => {
    expect(parseFromTensorView(message)).toEqual(message);
  });

  it.each([
    [null],
    [{ type: 'run' }],
    [{ type: 'ready', more: 1 }],
    [{ type: 'ask', question: { kind: 'map', window: { ...window, rows: 0 }, side: 384 } }],
    [{ type: 'ask', question: { kind: 'map', window: { ...window, row: -1 }, side: 384 } }],
    [{ type: 'ask', question: { kind: 'map', window, side: 1e9 } }],
    [{ type: 'ask', question: { kind: 'map', window: { ...window, row: 0.5 }, side: 10 } }],
    [{ type: 'copy', text: 'a'.repeat(1_000_001) }],
  ])('are refused', (message) => {
    expect(parseFromTensorView(message)).toBeNull();
  });

  it('of the host are known by their type', () => {
    expect(isToTensorView({ type: 'answer' })).toBe(true);
    expect(isToTensorView({ type: 'file' })).toBe(false);
  });
});
