import { describe, expect, test } from 'vitest';
import { isToPanel } from '../../../src/protocol/is-to-panel.js';
import { parseFromPanel } from '../../../src/protocol/panel-guards.js';
import type { FromPanel } from '../../../src/protocol/panel.js';

const GOOD: readonly FromPanel[] = [
  { type: 'ready', protocol: 1 },
  { type: 'basis', basis: 'raw' },
  { type: 'model', model: 'teacher' },
  { type: 'pick-model' },
  { type: 'heads', heads: 12 },
  { type: 'heads', heads: null },
  { type: 'keep-assumption', code: 'heads' },
  { type: 'cancel' },
  { type: 'resume' },
  { type: 'reload' },
  { type: 'export' },
  { type: 'copy', text: 'L8 H3\t0.41' },
  { type: 'problem-action', action: 'show-log' },
  { type: 'selected', layer: 8, head: 3, label: 'L8 H3' },
  { type: 'picture', id: 1, svg: '<svg/>', png: null },
  { type: 'picture', id: 1, svg: null, png: new Uint8Array([1, 2]) },
  { type: 'picture-copied', picture: 'attention', problem: null },
  { type: 'picture-copied', picture: 'prompting', problem: null },
  { type: 'picture-copied', picture: 'layers', problem: 'Document is not focused.' },
  { type: 'error', message: 'x' },
];

const HOSTILE: readonly unknown[] = [
  null,
  undefined,
  7,
  'ready',
  [],
  {},
  { type: 'run-command', command: 'x' },
  { type: '__proto__' },
  { type: 'ready' },
  { type: 'ready', protocol: '1' },
  { type: 'ready', protocol: 1, extra: true },
  { type: 'basis', basis: 'published' },
  { type: 'model', model: 'x'.repeat(3000) },
  { type: 'heads', heads: 0 },
  { type: 'heads', heads: -3 },
  { type: 'heads', heads: 1.5 },
  { type: 'heads', heads: NaN },
  { type: 'heads', heads: 1e9 },
  { type: 'keep-assumption', code: 'toString' },
  { type: 'copy', text: { toString: 'x' } },
  { type: 'copy', text: 'x'.repeat(20_000_001) },
  { type: 'problem-action', action: 'delete' },
  { type: 'selected', layer: -1, head: 0, label: '' },
  { type: 'selected', layer: Infinity, head: 0, label: '' },
  { type: 'selected', layer: 0, head: 0, label: ['L0'] },
  { type: 'picture', id: 0.5, svg: null, png: null },
  { type: 'picture-copied', picture: 'another', problem: null },
  { type: 'picture-copied', picture: 'head', problem: 'x'.repeat(3_000) },
  { type: 'picture', id: 1, svg: null, png: [1, 2, 3] },
  { type: 'picture', id: 1, svg: null, png: { byteLength: 3 } },
  { type: 'error', message: 'x'.repeat(3000) },
];

describe('messages of the panel', () => {
  test.each(GOOD)('$type is understood', (message) => {
    expect(parseFromPanel(message)).toEqual(message);
  });

  test.each(HOSTILE.map((message) => [message]))('a hostile one is refused (%#)', (message) => {
    expect(parseFromPanel(message)).toBeNull();
  });

  test('nothing but own fields of the message is taken over', () => {
    const inherited: unknown = Object.create({ type: 'ready', protocol: 1 });
    const parsed = parseFromPanel(JSON.parse('{"type":"cancel","__proto__":{"polluted":1}}'));
    expect(parsed === null || !('polluted' in parsed)).toBe(true);
    expect(() => parseFromPanel(inherited)).not.toThrow();
  });
});

describe('messages to the panel', () => {
  test('are told by their type', () => {
    expect(isToPanel({ type: 'done' })).toBe(true);
    expect(isToPanel({ type: 'ready' })).toBe(false);
    expect(isToPanel(null)).toBe(false);
    expect(isToPanel('done')).toBe(false);
    expect(isToPanel({})).toBe(false);
  });
});
