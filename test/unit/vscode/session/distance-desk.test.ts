import { describe, expect, it } from 'vitest';
import type { Rotation } from '../../../../src/core/model/rotation.js';
import type { DistanceAnswer, ToPanel } from '../../../../src/protocol/panel.js';
import { DistanceDesk } from '../../../../src/vscode/session/distance-desk.js';
import type { Opened } from '../../../../src/vscode/session/opened.js';
import { Viewers, type PanelPort } from '../../../../src/vscode/session/viewers.js';
import { inspection, model } from '../support/checkpoints.js';
import { steppedEngine, type SteppedEngine } from '../support/stepped-engine.js';
import { settled } from '../support/settled.js';

const ROTATION: Rotation = { kind: 'sequence', pairs: 'half', frequencies: [1, 0.1], assumed: null };

interface Set {
  readonly engine: SteppedEngine;
  readonly desk: DistanceDesk;
  readonly port: PanelPort;
  /** Kinds of the answers so far, with the head. */
  readonly told: string[];
  readonly last: () => DistanceAnswer | null;
}

function set(rotation: Rotation | null = ROTATION): Set {
  const engine = steppedEngine(() => inspection());
  const plain = model();
  const read = inspection({ models: [rotation === null ? plain : { ...plain, position: 'rope', rotation }] });
  const opened: Opened = { inspection: read, asFound: read, choices: {}, card: CARD, headerHash: '' };
  const viewers = new Viewers();
  const told: string[] = [];
  let last: DistanceAnswer | null = null;
  const port: PanelPort = {
    post: (message: ToPanel) => {
      if (message.type !== 'distances') return;
      told.push(`${message.answer.kind} ${String(message.head)}`);
      last = message.answer;
    },
  };
  viewers.add(port);
  const viewer = viewers.get(port);
  if (viewer === undefined) throw new Error('no viewer');
  viewers.turn(viewer, 'loaded');
  viewer.focus = { model: 'vision', basis: 'folded' };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const desk = new DistanceDesk({ engine, viewers, opened: () => opened, log });
  return { engine, desk, port, told, last: () => last };
}

const CARD = { fileName: 'a', format: 'safetensors', sizeBytes: 1, models: [], others: [], warnings: [] };

describe('figures over distance, on demand', () => {
  it('are computed once for a head and kept', async () => {
    const { engine, desk, port, told, last } = set();
    desk.want(port, 1, 2);
    expect(engine.distances[0]?.request).toMatchObject({ layer: 1, head: 2, model: 'vision', basis: 'folded' });
    expect(engine.distances[0]?.request.distances[0]).toBe(0);
    engine.distances[0]?.finish(0.5);
    await settled();
    desk.want(port, 1, 2);
    await settled();
    expect(engine.distances).toHaveLength(1);
    expect(told).toEqual(['running 2', 'done 2', 'done 2']);
    expect(last()).toMatchObject({ points: [{ weighted: 0.5 }] });
  });

  it('of heads that were passed by are not computed', async () => {
    const { engine, desk, port, told } = set();
    for (const head of [0, 1, 2]) desk.want(port, 0, head);
    engine.distances[0]?.finish(0);
    await settled();
    engine.distances[1]?.finish(0);
    await settled();
    expect(engine.distances.map(({ request }) => request.head)).toEqual([0, 2]);
    expect(told.filter((each) => each.startsWith('done'))).toEqual(['done 0', 'done 2']);
  });

  it('end when they are cancelled, and can be asked for again', async () => {
    const { engine, desk, port, told } = set();
    desk.want(port, 0, 1);
    desk.cancel();
    await settled();
    expect(engine.distances[0]?.signal.aborted).toBe(true);
    desk.want(port, 0, 1);
    engine.distances[1]?.finish(0);
    await settled();
    expect(told).toEqual(['running 1', 'cancelled 1', 'running 1', 'done 1']);
  });

  it('say what went wrong', async () => {
    const { engine, desk, port, last } = set();
    desk.want(port, 0, 1);
    engine.distances[0]?.fail(new Error('out of order'));
    await settled();
    expect(last()).toEqual({ kind: 'trouble', text: 'The computation failed; the log says why.' });
  });

  it('are not begun for a model without a rotation, or for a head that is not there', async () => {
    const without = set(null);
    without.desk.want(without.port, 0, 0);
    const { engine, desk, port } = set();
    desk.want(port, 0, 3);
    desk.want(port, 9, 0);
    await settled();
    expect([...without.engine.distances, ...engine.distances]).toEqual([]);
  });
});
