import assert from 'node:assert/strict';
import { figuresAs, type FinishedFigures } from '../../src/vscode/export/figures-as.js';
import { closeAll, inWorkspace, open, run } from './support/lens.js';

describe('exported figures', () => {
  afterEach(closeAll);

  async function finished(): Promise<FinishedFigures> {
    const shown = await open(inWorkspace('sample/model.safetensors'));
    const current = await run(shown);
    const { opened } = shown.session;
    assert.ok(opened);
    assert.ok(current.analysis);
    return { opened, run: current, analysis: current.analysis, version: '0.0.0' };
  }

  it('as CSV have a row for each mode, with the figures of the panel', async () => {
    const figures = await finished();
    const [header, ...lines] = (await figuresAs('csv', figures)).trimEnd().split('\r\n');
    assert.match(header ?? '', /^layer,head,mode,sigma,cos,/);
    assert.equal(lines.length, 12 * 6 * 64);
    const last = lines.at(-1)?.split(',').map(Number) ?? [];
    const head = figures.run.layers[11]?.heads[5];
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
});
