import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { TensorQuestion } from '../../../../src/core/analysis/tensor/questions.js';
import { createEngine } from '../../../../src/host/engine/engine.js';
import { SAMPLE } from '../../support/analyse.js';

const WORKER = path.join(import.meta.dirname, '../../../../dist/worker.js');
const never = new AbortController().signal;

describe('a tensor, asked in a worker', () => {
  const engine = createEngine({ workerFile: WORKER, threads: 1, cacheFolder: null });
  afterAll(() => engine.dispose());

  async function ask(name: string, question: TensorQuestion, signal = never) {
    const inspection = await engine.inspect({ path: SAMPLE, options: {}, partial: false }, never);
    const tensor = inspection.tensors.find((each) => each.name.endsWith(name));
    if (tensor === undefined) throw new Error(`there is no tensor ${name}`);
    return engine.tensor({ inspection, tensor, question }, signal);
  }

  it('tells its statistics, and its spectrum agrees with them', async () => {
    const told = await ask('layer.3.attention.attention.query.weight', { kind: 'statistics' });
    const spectrum = await ask('layer.3.attention.attention.query.weight', { kind: 'spectrum' });
    if (told.kind !== 'statistics' || spectrum.kind !== 'spectrum') throw new Error('another question was answered');
    const { count, finite } = told.statistics;
    const squares = spectrum.sigma.reduce((sum, value) => sum + value ** 2, 0);
    expect(count).toBe(384 * 384);
    expect(squares).toBeCloseTo(count * ((finite?.deviation ?? NaN) ** 2 + (finite?.mean ?? NaN) ** 2), 8);
  });

  it('stops when nobody waits any more, and answers the next question', async () => {
    const cancel = new AbortController();
    const asked = ask('layer.3.mlp.fc1.weight', { kind: 'spectrum' }, cancel.signal);
    cancel.abort();
    await expect(asked).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    const window = { row: 0, rows: 4, column: 0, columns: 4 };
    const { kind } = await ask('layer.3.mlp.fc1.weight', { kind: 'map', window, side: 4 });
    expect(kind).toBe('map');
  });
});
