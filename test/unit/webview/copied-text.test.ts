import { describe, expect, test } from 'vitest';
import { layersTable, modesTable, tabbed } from '../../../webview/app/tables.js';
import { copiedText } from '../../../webview/app/use-keys.js';
import { headEntries } from '../../../src/core/charts/head-entries.js';
import { plainNumber } from '../../../src/core/charts/format.js';
import { initialState } from '../../../webview/state/saved.js';
import { layersOf, madeHead, madeLayer } from '../core/charts/made-heads.js';
import { after, fileMessage, runMessages } from './made-messages.js';

const head = madeHead({ sigma: [2, 1, 0.9], cos: [0.5, 0.25, 0.3], blocks: [[1, 2]] });
const state = after([fileMessage(), ...runMessages([madeLayer(0, [head])])]);

describe('Ctrl+C', () => {
  test('gives the cell, the row or the whole figure as text with tabs', () => {
    expect(copiedText(state, 'cell')).toBe('L0 H0\tweighted\t0.3897436\tmean\t0.35');
    expect(copiedText(state, 'entry')).toBe('L0 H0 M0\tsigma\t2\tcosine\t0.5');
    expect(copiedText(state, 'modes')?.split('\n')).toEqual([
      'mode\tsigma\tcosine\tangle\tblock',
      'M0\t2\t0.5\t0.01\t',
      'M1\t1\t0.25\t0.01\tM1\u20132',
      'M2\t0.9\t0.3\t0.01\tM1\u20132',
    ]);
  });

  test('gives nothing while nothing is selected', () => {
    expect(copiedText(initialState(null), 'cell')).toBeNull();
  });
});

describe('tables', () => {
  test('the layers with their lowest and highest head', () => {
    const table = layersTable(layersOf([[0.9, -0.2, 0.3]]), plainNumber);
    expect(table.rows[0]?.[1]).toBe('0.3333333');
    expect(table.rows[0]?.slice(-2)).toEqual(['H1 -0.2', 'H0 0.9']);
  });

  test('figures for reading have two decimals', () => {
    expect(layersTable(layersOf([[0.9, -0.2, 0.3]])).rows[0]?.slice(0, 5)).toEqual([
      '0',
      '0.33',
      '0.01',
      '0.33',
      '0.70',
    ]);
  });

  test('every mode of a head has a row of its own', () => {
    expect(tabbed(modesTable(head, headEntries(head, 0.1))).split('\n')).toHaveLength(4);
  });
});
