import { expect, it } from 'vitest';
import { EXPORT_FORMATS, exportName } from '../../../../src/vscode/export/formats.js';

it('names a file by what is in it, and never leaves its folder', () => {
  const csv = EXPORT_FORMATS.find(({ form }) => form === 'csv');
  const png = EXPORT_FORMATS.find(({ form }) => form === 'png');
  if (csv === undefined || png === undefined) throw new Error('formats are missing');
  expect(exportName('model.safetensors', null, 'folded', csv)).toBe('model-folded.csv');
  expect(exportName('model.safetensors.index.json', 'text', 'raw', csv)).toBe('model-text-raw.csv');
  expect(exportName('vit.pt', null, 'raw', png)).toBe('vit-raw-layers.png');
  expect(exportName('a.pt', '../../etc/passwd', 'raw', csv)).not.toContain('/');
});
