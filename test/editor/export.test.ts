import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { createEngine } from '../../src/host/engine/engine.js';
import { parseReport } from '../../src/protocol/report.js';
import { figuresAs, type FinishedFigures } from '../../src/vscode/export/figures-as.js';
import { closeAll, extension, inWorkspace, open, run } from './support/lens.js';

describe('exported figures', () => {
  const bundles = vscode.Uri.joinPath(extension().extensionUri, 'dist').fsPath;
  const engine = createEngine({ workerFile: path.join(bundles, 'worker.js'), threads: 1, cacheFolder: null });
  afterEach(closeAll);
  after(() => engine.dispose());

  async function finished(): Promise<FinishedFigures> {
    const { session, panel } = await open(inWorkspace('sample/model.safetensors'));
    const { analysis, elapsedMs } = await run({ session, panel });
    const { opened } = session;
    const model = opened?.inspection.recognition.models[0];
    assert.ok(opened && model && analysis);
    return {
      opened,
      model,
      analysis,
      elapsedMs,
      analyse: (focus) => session.analyse(focus),
      engine,
      version: '0.0.0',
      bundles,
    };
  }

  it('as CSV have a row for each mode, with the figures of the panel', async () => {
    const figures = await finished();
    const [header, ...lines] = (await figuresAs('csv', figures)).trimEnd().split('\r\n');
    assert.match(header ?? '', /^layer,head,mode,sigma,cos,/);
    assert.equal(lines.length, 12 * 6 * 64);
    const last = lines.at(-1)?.split(',').map(Number) ?? [];
    const head = figures.analysis.figures.layers[11]?.heads[5];
    assert.deepEqual(last.slice(0, 5), [11, 5, 63, head?.sigma[63], head?.cos[63]]);
  });

  it('as JSON say where they come from', async () => {
    const figures = await finished();
    const json: unknown = JSON.parse(await figuresAs('json', figures));
    assert.ok(typeof json === 'object' && json !== null);
    const { source, models }: { source?: unknown; models?: unknown } = json;
    assert.ok(typeof source === 'object' && source !== null && 'format' in source);
    assert.equal(source.format, 'safetensors');
    assert.ok(Array.isArray(models));
    assert.equal(models.length, 1);
  });

  it('as HTML are one page with both bases that loads nothing', async () => {
    const html = await figuresAs('html', await finished());
    const data = /<script type="application\/json" id="qk-lens-data">([^<]*)<\/script>/.exec(html)?.[1];
    const report = parseReport(data ?? '');
    assert.deepEqual(
      report?.models.map(({ focus }) => focus.basis),
      ['folded', 'raw'],
    );
    assert.deepEqual(html.match(/(src|href)="[^"]+"/g), null);
  });
});
