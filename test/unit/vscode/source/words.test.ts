import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../../../src/host/engine/contract.js';
import type { DefinitionMatch } from '../../../../src/core/source/contract.js';
import { extremes, figuresLens, layersLens } from '../../../../src/vscode/source/lens-text.js';
import { definitionHover, valueHover, type DefinitionHover } from '../../../../src/vscode/source/hover-text.js';
import { commandLink, escaped } from '../../../../src/vscode/source/markdown.js';
import { layersOf as madeLayers } from '../../core/charts/made-heads.js';
import { model } from '../support/checkpoints.js';

describe('the line over a class', () => {
  it('names the turns of a model that falls and turns back', () => {
    const layers = madeLayers([[0.6], [0.73], [0.3], [0.13], [-0.2], [0.43]]);
    expect(figuresLens(layers)).toBe('QK: similar 0.73 → −0.20 → 0.43 over 6 layers | 1 of 6 heads dissimilar');
  });

  it('names both ends of one that only falls, and of a level one', () => {
    expect(figuresLens(madeLayers([[0.7], [0.4], [0.1]]))).toBe(
      'QK: similar 0.70 → 0.10 over 3 layers | no head dissimilar',
    );
    expect(figuresLens(madeLayers([[0.4], [0.35], [0.38]]))).toContain('0.40 → 0.38 over 3 layers');
    expect(figuresLens(madeLayers([[-0.4], [-0.35]]))).toBe(
      'QK: dissimilar −0.40 → −0.35 over 2 layers | 2 of 2 heads dissimilar',
    );
  });

  it('speaks of one layer, of chance and of nothing', () => {
    expect(figuresLens(madeLayers([[0.5, 0.3]]))).toBe('QK: similar 0.40 in one layer | no head dissimilar');
    expect(figuresLens(madeLayers([[0.004], [0.002]]))).toMatch(/^QK: chance 0\.00/);
    expect(figuresLens([])).toBe('QK: no figures | no head dissimilar');
  });

  it('counts layers and heads where there are no figures yet', () => {
    const { layers } = model();
    const [first] = layers;
    if (first === undefined) throw new Error('a model without layers');
    expect(layersLens([first])).toBe(`QK: 1 layer × ${String(first.heads)} heads`);
    expect(
      layersLens([
        { ...first, heads: 3 },
        { ...first, heads: 24 },
      ]),
    ).toBe('QK: 2 layers × 3–24 heads');
  });

  it('finds the extreme heads outside their chance bands', () => {
    expect(
      extremes(
        madeLayers([
          [0.9, 0.01],
          [-0.3, -0.4],
        ]),
      ),
    ).toEqual({
      similar: { layer: 0, head: 0, value: 0.9 },
      dissimilar: { layer: 1, head: 1, value: -0.4 },
    });
    expect(extremes(madeLayers([[0.01]]))).toEqual({ similar: null, dissimilar: null });
  });
});

const place = { file: '/a.py', cell: null, range: { start: { line: 0, column: 0 }, end: { line: 0, column: 9 } } };

function definition(names: readonly string[]): DefinitionMatch {
  const weight = {
    parameter: 'weight',
    names,
    shape: [384, null],
    symbolic: null,
    dtype: 'F16',
    bytes: 3_538_944,
  } as const;
  return {
    ...place,
    nameRange: place.range,
    className: 'Attention',
    attribute: 'query',
    module: 'nn.Linear',
    role: 'query',
    tensors: [{ ...weight, pattern: 'blocks.{i}.*evil*.weight' }],
    count: names.length,
    solved: [],
  };
}

function hover(more: Partial<DefinitionHover>): string {
  return definitionHover({
    known: { uri: { toString: () => 'file:///m.safetensors' }, name: 'm.safetensors' },
    definition: definition(['blocks.0.weight', 'blocks.1.weight']),
    places: null,
    analysis: null,
    computing: false,
    scope: null,
    theme: 'dark',
    others: [],
    ...more,
  });
}

const places = { model: model(), layers: model().layers };
const layers = madeLayers([[0.5], [-0.4]]);
const analysis: Analysis = {
  figures: {
    model: 'vision',
    basis: 'folded',
    bands: { mode: 0.1, headMean: 0.1, layerMean: 0.1 },
    layers,
    warnings: [],
  },
  verdict: [{ text: 'A [verdict](command:evil).' }],
  bytesRead: 0,
  fromCache: true,
};

describe('the hover over a definition', () => {
  it('tells tensor, shape, type and size, and keeps names as text', () => {
    const text = hover({});
    expect(text).toContain('**blocks\\.\\*\\.\\*evil\\*\\.weight**');
    expect(text).toContain('\\(384, ·\\) float16 · 2 tensors · 3\\.5 MB');
    expect(text).not.toContain('data:image');
    expect(text).not.toMatch(/[Aa]nalyse/);
  });

  it('offers to analyse attention that has no figures, and waits while they come', () => {
    expect(hover({ places })).toMatch(/\[Analyse\]\(command:qkLens\.analyse\?%5B%22file%3A/);
    expect(hover({ places, computing: true })).not.toMatch(/Analyse/);
  });

  it('shows the picture and the extreme heads as links that select them', () => {
    const text = hover({ places, analysis });
    expect(text).toContain('A \\[verdict\\]\\(command:evil\\)\\.](data:image/svg+xml;base64,');
    expect(text).toMatch(/Most similar \[L0 H0 0\\\.50\]\(command:qkLens\.showInPanel\?/);
    expect(text).toMatch(/most dissimilar \[L1 H0 −0\\\.40\]/);
    expect(text).toContain('folded basis');
  });

  it('runs no command but three', () => {
    const commands = [...hover({ places, analysis, others: ['b'] }).matchAll(/command:(qkLens\.\w+)/g)].map(
      ([, id]) => id,
    );
    const allowed = ['qkLens.analyse', 'qkLens.revealTensors', 'qkLens.showInPanel'];
    expect(commands.every((id) => allowed.includes(id ?? ''))).toBe(true);
  });

  it('names further checkpoints that fit', () => {
    expect(hover({ others: ['a_b.pt', 'c.pt'] })).toContain('also fits a\\_b\\.pt, c\\.pt');
  });

  it('stays under what the editor shows, for the largest models', () => {
    const large = madeLayers(
      Array.from({ length: 64 }, (_, layer) => Array.from({ length: 32 }, (__, head) => Math.sin(layer * 32 + head))),
    );
    expect(
      hover({ places, analysis: { ...analysis, figures: { ...analysis.figures, layers: large } } }).length,
    ).toBeLessThan(100_000);
  });
});

describe('Markdown', () => {
  it('keeps what came out of files as text', () => {
    expect(escaped('[a](command:x) <b> `c`\u202e')).toBe('\\[a\\]\\(command:x\\) &lt;b&gt; \\`c\\`\\\\u202e');
    expect(commandLink('a]b', 'analyse', ['x"y)'])).toBe('[a\\]b](command:qkLens.analyse?%5B%22x%5C%22y%29%22%5D)');
  });

  it('shows a value with its checkpoint', () => {
    const uri = { toString: () => 'file:///m' };
    expect(valueHover('num_heads', 6, { uri, name: 'm.pt' })).toMatch(
      /^\*\*num\\_heads\*\* = \*\*6\*\* in \[m\\\.pt\]/,
    );
  });
});
