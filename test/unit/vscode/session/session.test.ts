import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../../src/core/errors.js';
import type { ToPanel } from '../../../../src/protocol/panel.js';
import type { Session } from '../../../../src/vscode/session/session.js';
import { HEADS_ASSUMED, inspection, model } from '../support/checkpoints.js';
import { steppedEngine, type Step, type SteppedEngine } from '../support/stepped-engine.js';
import { settled } from '../support/settled.js';
import { choiceMemory, sessionOn } from '../support/made-session.js';

interface Port {
  readonly messages: ToPanel[];
  post(message: ToPanel): void;
  /** Types of the messages since the last call. */
  types(): string[];
}

function port(): Port {
  const messages: ToPanel[] = [];
  let told = 0;
  return {
    messages,
    post: (message) => messages.push(message),
    types() {
      const news = messages.slice(told).map(({ type }) => type);
      told = messages.length;
      return news;
    },
  };
}

function only<Value>(values: readonly Value[]): Value {
  const [value] = values;
  if (value === undefined || values.length !== 1) throw new Error(`${String(values.length)} instead of one`);
  return value;
}

/** A session with one panel that is ready, and its analysis. */
async function shown(
  engine = steppedEngine(() => inspection()),
): Promise<{ session: Session; panel: Port; step: Step }> {
  const session = sessionOn(engine);
  const panel = port();
  session.attach(panel);
  await session.open();
  session.ready(panel);
  return { session, panel, step: only(engine.steps) };
}

const lastOf = <Type extends ToPanel['type']>(panel: Port, type: Type): Extract<ToPanel, { type: Type }> | undefined =>
  [...panel.messages].reverse().find((message): message is Extract<ToPanel, { type: Type }> => message.type === type);

describe('a page that was given its content', () => {
  const filled = async (): Promise<{ session: Session; panel: Port; engine: SteppedEngine }> => {
    const engine = steppedEngine(() => inspection());
    const session = sessionOn(engine);
    const panel = port();
    session.attach(panel);
    session.filled(panel);
    await session.open();
    return { session, panel, engine };
  };

  it('is sent all before it says that it has loaded, and nothing twice', async () => {
    const { session, panel, engine } = await filled();
    only(engine.steps).layer(0);
    expect(panel.types()).toEqual(['file', 'start', 'progress', 'layer', 'progress']);
    session.ready(panel);
    expect(panel.types()).toEqual([]);
  });

  it('gets all again when it asks again, as one does that nothing reached', async () => {
    const { session, panel } = await filled();
    session.ready(panel);
    panel.types();
    session.ready(panel);
    expect(panel.types()).toEqual(['file', 'start', 'progress']);
  });

  it('gets nothing while it is out of sight, and all when it is back', async () => {
    const { session, panel, engine } = await filled();
    panel.types();
    session.hidden(panel);
    only(engine.steps).layer(0);
    expect(panel.types()).toEqual([]);
    session.ready(panel);
    expect(panel.types()).toEqual(['file', 'start', 'layer', 'progress']);
  });

  it('has layers after the first wait until it has loaded', async () => {
    const { session, panel, engine } = await filled();
    let goesOn = false;
    void only(engine.steps).mayGoOn?.then(() => (goesOn = true));
    await settled();
    expect(goesOn).toBe(false);
    session.ready(panel);
    await settled();
    expect(goesOn).toBe(true);
  });
});

describe('a checkpoint that is opened', () => {
  it('is analysed before the panel has loaded, and the panel gets all that there is', async () => {
    const engine = steppedEngine(() => inspection());
    const session = sessionOn(engine);
    const panel = port();
    session.attach(panel);
    await session.open();
    const step = only(engine.steps);
    step.layer(0);
    expect(panel.messages).toEqual([]);
    session.ready(panel);
    expect(panel.types()).toEqual(['file', 'start', 'layer', 'progress']);
    step.layer(1);
    step.layer(2);
    step.finish();
    await settled();
    expect(panel.types()).toEqual(['layer', 'progress', 'layer', 'progress', 'done']);
  });

  it('is sent again whole to a page that was unloaded, without new work', async () => {
    const { session, panel, step } = await shown();
    for (const index of [0, 1, 2]) step.layer(index);
    step.finish();
    await settled();
    session.hidden(panel);
    panel.types();
    session.ready(panel);
    expect(panel.types()).toEqual(['file', 'start', 'layer', 'layer', 'layer', 'done']);
  });

  it('says nothing to a page that is not there', async () => {
    const { session, panel, step } = await shown();
    session.hidden(panel);
    panel.types();
    step.layer(0);
    expect(panel.types()).toEqual([]);
  });

  it('is shown raw where no norm feeds the attention', async () => {
    const { session, panel, step } = await shown(steppedEngine(() => inspection({ models: [model({ norm: false })] })));
    expect(step.request.basis).toBe('raw');
    await session.setBasis(panel, 'folded');
    expect(lastOf(panel, 'start')?.focus.basis).toBe('raw');
  });
});

describe('the basis', () => {
  it('keeps the layers of both sides, and pauses the work that nobody looks at', async () => {
    const engine = steppedEngine(() => inspection());
    const { session, panel, step } = await shown(engine);
    step.layer(0);
    await session.setBasis(panel, 'raw');
    expect(step.signal.aborted).toBe(true);
    expect(engine.steps[1]?.request.basis).toBe('raw');
    panel.types();
    await session.setBasis(panel, 'folded');
    expect(panel.types()).toEqual(['start', 'layer', 'progress']);
    const again = engine.steps[2];
    expect(again?.request.have.map(({ index }) => index)).toEqual([0]);
    again?.layer(1);
    expect(lastOf(panel, 'layer')).toMatchObject({ focus: { basis: 'folded' }, layer: { index: 1 } });
  });

  it('of one panel is not that of another', async () => {
    const engine = steppedEngine(() => inspection());
    const { session, panel, step } = await shown(engine);
    const other = port();
    session.attach(other);
    session.ready(other);
    await session.setBasis(other, 'raw');
    expect(step.signal.aborted).toBe(false);
    other.types();
    step.layer(0);
    expect(panel.types()).toContain('layer');
    expect(other.types()).toEqual([]);
  });

  it('and the model are what the next opening starts with', async () => {
    const engine = steppedEngine(() => inspection({ models: [model(), model({ name: 'text' })] }));
    const choices = choiceMemory();
    const first = sessionOn(engine, choices);
    const panel = port();
    first.attach(panel);
    await first.open();
    await first.setModel(panel, 'text');
    await first.setBasis(panel, 'raw');
    await sessionOn(engine, choices).open();
    expect(engine.steps.at(-1)?.request).toMatchObject({ model: 'text', basis: 'raw' });
  });
});

describe('an analysis that stops', () => {
  it('by the person goes on with the layers at hand', async () => {
    const engine = steppedEngine(() => inspection());
    const { session, panel, step } = await shown(engine);
    step.layer(0);
    session.cancel(panel);
    await settled();
    expect(lastOf(panel, 'stopped')).toMatchObject({ reason: 'cancelled', done: 1 });
    session.resume(panel);
    expect(engine.steps[1]?.request.have.map(({ index }) => index)).toEqual([0]);
  });

  it('by a crash says so once, and the next try works', async () => {
    const engine = steppedEngine(() => inspection());
    const { session, panel, step } = await shown(engine);
    step.layer(0);
    step.fail(new CheckpointError('worker-stopped', 'computation', 'the computation stopped', 'try again'));
    await settled();
    expect(panel.messages.filter(({ type }) => type === 'stopped')).toHaveLength(1);
    expect(lastOf(panel, 'stopped')).toMatchObject({ reason: 'crashed', done: 1 });
    session.resume(panel);
    engine.steps[1]?.layer(1);
    engine.steps[1]?.layer(2);
    engine.steps[1]?.finish();
    await settled();
    expect(panel.types().at(-1)).toBe('done');
    expect(session.runOf(panel)?.status).toBe('done');
  });

  it('since the file is no longer what it was shows the page for that', async () => {
    const { session, panel, step } = await shown();
    step.fail(new CheckpointError('changed', 'model.safetensors', 'the file changed', 'open it again'));
    await settled();
    expect(lastOf(panel, 'problem')?.problem.code).toBe('changed');
    expect(session.state.kind).toBe('problem');
  });

  it('does not take late layers of what was cancelled', async () => {
    const { session, panel, step } = await shown();
    session.cancel(panel);
    step.layer(0);
    expect(session.runOf(panel)?.layers).toEqual([]);
  });
});

describe('a file', () => {
  it('that cannot be read has a page, and is shown as soon as it can be', async () => {
    const engine = steppedEngine(
      () => new CheckpointError('empty', 'model.safetensors', 'it holds no byte', 'copy it again'),
    );
    const session = sessionOn(engine);
    const panel = port();
    session.attach(panel);
    session.ready(panel);
    await session.open();
    expect(panel.types()).toEqual(['problem']);
    engine.answer = () => inspection();
    await session.fileChanged();
    expect(panel.types()).toContain('file');
  });

  it('that is cut short offers the layers before the break, if there are any', async () => {
    const cut = new CheckpointError('truncated', 'm', 'the file ends early', 'copy it again', {
      wholeTensors: 9,
      brokenTensor: 'blocks.2.attn.q.weight',
    });
    const engine = steppedEngine(({ partial }) => (partial ? inspection({ models: [model({ depth: 2 })] }) : cut));
    const session = sessionOn(engine);
    const panel = port();
    session.attach(panel);
    session.ready(panel);
    await session.open();
    const actions = lastOf(panel, 'problem')?.problem.actions ?? [];
    expect(actions.find(({ action }) => action === 'show-partial')?.label).toBe('Show layers 0 to 1');
    await session.open(true);
    expect(only(engine.steps).request.inspection.recognition.models[0]?.layers).toHaveLength(2);
  });

  it('that was saved again with the same model is shown anew by itself', async () => {
    const engine = steppedEngine(() => inspection());
    const { session, panel } = await shown(engine);
    engine.answer = () => inspection({ modifiedMs: 2 });
    await session.fileChanged();
    expect(engine.steps).toHaveLength(2);
    expect(panel.types().slice(-3)).toEqual(['file', 'start', 'progress']);
    expect(session.note).toBeNull();
  });

  it('that was only touched is left as it is', async () => {
    const engine = steppedEngine(() => inspection());
    const { session, step } = await shown(engine);
    await session.fileChanged();
    expect(engine.steps).toHaveLength(1);
    expect(step.signal.aborted).toBe(false);
  });

  it('that holds another model now, or is half written, keeps its figures under a note', async () => {
    const engine = steppedEngine(() => inspection());
    const { session, panel, step } = await shown(engine);
    for (const index of [0, 1, 2]) step.layer(index);
    step.finish();
    await settled();
    engine.answer = () => inspection({ models: [model({ depth: 5 })], modifiedMs: 2 });
    await session.fileChanged();
    expect(lastOf(panel, 'note')?.note?.kind).toBe('changed');
    engine.answer = () => new CheckpointError('truncated', 'm', 'the file ends early', 'copy it again');
    await session.fileChanged();
    expect(lastOf(panel, 'note')?.note?.text).toContain('cannot be read now');
    expect(session.runOf(panel)?.status).toBe('done');
    await session.open();
    expect(session.state.kind).toBe('problem');
  });

  it('that is gone keeps its figures under a note, which a page that loads later gets too', async () => {
    const { session, panel } = await shown();
    session.fileGone();
    expect(lastOf(panel, 'note')?.note).toMatchObject({ kind: 'gone' });
    session.hidden(panel);
    panel.types();
    session.ready(panel);
    expect(panel.types().at(-1)).toBe('note');
  });
});

describe('what the person says', () => {
  const assumed = (): SteppedEngine =>
    steppedEngine(({ options }) =>
      options.heads === undefined
        ? inspection({ models: [model({ assumptions: [HEADS_ASSUMED] })] })
        : inspection({ models: [model({ heads: options.heads })] }),
    );

  it('on heads is used, can be seen, and can be taken back', async () => {
    const engine = assumed();
    const { session, panel } = await shown(engine);
    expect(lastOf(panel, 'file')?.file.models[0]?.assumptions).toEqual([HEADS_ASSUMED]);
    await session.setRecognition({ heads: 6 });
    expect(engine.inspected.at(-1)?.options).toEqual({ heads: 6 });
    expect(lastOf(panel, 'file')?.file.models[0]).toMatchObject({
      heads: [6, 6, 6],
      assumptions: [{ code: 'heads', value: 6, choices: [2, 3, 6] }],
    });
  });

  it('on an assumption is remembered for the file', async () => {
    const engine = assumed();
    const choices = choiceMemory();
    const session = sessionOn(engine, choices);
    const panel = port();
    session.attach(panel);
    await session.open();
    session.ready(panel);
    await session.keep('heads');
    expect(lastOf(panel, 'file')?.file.models[0]).toMatchObject({ assumptions: [], confirmedBy: ['your choice'] });
    const next = sessionOn(engine, choices);
    await next.open();
    expect(next.opened?.card.models[0]?.assumptions).toEqual([]);
    engine.answer = () => inspection({ models: [model({ assumptions: [HEADS_ASSUMED] })], headerHash: 'other' });
    await next.open();
    expect(next.opened?.card.models[0]?.assumptions).toEqual([HEADS_ASSUMED]);
  });

  it('on heads is dropped when the file cannot be read with it any more', async () => {
    const engine = assumed();
    const { session } = await shown(engine);
    await session.setRecognition({ heads: 6 });
    const found = inspection({ models: [model({ assumptions: [HEADS_ASSUMED] })] });
    engine.answer = ({ options }) =>
      options.heads === undefined
        ? found
        : new CheckpointError('wrong-use', 'm', '6 heads do not divide 10', 'say another number');
    await session.open();
    expect(session.state.kind).toBe('open');
    expect(session.opened?.choices.heads).toBeUndefined();
  });

  it('on the model is asked for where none is obvious', async () => {
    const engine = steppedEngine(() =>
      inspection({ models: [model({ name: 'one' }), model({ name: 'two' })], defaults: [] }),
    );
    const session = sessionOn(engine);
    const panel = port();
    session.attach(panel);
    session.ready(panel);
    await session.open();
    expect(lastOf(panel, 'problem')?.problem.code).toBe('ambiguous');
    expect(engine.steps).toEqual([]);
    panel.types();
    await session.setModel(panel, 'two');
    expect(panel.types()).toEqual(['file', 'start', 'progress']);
    expect(only(engine.steps).request.model).toBe('two');
  });

  it('cannot name a model that is not there', async () => {
    const engine = steppedEngine(() => inspection());
    const { session, panel } = await shown(engine);
    panel.types();
    await session.setModel(panel, 'other');
    expect(panel.types()).toEqual([]);
  });

  it('gives a page where no attention was found, whose tensors can be named', async () => {
    const engine = steppedEngine(({ options }) =>
      options.named === undefined
        ? inspection({ models: [], looksLike: 'a convolutional network: `conv1.weight`' })
        : inspection(),
    );
    const session = sessionOn(engine);
    const panel = port();
    session.attach(panel);
    session.ready(panel);
    await session.open();
    expect(lastOf(panel, 'problem')?.problem.code).toBe('no-attention');
    expect(lastOf(panel, 'problem')?.problem.detail).toContain('a convolutional network');
    await session.setRecognition({ named: { query: 'a.{i}.q', key: 'a.{i}.k' } });
    expect(session.state.kind).toBe('open');
  });
});

describe('a session that ends', () => {
  it('stops its work', async () => {
    const { session, step } = await shown();
    session.dispose();
    expect(step.signal.aborted).toBe(true);
  });
});
