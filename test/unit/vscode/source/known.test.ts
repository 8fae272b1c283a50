import { describe, expect, it } from 'vitest';
import { ClassLinks, isLinkOf, splitLinkKey } from '../../../../src/vscode/source/class-links.js';
import { compareStanding, pathDistance } from '../../../../src/vscode/source/known.js';
import { checkpointValue, isAssumed, isHeads } from '../../../../src/vscode/source/model-values.js';
import { layerInScope, layersOf, starred } from '../../../../src/vscode/source/model-places.js';
import type { ClassMatch } from '../../../../src/core/source/contract.js';
import { HEADS_ASSUMED, inspection, model } from '../support/checkpoints.js';

type Standing = Parameters<typeof compareStanding>[0];

const standing = (more: Partial<Standing> = {}): Standing => ({
  bond: 'fits',
  score: 0.9,
  isOpen: false,
  distance: 1,
  modifiedMs: 1,
  ...more,
});

describe('which of several checkpoints is meant', () => {
  it.each<[string, Partial<Standing>, Partial<Standing>]>([
    ['a linked one before one that fits better', { bond: 'linked', score: 0.5 }, { score: 1 }],
    ['a linked one before a named one', { bond: 'linked' }, { bond: 'named' }],
    ['a named one before one that fits', { bond: 'named' }, { score: 1 }],
    ['the one that fits better', { score: 0.97 }, { score: 0.9, isOpen: true }],
    ['an open one where both fit alike', { isOpen: true }, { score: 0.905, distance: 0 }],
    ['the nearer one', { distance: 1 }, { distance: 2, modifiedMs: 9 }],
    ['the newer one', { modifiedMs: 9 }, { modifiedMs: 1 }],
  ])('is %s', (_, first, second) => {
    expect([standing(second), standing(first)].sort(compareStanding)).toEqual([standing(first), standing(second)]);
  });

  it('is told by folders', () => {
    expect(pathDistance('/a/b/model.pt', '/a/b/vit.py')).toBe(0);
    expect(pathDistance('/a/runs/1/model.pt', '/a/src/vit.py')).toBe(3);
  });
});

describe('links', () => {
  const store = (): { get(key: string): unknown; update(key: string, value: unknown): Promise<void> } => {
    const kept = new Map<string, unknown>();
    return {
      get: (key) => kept.get(key),
      update: (key, value) => {
        kept.set(key, value);
        return Promise.resolve();
      },
    };
  };

  it('are remembered, replaced and taken back', async () => {
    const links = new ClassLinks(store());
    await links.set('ViT', '/vit.py', 'file:///a.pt');
    await links.set('ViT', '/vit.py', 'file:///b.pt');
    await links.set('ViT', '/other.py', 'file:///c.pt');
    expect(links.all.map(({ checkpoint }) => checkpoint)).toEqual(['file:///b.pt', 'file:///c.pt']);
    await links.set('ViT', '/vit.py', null);
    expect(links.all.map(({ file }) => file)).toEqual(['/other.py']);
  });

  it('survive a store that holds something else', () => {
    expect(new ClassLinks({ get: () => [{ name: 7 }], update: () => Promise.resolve() }).all).toEqual([]);
  });

  it('of the setting name a class, a file and a class, or a model', () => {
    expect(splitLinkKey('ViT')).toEqual({ name: 'ViT', file: null });
    expect(splitLinkKey('models/vit.py:ViT')).toEqual({ name: 'ViT', file: 'models/vit.py' });
    expect(isLinkOf({ file: 'models/vit.py' }, '/project/models/vit.py')).toBe(true);
    expect(isLinkOf({ file: 'models/vit.py' }, '/project/other_models/vit.py')).toBe(false);
    expect(isLinkOf({ file: null }, '/anything.py')).toBe(true);
  });
});

describe('values of a checkpoint', () => {
  const { recognition } = inspection();

  it('are told for the names that code uses', () => {
    const values = ['num_heads', 'depth', 'embed_dim', 'patch_size', 'dropout'];
    expect(values.map((name) => checkpointValue(name, recognition))).toEqual([3, 3, 12, 16, null]);
  });

  it('are none where layers differ', () => {
    const [first, ...rest] = model().layers;
    if (first === undefined) throw new Error('a model without layers');
    const uneven = { ...model(), layers: [{ ...first, heads: 1 }, ...rest] };
    expect(checkpointValue('num_heads', inspection({ models: [uneven] }).recognition)).toBeNull();
  });

  it('that were assumed contradict nothing', () => {
    const guessed = inspection({ models: [model({ assumptions: [HEADS_ASSUMED] })] }).recognition;
    expect([
      isAssumed('num_heads', guessed),
      isAssumed('embed_dim', guessed),
      isAssumed('num_heads', recognition),
    ]).toEqual([true, false, false]);
    expect([isHeads('num_heads'), isHeads('depth')]).toEqual([true, false]);
  });
});

describe('places of code in a model', () => {
  const { recognition } = inspection();
  const range = { start: { line: 0, column: 0 }, end: { line: 9, column: 0 } };
  const classAt = (paths: readonly string[]): ClassMatch => ({
    file: '/a.py',
    cell: null,
    name: 'A',
    range,
    nameRange: range,
    patterns: [],
    paths,
    tensorCount: 1,
    solved: [],
  });

  it('are the layers inside a class, above or under the attention module', () => {
    const count = (paths: readonly string[]): number => layersOf(classAt(paths), recognition)?.layers.length ?? 0;
    expect(
      [[''], ['blocks'], ['blocks.1'], ['blocks.1.attn', 'blocks.2.attn'], ['blocks.0.attn.q']].map(count),
    ).toEqual([3, 3, 1, 2, 1]);
    expect([['blocks.1.mlp'], ['block'], []].map(count)).toEqual([0, 0, 0]);
  });

  it('are one layer where the line says so', () => {
    const places = { model: model(), layers: model().layers };
    const scope = (line: string): number | null => layerInScope(line, places);
    expect(scope('x = self.blocks[2].attn(x)')).toBe(2);
    expect(scope('hooks["blocks.1.attn.q"]')).toBe(1);
    expect(scope('x = self.blocks[7](x)')).toBeNull();
    expect(scope('y = rows[2] + 0.1')).toBeNull();
  });

  it('are starred for people', () => {
    expect(starred('stages.{i}.blocks.{j}.attn')).toBe('stages.*.blocks.*.attn');
  });
});
