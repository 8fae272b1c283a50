import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import type { ToPanel } from '../../src/protocol/panel.js';
import type { ImageDesk } from '../../src/vscode/session/image-desk.js';
import { measureBusy } from './support/busy.js';
import { closeAll, inWorkspace, open, run, type Shown } from './support/lens.js';
import { until } from './support/until.js';

/** The extension host may never be busy for longer. */
const BLOCKED_LIMIT_MS = 50;

const sample = (): vscode.Uri => inWorkspace('sample/model.safetensors');
const picture = (name: string) => ({ kind: 'file', path: inWorkspace(`sample/images/${name}`).fsPath }) as const;

async function shownSample(): Promise<Shown> {
  const shown = await open(sample());
  await run(shown);
  return shown;
}

const state = (image: ImageDesk, kind: ImageDesk['state']['kind']): Promise<true> =>
  until(`a picture that is ${kind}`, () => (image.state.kind === kind ? true : undefined));

/** A panel of the test's own, which keeps what it is told. */
function listen({ session }: Shown): { messages: ToPanel[]; post(message: ToPanel): void } {
  const messages: ToPanel[] = [];
  const port = { messages, post: (message: ToPanel) => void messages.push(message) };
  session.attach(port);
  session.ready(port);
  return port;
}

describe('a picture', () => {
  afterEach(async () => {
    await closeAll();
  });

  it('is run in a process of its own, and the extension host is never blocked', async () => {
    const shown = await shownSample();
    const { image } = shown.session;
    const longestBusyMs = measureBusy();
    await image.open(shown.panel, picture('chelsea.png'));
    await state(image, 'ready');
    const port = listen(shown);
    image.ask(port, { type: 'want-head', image: image.figures?.card.id ?? 0, layer: 8, head: 3 });
    const { figures } = await until('the maps', () =>
      port.messages.find((message) => message.type === 'head-on-image'),
    );
    const longestMs = longestBusyMs();
    assert.equal(figures.queryMaps.length, 64 * 256);
    assert.ok(longestMs <= BLOCKED_LIMIT_MS, `blocked for ${longestMs.toFixed(0)} ms`);
    assert.notEqual(await image.processId(), process.pid);
    await image.close();
  });

  it('is told to its panel, whose page asks for the head that is selected', async () => {
    const shown = await shownSample();
    const { image } = shown.session;
    await image.open(shown.panel, picture('coffee.png'));
    await state(image, 'ready');
    assert.deepEqual(image.figures?.card.grid, [16, 16]);
    assert.equal((await until('a selection', () => shown.panel.selection ?? undefined)).layer, 5);
    await image.close();
  });

  it('is there again when its checkpoint is opened the next time, until it is closed', async () => {
    const first = await shownSample();
    await first.session.image.open(first.panel, picture('rocket.png'));
    await state(first.session.image, 'ready');
    await closeAll();
    const second = await shownSample();
    await state(second.session.image, 'ready');
    assert.equal(second.session.image.figures?.card.name, 'rocket.png');
    await second.session.image.close();
    await closeAll();
    const third = await shownSample();
    assert.equal(third.session.image.state.kind, 'none');
  });

  it('whose process is killed is tried again', async () => {
    const shown = await shownSample();
    const { image } = shown.session;
    await image.open(shown.panel, picture('chelsea.png'));
    await state(image, 'ready');
    const id = await image.processId();
    assert.ok(id !== null);
    process.kill(id, 'SIGKILL');
    const port = listen(shown);
    image.ask(port, { type: 'want-attention', image: image.figures?.card.id ?? 0, layer: 3, token: 7 });
    // The run that died is made again, or its failure is told and can be tried again.
    await until('an answer', () =>
      image.state.kind === 'failed' || port.messages.some(({ type }) => type === 'attention-rows') ? true : undefined,
    );
    if (image.state.kind === 'failed') await image.retry();
    await state(image, 'ready');
    await image.close();
  });

  it('that is none says so', async () => {
    const shown = await shownSample();
    const { image } = shown.session;
    await image.open(shown.panel, { kind: 'file', path: inWorkspace('sample/config.json').fsPath });
    await state(image, 'failed');
    assert.ok(image.state.kind === 'failed' && image.state.trouble.title.startsWith('config.json'));
    await image.close();
  });
});
