import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../../../src/host/engine/contract.js';
import { analyzeAnswer, headAnswer, inspectAnswer } from '../../../../src/vscode/lm-tools/answers.js';
import { layersOf, madeHead } from '../../core/charts/made-heads.js';
import { inspection, model } from '../support/checkpoints.js';

function analysis(figures: readonly (readonly number[])[]): Analysis {
  const bands = { mode: 0.1, headMean: 0.1, layerMean: 0.1 };
  return {
    figures: { model: 'vision', basis: 'folded', bands, layers: layersOf(figures), warnings: [] },
    verdict: [{ text: 'A verdict.' }],
    bytesRead: 0,
    fromCache: false,
  };
}

describe('answers for a chat', () => {
  it('tell the models of a file', () => {
    expect(inspectAnswer(inspection())).toMatchObject({
      format: 'safetensors',
      tensors: 1,
      models: [{ name: 'vision', layers: 3, heads: 3, headSize: 4, width: 12, patch: 16, dtype: 'F32' }],
    });
  });

  it('cut long lists off, and say so', () => {
    const models = Array.from({ length: 14 }, (_, index) => model({ name: `m${String(index)}` }));
    const answer = inspectAnswer(inspection({ models }));
    expect(answer).toMatchObject({ moreModels: 4 });
    expect(JSON.stringify(answer).match(/"name":"m\d+"/g)).toHaveLength(10);
  });

  it('name the heads outside their chance bands, furthest first', () => {
    expect(
      analyzeAnswer(
        analysis([
          [0.5, -0.3],
          [0.01, -0.4],
        ]),
      ),
    ).toMatchObject({
      verdict: 'A verdict.',
      heads: 4,
      dissimilarHeads: {
        count: 2,
        lowest: [
          { layer: 1, head: 1, weighted: -0.4 },
          { layer: 0, head: 1, weighted: -0.3 },
        ],
      },
      similarHeads: { count: 1, highest: [{ layer: 0, head: 0, weighted: 0.5 }] },
    });
  });

  it('stay small for large models', () => {
    const large = Array.from({ length: 48 }, (_, layer) =>
      Array.from({ length: 32 }, (__, head) => Math.sin(layer * 32 + head)),
    );
    expect(JSON.stringify(analyzeAnswer(analysis(large))).length).toBeLessThan(6_000);
  });

  it('give one head with its strongest modes, and no number that is none', () => {
    const head = madeHead({ sigma: [2, 1, 0], cos: [0.5, -0.25, NaN] });
    const answer = headAnswer(analysis([[0.5]]), 0, head);
    expect(answer).toMatchObject({
      modes: 3,
      looksFor: 'similar',
      strongestModes: [
        { mode: 0, sigma: 2, cosine: 0.5 },
        { mode: 1, sigma: 1, cosine: -0.25 },
        { mode: 2, sigma: 0, cosine: null },
      ],
    });
    expect(headAnswer(analysis([[0.5]]), 0, madeHead({ trouble: 'zero' }))).toMatchObject({
      looksFor: 'zero',
      weighted: null,
    });
  });
});
