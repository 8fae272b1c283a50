import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/host/engine/contract.js';
import { LazyEngine } from '../../../src/vscode/lazy-engine.js';
import { inspection } from './support/checkpoints.js';
import { steppedEngine, type SteppedEngine } from './support/stepped-engine.js';

interface Made {
  readonly stepped: SteppedEngine;
  disposed: boolean;
}

function lazyEngine(): { engine: LazyEngine; made: Made[] } {
  const made: Made[] = [];
  const engine = new LazyEngine((): Engine => {
    const one: Made = { stepped: steppedEngine(() => inspection()), disposed: false };
    made.push(one);
    return {
      inspect: (request, signal) => one.stepped.inspect(request, signal),
      analyze: (request, listener, signal) => one.stepped.analyze(request, listener, signal),
      recall: () => Promise.resolve(null),
      vectors: () => Promise.reject(new Error('not asked for here')),
      overDistance: () => Promise.reject(new Error('not asked for here')),
      tensor: () => Promise.reject(new Error('not asked for here')),
      figuresText: () => Promise.reject(new Error('not asked for here')),
      warm: () => undefined,
      stopWorkers: () => Promise.resolve(),
      dispose: () => {
        one.disposed = true;
        return Promise.resolve();
      },
    };
  });
  return { engine, made };
}

const { signal } = new AbortController();
const request = { path: '/models/model.safetensors', options: {}, partial: false };
const analyze = { inspection: inspection(), model: 'vision', basis: 'folded', have: [] } as const;

describe('an engine made at first use', () => {
  it('is one engine for all requests', async () => {
    const { engine, made } = lazyEngine();
    expect(made).toHaveLength(0);
    await engine.inspect(request, signal);
    await engine.inspect(request, signal);
    expect(made).toHaveLength(1);
  });

  it('is replaced after a change, the old one when its work is done', async () => {
    const { engine, made } = lazyEngine();
    const running = engine.analyze(analyze, { onLayer: () => undefined }, signal);
    await engine.renew();
    await engine.inspect(request, signal);
    expect(made.map(({ disposed }) => disposed)).toEqual([false, false]);
    made[0]?.stepped.steps[0]?.finish();
    await running;
    expect(made.map(({ disposed }) => disposed)).toEqual([true, false]);
  });

  it('without work is replaced at once', async () => {
    const { engine, made } = lazyEngine();
    await engine.renew();
    await engine.inspect(request, signal);
    await engine.renew();
    expect(made.map(({ disposed }) => disposed)).toEqual([true]);
  });
});
