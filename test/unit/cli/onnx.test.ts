import path from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { FIXTURES, SAMPLE } from '../support/analyse.js';
import { runCli } from '../support/run-cli.js';

const COFFEE = path.join(SAMPLE, 'images/coffee.png');
/** A picture and its labels. */
const REFERENCE = path.join(FIXTURES, 'attention/coffee');
const INPUT = path.join(REFERENCE, 'input.png');
const fixture = (name: string): string => path.join(FIXTURES, 'checkpoints', name, 'model.onnx');

const warnings = v.array(v.object({ code: v.string(), message: v.string() }));
const attention = v.object({
  warnings,
  input: v.object({ size: v.array(v.number()), grid: v.array(v.number()) }),
  recomputed: v.object({ layers: v.array(v.object({ maxAbsError: v.number(), largest: v.number() })) }),
  layers: v.array(v.looseObject({ heads: v.array(v.looseObject({})) })),
  output: v.object({ from: v.literal('logits'), top: v.array(v.looseObject({})) }),
});

async function json(...args: string[]): Promise<unknown> {
  const { status, stdout, stderr } = await runCli([...args, '--json']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

describe('an ONNX model on a picture', () => {
  it('attends as its graph says', async () => {
    const found = v.parse(attention, await json('attention', fixture('onnx_external'), COFFEE));
    expect(found.input).toEqual({ size: [32, 32], grid: [4, 4] });
    expect(found.layers.map(({ heads }) => heads.length)).toEqual([4, 4]);
    for (const { maxAbsError, largest } of found.recomputed.layers) expect(maxAbsError).toBeLessThan(1e-5 * largest);
    // The defaults of the family that was exported, not of ONNX.
    const [preparation, ...others] = found.warnings;
    expect(preparation?.message).toContain("Transformers' own defaults for this family");
    expect(others).toEqual([]);
  });

  it('has modes', async () => {
    const modes = v.object({ modes: v.array(v.looseObject({ sigma: v.number() })), scoreVariance: v.number() });
    const found = v.parse(
      modes,
      await json('modes', fixture('onnx_timm_17'), COFFEE, '--layer', '1', '--head', '3', '--top', '8'),
    );
    expect(found.modes).toHaveLength(8);
    expect(found.scoreVariance).toBeGreaterThan(0);
  });

  it('has keypoint figures, and says that no object is set apart', async () => {
    const args = ['semantics', fixture('onnx_legacy_17'), COFFEE, '--object-from-tokens'];
    const found = v.parse(v.object({ warnings, significantHeads: v.array(v.unknown()) }), await json(...args));
    expect(found.warnings.map(({ message }) => message).join(' ')).toContain('gives no final tokens');
  });

  it('looks off the object, without a causal check', async () => {
    const args = ['semantics', fixture('onnx_legacy_17'), INPUT, '--mask', path.join(REFERENCE, 'mask.png')];
    const spurious = v.object({ offRatio: v.number(), candidates: v.array(v.unknown()) });
    const found = v.parse(v.object({ warnings, spurious }), await json(...args));
    expect(found.spurious.candidates).toEqual([]);
    expect(found.warnings.map(({ code }) => code)).toContain('no-causal-check');
  });

  it.each([
    ['attention', '--knn', '3'],
    ['modes', '--layer', '0', '--head', '0', '--ablate', '0'],
    ['semantics', '--prompt', 'concentration', '--beta', '1'],
  ])('is not changed: %s %s', async (command, ...flags) => {
    const run = await runCli([command, fixture('onnx_timm_17'), COFFEE, ...flags]);
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('an ONNX model runs as its file says');
    expect(run.stderr).toContain('.safetensors');
  });
});
