import { describe, expect, test } from 'vitest';
import type { TextFacts } from '../../../../src/core/source/contract.js';
import { configFacts } from '../../../../src/core/source/links/config-facts.js';
import { importPaths } from '../../../../src/core/source/python/import-paths.js';
import { Sources } from '../../../../src/core/source/sources.js';
import { pythonParser } from '../../support/sources.js';

/** What the ranges of links and numbers cut out of the text, which must be what they say. */
function cut(text: string, { links, numbers }: TextFacts): string[] {
  const lines = text.split('\n');
  const all = [
    ...links.map((link) => ({ ...link, says: `${link.kind} ${link.via}` })),
    ...numbers.map((number) => ({ ...number, says: `${number.name} ${number.via}` })),
  ];
  return all.map(
    ({ range, says }) => `${says}: ${lines[range.start.line]?.slice(range.start.column, range.end.column) ?? ''}`,
  );
}

describe('what a text says about checkpoints', () => {
  test('calls in Python that name models and files, and numbers', async () => {
    const text = `import timm
model = timm.create_model("vit_small_patch16_224", pretrained=True, checkpoint_path='ä/w.pth')
other = AutoModel.from_pretrained("./dino")
state = torch.load(Path("runs") / name); state = torch.load(f"{x}.pt"); state = torch.load(Path("a.pt"), map_location="cpu")
w = safetensors.torch.load_file(filename="b.safetensors")
session = ort.InferenceSession("c.onnx")
# torch.load("comment.pt")
text = "torch.load('inside.pt')"
net = Vit(embed_dim=384, num_heads=6, depth=n, other=3)
`;
    const sources = new Sources(await pythonParser());
    sources.update({ file: 'a.py', cell: null, text });
    expect(cut(text, sources.facts('a.py', null))).toEqual([
      'model timm.create_model: vit_small_patch16_224',
      'file timm.create_model: ä/w.pth',
      'file AutoModel.from_pretrained: ./dino',
      'file torch.load: a.pt',
      'file safetensors.torch.load_file: b.safetensors',
      'file ort.InferenceSession: c.onnx',
      'embed_dim Vit: 384',
      'num_heads Vit: 6',
    ]);
    expect(sources.facts('none.py', null)).toEqual({ links: [], numbers: [] });
  });

  test('keys of YAML and JSON', () => {
    const yaml =
      'model:\n  arch: vit_small  # a comment\n  num_heads: 6\n  "weights": "runs/best.ckpt"\ndata:\n  - path: x.csv\n';
    expect(cut(yaml, configFacts(yaml, 'yaml'))).toEqual([
      'model model.arch: vit_small',
      'file model.weights: runs/best.ckpt',
      'num_heads model: 6',
    ]);
    const json = '{"hidden_size": 384, "weights": "model.safetensors",\n "model_type": "vit"}';
    expect(cut(json, configFacts(json, 'json'))).toEqual([
      'file weights: model.safetensors',
      'model model_type: vit',
      'hidden_size : 384',
    ]);
  });
});

describe('where an import may lie', () => {
  test('relative imports count folders, absolute ones are looked for from the file upwards', () => {
    expect(importPaths('/w/p/a/m.py', 'b.c', 2)).toEqual(['/w/p/b/c.py', '/w/p/b/c/__init__.py']);
    expect(importPaths('/w/p/m.py', '', 1)).toEqual(['/w/p/__init__.py']);
    expect(importPaths('w/m.py', 'b', 0)).toEqual(['w/b.py', 'w/b/__init__.py', 'b.py', 'b/__init__.py']);
    expect(importPaths('m.py', 'x', 5)).toEqual([]);
  });

  test('libraries are left alone, but for the one that the file belongs to', () => {
    expect(importPaths('/w/m.py', 'torch.nn', 0)).toEqual([]);
    const file = '/e/site-packages/timm/models/vit.py';
    expect(importPaths(file, 'timm.layers', 0)).toContain('/e/site-packages/timm/layers.py');
    expect(importPaths(file, 'other', 0).some((path) => path.startsWith('/e/site-packages/other'))).toBe(false);
  });
});
