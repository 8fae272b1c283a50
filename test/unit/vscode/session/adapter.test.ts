import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../../src/core/errors.js';
import type { AdapterFacts } from '../../../../src/core/tensors/tensor-index.js';
import type { Inspection, InspectRequest } from '../../../../src/host/engine/contract.js';
import type { ToPanel } from '../../../../src/protocol/panel.js';
import type { Session } from '../../../../src/vscode/session/session.js';
import { inspection } from '../support/checkpoints.js';
import { steppedEngine, type SteppedEngine } from '../support/stepped-engine.js';
import { choiceMemory, sessionOn } from '../support/made-session.js';

const FILE = '/models/lora/adapter_model.safetensors';
const BASE = '/models/base/model.safetensors';
const FACTS: AdapterFacts = {
  file: 'adapter_model.safetensors',
  applied: false,
  matrices: 24,
  targets: ['query', 'value'],
  rank: [8, 8],
  scale: [2, 2],
  magnitudes: false,
  replaced: 0,
  base: 'google/vit-base-patch16-224',
};

/** An adapter that fits one base and no other. */
function answer({ path, adapter }: InspectRequest): Inspection | Error {
  if (path === FILE) return { ...inspection({ models: [], headerHash: 'lora' }), adapter: FACTS };
  if (path !== BASE || adapter?.path !== FILE) {
    return new CheckpointError(
      'wrong-use',
      'other.pt',
      'the adapter changes q, of which it has no weight',
      'choose another',
    );
  }
  return { ...inspection({ headerHash: 'merged' }), adapter: { ...FACTS, applied: true } };
}

/** A session with a panel and what it was told. */
async function opened(engine: SteppedEngine, choices = choiceMemory()): Promise<{ session: Session; told: ToPanel[] }> {
  const session = sessionOn(engine, choices, { path: FILE, fileName: 'adapter_model.safetensors' });
  const told: ToPanel[] = [];
  const port = { post: (message: ToPanel) => void told.push(message) };
  session.attach(port);
  await session.open();
  session.ready(port);
  return { session, told };
}

const lastOf = <Type extends ToPanel['type']>(
  told: readonly ToPanel[],
  type: Type,
): Extract<ToPanel, { type: Type }> | undefined =>
  [...told].reverse().find((message): message is Extract<ToPanel, { type: Type }> => message.type === type);

const lastProblem = (told: readonly ToPanel[]) => lastOf(told, 'problem')?.problem;

describe('an adapter in the editor', () => {
  it('says what it is and asks for its base', async () => {
    const { told } = await opened(steppedEngine(answer));
    const page = lastProblem(told);
    expect(page).toMatchObject({ code: 'adapter-alone', title: 'adapter_model.safetensors is a LoRA adapter.' });
    expect(page?.detail).toContain('rank 8; scale 2; 24 matrices: query, value');
    expect(page?.advice).toContain('google/vit-base-patch16-224');
    expect(page?.actions.map(({ action }) => action)).toEqual(['choose-base', 'list-tensors']);
  });

  it('is shown over the base that was chosen, now and when it is opened again', async () => {
    const choices = choiceMemory();
    const engine = steppedEngine(answer);
    const { session, told } = await opened(engine, choices);
    await session.setBase(BASE);
    expect(session.state.kind).toBe('open');
    expect(lastOf(told, 'file')?.file.fileName).toBe('adapter_model.safetensors');
    await session.setRecognition({ heads: 6 });
    expect(engine.inspected.at(-1)).toEqual({
      path: BASE,
      partial: false,
      adapter: { path: FILE, alpha: null },
      options: { heads: 6 },
    });
    const again = await opened(steppedEngine(answer), choices);
    expect(again.session.state.kind).toBe('open');
  });

  it('says why a base will not do, and asks again', async () => {
    const { session, told } = await opened(steppedEngine(answer));
    await session.setBase('/models/other.pt');
    expect(lastProblem(told)).toMatchObject({ code: 'adapter-alone' });
    expect(lastProblem(told)?.detail).toContain('the adapter changes q, of which it has no weight');
    await session.setBase(BASE);
    expect(session.state.kind).toBe('open');
  });
});
