import { describe, expect, it, vi } from 'vitest';
import { isWorthReading, MAX_TEXT_LENGTH } from '../../../../src/vscode/source/texts.js';

vi.mock('vscode', () => ({ workspace: { notebookDocuments: [] } }));

describe('what is worth reading', () => {
  it('is code that speaks of models', () => {
    for (const text of [
      'class A(nn.Module): pass',
      'import torch',
      'model = timm.create_model("vit")',
      'load("a.safetensors")',
      'class B(Module):\r\n\tpass',
    ]) {
      expect(isWorthReading('python', text), text).toBe(true);
    }
  });

  it('is no other code, and no data', () => {
    for (const text of ['', 'import os\nprint(1)', 'torchlight = 1', 'modules = []']) {
      expect(isWorthReading('python', text), text).toBe(false);
    }
    expect(isWorthReading('python', `import torch\n${'x = 1\n'.repeat(MAX_TEXT_LENGTH / 5)}`)).toBe(false);
  });

  it('is a configuration that names weights or sizes', () => {
    expect(isWorthReading('yaml', 'model:\n  checkpoint: a.ckpt')).toBe(true);
    expect(isWorthReading('json', '{"num_heads": 6}')).toBe(true);
    expect(isWorthReading('json', '{"name": "package", "version": "1.0.0"}')).toBe(false);
    expect(isWorthReading('yaml', 'on: push\njobs: {}')).toBe(false);
  });
});
