import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../../../../src/vscode/manifest/settings.js';
import { globMatcher } from '../../../../src/vscode/search/glob.js';

const matches = (glob: string, path: string): boolean => globMatcher(glob)(path);

describe('a glob', () => {
  it.each([
    ['**/*.pt', 'a/b/last.pt', true],
    ['**/*.pt', 'last.pt', true],
    ['*.pt', 'a/last.pt', false],
    ['a/**', 'a/b/c', true],
    ['a/**/c', 'a/c', true],
    ['a/**/c', 'ab/c', false],
    ['**/*.{pt,pth}', 'x.pth', true],
    ['**/*.{pt,pth}', 'x.ptx', false],
    ['{a,b{c,d}}/x', 'bd/x', true],
    ['{a,b{c,d}}/x', 'b/x', false],
    ['a{b', 'a{b', true],
    ['v[iI][!a-s]?.npz', 'vIt9.npz', true],
    ['v[iI][!a-s]?.npz', 'vIa9.npz', false],
    ['[', '[', true],
    ['a.c', 'abc', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b*', 'xxbxxa', false],
  ])('%s on %s: %s', (glob, path, expected) => {
    expect(matches(glob, path)).toBe(expected);
  });

  it('of the settings finds checkpoints and nothing else', () => {
    const { fallback } = SETTINGS.include;
    const found = (path: string): boolean => fallback.some((glob) => matches(glob, path));
    for (const path of ['model.safetensors', 'a/b/last.ckpt', 'm/pytorch_model-00001-of-00002.bin', 'x/ViT-B_16.npz']) {
      expect(found(path), path).toBe(true);
    }
    for (const path of ['config.json', 'data.bin', 'a/train.npz', 'model.safetensors.txt']) {
      expect(found(path), path).toBe(false);
    }
  });

  it('that is hostile takes no time', () => {
    const started = performance.now();
    expect(matches(`${'**/'.repeat(200)}${'*a'.repeat(200)}b`, `${'a/'.repeat(60)}${'a'.repeat(255)}`)).toBe(false);
    expect(matches('{a,b}'.repeat(16), 'a'.repeat(16))).toBe(true);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
