import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { FIXTURES, SAMPLE } from '../support/analyse.js';
import { runCli } from '../support/run-cli.js';

const COFFEE = path.join(SAMPLE, 'images/coffee.png');
const REFERENCE = path.join(FIXTURES, 'attention/coffee');
const VIT = path.join(FIXTURES, 'checkpoints/hf_vit');

const map = v.array(v.array(v.number()));
const top = v.nullable(v.array(v.object({ index: v.number(), value: v.number() })));
const result = v.object({
  schema: v.literal(1),
  command: v.literal('modes'),
  basis: v.string(),
  warnings: v.array(v.object({ code: v.string() })),
  modes: v.array(
    v.object({
      index: v.number(),
      sigma: v.number(),
      cos: v.nullable(v.number()),
      contribution: v.number(),
      shareOfScore: v.nullable(v.number()),
      shareOfModes: v.nullable(v.number()),
      block: v.nullable(v.tuple([v.number(), v.number()])),
      queryMap: map,
      keyMap: map,
    }),
  ),
  keyBias: v.object({ contribution: v.number() }),
  scoreVariance: v.number(),
  ablation: v.optional(
    v.object({
      modes: v.array(v.number()),
      outputChange: v.object({ relativeL2: v.number(), cosine: v.number() }),
      topBefore: top,
      topAfter: top,
    }),
  ),
});

async function modes(...args: string[]): Promise<v.InferOutput<typeof result>> {
  const run = await runCli(['modes', ...args, '--quiet', '--json']);
  expect(run).toMatchObject({ status: 0, stderr: '' });
  return v.parse(result, JSON.parse(run.stdout));
}

const HEAD = ['--layer', '8', '--head', '3'];

describe('qk-lens modes', () => {
  it.each(['folded', 'raw'])('gives the figures of the reference in the %s basis', async (basis) => {
    const numbers = v.array(v.number());
    const reference = v.parse(
      v.object({
        top: numbers,
        contribution: numbers,
        sigma: numbers,
        cosine: numbers,
        score_variance: v.number(),
        key_bias_contribution: v.number(),
        query_maps: map,
        key_maps: map,
      }),
      v.parse(v.looseObject({}), JSON.parse(await readFile(path.join(REFERENCE, 'expected.json'), 'utf8')))[
        `modes_${basis}`
      ],
    );
    const input = path.join(REFERENCE, 'input.png');
    const found = await modes(SAMPLE, input, '--size', '224x224', ...HEAD, '--basis', basis);
    expect(found.basis).toBe(basis);
    // The sample's weights are the reference's, rounded to float16.
    const close = (value: number, expected: number): void => {
      expect(Math.abs(value - expected)).toBeLessThan(0.01 * Math.abs(expected));
    };
    close(found.scoreVariance, reference.score_variance);
    close(found.keyBias.contribution, reference.key_bias_contribution);
    expect(found.modes.map(({ index }) => index)).toEqual(reference.top);
    for (const [place, mode] of found.modes.entries()) {
      close(mode.contribution, reference.contribution[mode.index] ?? NaN);
      close(mode.sigma, reference.sigma[mode.index] ?? NaN);
      expect(Math.abs((mode.cos ?? NaN) - (reference.cosine[mode.index] ?? NaN))).toBeLessThan(0.01);
      for (const [own, expected] of [
        [mode.queryMap, reference.query_maps[place]],
        [mode.keyMap, reference.key_maps[place]],
      ] as const) {
        expect(own.map((row) => row.length)).toEqual(Array<number>(16).fill(16));
        const largest = Math.max(...(expected ?? []).map(Math.abs));
        const difference = own.flat().map((value, patch) => Math.abs(value - (expected?.[patch] ?? NaN)));
        expect(Math.max(...difference)).toBeLessThan(0.03 * largest);
      }
    }
  });

  it('orders by contribution, and the shares of all modes sum to 1', async () => {
    const found = await modes(SAMPLE, COFFEE, ...HEAD, '--top', '64');
    const contributions = found.modes.map(({ contribution }) => contribution);
    expect(contributions).toEqual([...contributions].sort((a, b) => b - a));
    expect(found.modes.reduce((sum, { shareOfModes }) => sum + (shareOfModes ?? NaN), 0)).toBeCloseTo(1, 9);
    expect(found.ablation).toBeUndefined();
    expect((await modes(SAMPLE, COFFEE, ...HEAD, '--top', '2')).modes).toEqual(found.modes.slice(0, 2));
  });

  it('runs again without modes, and the output changes', async () => {
    const { ablation, warnings } = await modes(SAMPLE, COFFEE, ...HEAD, '--ablate', '0,3');
    expect(ablation).toMatchObject({ modes: [0, 3], topBefore: null, topAfter: null });
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'no-classifier' }));
    expect(ablation?.outputChange.relativeL2).toBeGreaterThan(1e-3);
    expect(ablation?.outputChange.cosine).toBeLessThan(1 - 1e-6);
    // The weakest mode of all carries next to nothing.
    const weakest = await modes(SAMPLE, COFFEE, ...HEAD, '--ablate', '63');
    expect(weakest.ablation?.outputChange.relativeL2).toBeLessThan((ablation?.outputChange.relativeL2 ?? 0) / 10);
  });

  it('tells the classes before and after', async () => {
    const { ablation } = await modes(VIT, COFFEE, '--size', '32x32', '--layer', '0', '--head', '1', '--ablate', '0');
    expect(ablation?.topBefore?.length).toBeGreaterThan(1);
    expect(ablation?.topAfter).not.toEqual(ablation?.topBefore);
  });

  it('can be read', async () => {
    const run = await runCli(['modes', SAMPLE, COFFEE, ...HEAD]);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toContain('key bias');
  });

  it.each([
    { args: [SAMPLE, path.join(SAMPLE, 'config.json'), ...HEAD], status: 1, says: 'config.json: ' },
    { args: [SAMPLE, COFFEE, '--layer', '12', '--head', '0'], status: 2, says: 'layers 0 to 11' },
    { args: [SAMPLE, COFFEE, ...HEAD, '--ablate', '64'], status: 2, says: 'modes 0 to 63' },
    { args: [SAMPLE, COFFEE, ...HEAD, '--top', '0'], status: 2, says: '--top takes' },
  ])('exits with $status and says "$says"', async ({ args, status, says }) => {
    const run = await runCli(['modes', ...args, '--json']);
    expect(run).toMatchObject({ status, stdout: '' });
    expect(run.stderr).toMatch(/^qk-lens: [^\n]+\n$/u);
    expect(run.stderr).toContain(says);
  });
});
