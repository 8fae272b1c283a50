import { describe, expect, test } from 'vitest';
import { movedStrength, pointSentence } from '../../../webview/app/tabs/curve-points.js';
import { imageTable } from '../../../webview/app/image-tables.js';
import { initialState } from '../../../webview/state/saved.js';

const POINTS = [
  { strength: 0, relativeL2: 0, band: [0, 0] },
  { strength: 2.5, relativeL2: 0.25, band: null },
  { strength: 8, relativeL2: 0.5, band: [0.1, 0.625] },
] as const;

describe('points of the curve of a prompt', () => {
  test('arrow keys go to the next one, also from a strength between them, and not beyond the ends', () => {
    expect(movedStrength(POINTS, 0, 'ArrowRight')).toBe(2.5);
    expect(movedStrength(POINTS, 3, 'ArrowRight')).toBe(8);
    expect(movedStrength(POINTS, 3, 'ArrowLeft')).toBe(2.5);
    expect(movedStrength(POINTS, 8, 'ArrowRight')).toBeNull();
    expect(movedStrength(POINTS, 2.5, 'End')).toBe(8);
    expect(movedStrength([], 0, 'Home')).toBeNull();
    expect(movedStrength(POINTS, 0, 'x')).toBeNull();
  });

  test('are told with what the same prompt does elsewhere, once that is known', () => {
    const [, second, third] = POINTS;
    expect(pointSentence(second)).toBe('Strength 2.5: the output changes by 25 %.');
    expect(pointSentence(third)).toBe('Strength 8.0: the output changes by 50 %, shifted 10 % to 63 %.');
  });

  test('are copied as a table', () => {
    const state = initialState(null);
    expect(imageTable(state, 'prompt-curve')).toBeNull();
    const table = imageTable({ ...state, image: { ...state.image, promptCurve: POINTS } }, 'prompt-curve');
    expect(table?.rows).toEqual([
      ['0', '0', '0', '0'],
      ['2.5', '0.25', '', ''],
      ['8', '0.5', '0.1', '0.625'],
    ]);
  });
});
