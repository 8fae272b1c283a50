import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ToPanel } from '../../../../src/protocol/panel.js';
import { Ahead } from '../../../../src/vscode/session/ahead.js';
import { madeCard } from '../../webview/made-image.js';
import { type SteppedLab, steppedLab } from '../support/stepped-lab.js';
import { settled } from '../support/settled.js';

let lab: SteppedLab;
let posted: ToPanel[];
let isShown: boolean;
let ahead: Ahead;
let quiet: Promise<void>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  lab = steppedLab();
  posted = [];
  isShown = true;
  quiet = Promise.resolve();
  const port = { post: (message: ToPanel) => posted.push(message) };
  ahead = new Ahead(
    lab,
    madeCard(),
    [4, 4, 2],
    port,
    () => isShown,
    () => quiet,
  );
});
afterEach(() => {
  vi.useRealTimers();
});

/** Answers what is asked until nothing more is. @param size numbers of the maps of a head */
async function answerAll(size = 4): Promise<string[]> {
  vi.runAllTimers();
  await settled();
  const asked: string[] = [];
  for (let call = lab.calls[0]; call !== undefined; call = lab.calls[asked.length]) {
    asked.push(`${call.name} ${JSON.stringify(call.params)}`);
    call.answer(call.name === 'head' ? { queryMaps: new Float32Array(size) } : { rows: new Float32Array(4) });
    await settled();
  }
  return asked;
}

const head = (layer: number, index: number): string =>
  `head ${JSON.stringify({ layer, head: index, basis: 'raw', ahead: true })}`;
const row = (layer: number, token: number): string => `attention ${JSON.stringify({ layer, token })}`;

/** Patch 0 of a picture of 2 x 3 patches behind a class token. */
const LOOK = { layer: 1, head: 3, token: 1, basis: 'raw' } as const;

describe('what is sent ahead', () => {
  it('are the heads, layers and patches beside what is looked at, then the other heads of the layer', async () => {
    ahead.look(LOOK);
    expect(await answerAll()).toEqual([
      ...[head(1, 2), head(2, 1), row(2, 1), head(0, 3), row(0, 1)],
      ...[row(1, 2), row(1, 4)],
      ...[head(1, 1), head(1, 0)],
    ]);
    const sent = posted.map((message) =>
      message.type === 'ahead' ? [message.heads.length, message.rows.length] : null,
    );
    expect(sent).toEqual([
      [4, 4],
      [1, 0],
    ]);
  });

  it('is not sent again for the next look', async () => {
    ahead.look(LOOK);
    const first = await answerAll();
    ahead.look({ ...LOOK, head: 2 });
    vi.runAllTimers();
    await settled();
    // Head 3 itself, which the page asked for on its own.
    expect(lab.calls.slice(first.length).map(({ params }) => params)).toMatchObject([{ layer: 1, head: 3 }]);
  });

  it('waits for what is asked, and gives way to it', async () => {
    let hush = (): void => undefined;
    quiet = new Promise((resolve) => {
      hush = resolve;
    });
    ahead.look(LOOK);
    vi.runAllTimers();
    await settled();
    expect(lab.calls).toHaveLength(0);
    hush();
    await settled();
    expect(lab.calls).toHaveLength(1);
    let answer = (): void => undefined;
    const asking = ahead.after(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    vi.runAllTimers();
    await settled();
    expect(lab.calls[0]?.call.signal.aborted).toBe(true);
    expect(lab.calls).toHaveLength(1);
    answer();
    await asking;
    vi.runAllTimers();
    await settled();
    expect(lab.calls).toHaveLength(2);
  });

  it('is nothing for a page out of sight, and ends where it would fill the memory of the page', async () => {
    ahead.look(LOOK);
    const [first] = await answerAll(3_000_000);
    expect(first).toBe(head(1, 2));
    expect(lab.calls).toHaveLength(1);
    isShown = false;
    ahead.look({ ...LOOK, layer: 0 });
    vi.runAllTimers();
    await settled();
    expect(lab.calls).toHaveLength(1);
  });
});
