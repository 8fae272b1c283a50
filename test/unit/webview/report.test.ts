import { describe, expect, test } from 'vitest';
import { reportText } from '../../../src/protocol/report.js';
import type { ToPanel } from '../../../src/protocol/panel.js';
import { readReport } from '../../../webview/report/read-report.js';
import { staticHost } from '../../../webview/report/static-host.js';
import { madeHead, madeLayer } from '../core/charts/made-heads.js';
import { FOLDED, madeCard, madeFile, RAW } from './made-messages.js';

const layers = [madeLayer(0, [madeHead({ sigma: [2, 0], cos: [0.5, NaN] })])];
const bands = { mode: 0.1, headMean: 0.01, layerMean: 0.01 };
const model = (focus: typeof FOLDED): Parameters<typeof reportText>[0]['models'][number] => ({
  focus,
  bands,
  layers,
  verdict: [
    { text: 'x', place: { layer: 0, head: null } },
    { text: 'y', emphasis: true },
  ],
  warnings: [],
});
const report = {
  file: madeFile([madeCard('vision', { title: '</script><!-- \u2028' })]),
  models: [model(FOLDED), model(RAW)],
};

describe('the data of the page', () => {
  test('comes back whole, NaN included', () => {
    expect(readReport(reportText(report))).toEqual(report);
  });

  test('no name out of a file can end its element', () => {
    expect(reportText(report)).not.toContain('<');
  });

  test.each([
    '',
    '{',
    'null',
    '[]',
    '{"schema":2}',
    reportText(report).replace('"sigma":[2,0]', '"sigma":"2"'),
    reportText(report).replace('"fileName"', '"name"'),
    reportText({ ...report, models: [] }),
  ])('damaged data is refused (%#)', (text) => {
    expect(readReport(text)).toBeNull();
  });
});

describe('the host of the page', () => {
  test('tells the first model, then what is asked for, and ignores what it does not hold', () => {
    const heard: ToPanel[] = [];
    const host = staticHost(report);
    host.connect((message) => heard.push(message));
    expect(heard.map(({ type }) => type)).toEqual(['file', 'start', 'layer', 'done']);
    host.send({ type: 'basis', basis: 'raw' });
    expect(heard[4]).toEqual({ type: 'start', focus: RAW, depth: 1 });
    const before = heard.length;
    host.send({ type: 'model', model: 'none' });
    host.send({ type: 'export' });
    host.send({ type: 'heads', heads: 3 });
    expect(heard).toHaveLength(before);
  });

  test('answers with the figures over distance that it holds, and is silent about others', () => {
    const point = { distance: 1, offsets: 4, weighted: 0.25, mean: null, weightedBand: 0.1 };
    const text = reportText({ ...report, models: [{ ...model(FOLDED), distances: [[[point]]] }, model(RAW)] });
    const read = readReport(text);
    if (read === null) throw new Error('the page could not be read');
    const heard: ToPanel[] = [];
    const host = staticHost(read);
    host.connect((message) => heard.push(message));
    heard.length = 0;
    host.send({ type: 'want-distances', layer: 0, head: 0 });
    expect(heard).toEqual([
      { type: 'distances', focus: FOLDED, layer: 0, head: 0, answer: { kind: 'done', points: [point] } },
    ]);
    host.send({ type: 'want-distances', layer: 0, head: 1 });
    host.send({ type: 'want-distances', layer: 9, head: 0 });
    expect(heard).toHaveLength(1);
    expect(readReport(text.replace('"weighted":0.25', '"weighted":"0.25"'))).toBeNull();
  });

  test('works where the browser has no storage for the page', () => {
    const host = staticHost(report);
    host.save({ a: 1 });
    expect(host.load() ?? null).toBeNull();
  });
});
