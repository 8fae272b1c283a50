import { describe, expect, test } from 'vitest';
import { lookupOf } from '../../../../src/core/source/match/lookup.js';
import { notebookCells } from '../../../../src/core/source/notebook.js';
import type { Statement } from '../../../../src/core/source/python/ast.js';
import { PythonText } from '../../../../src/core/source/python/python-text.js';
import { Sources } from '../../../../src/core/source/sources.js';
import { cpuTime } from '../../support/cpu-time.js';
import { Dice } from '../../support/mutate.js';
import { madeCheckpoint, matched, matchText, pythonParser } from '../../support/sources.js';

const MODEL_TEXT = { file: 'model.py', cell: null };

const SMALL = `import torch
from torch import nn
from .parts import other as o
class Block(nn.Module):
    def __init__(self, dim, heads=2, *a, bias=True, **k):
        super().__init__()
        self.a = nn.Linear(dim, dim * 3, bias=bias) if heads else None
        for i in range(heads): self.add_module(f"m{i}", nn.Conv2d(3, dim, 2))
class Model(Block):
    def __init__(self, dim=4, depth=2):
        super().__init__(dim, **{"bias": False})
        self.blocks = nn.Sequential(*[Block(dim * 2 ** i) for i in range(depth)])
        self.p = nn.Parameter(0.1 * torch.zeros(1, dim))
        if depth > 1 and not dim: self.x, y = [nn.GELU()] * 3, lambda q: q
m = Model(dim=4, num_heads=2); m.load_state_dict(torch.load("a.pt"))
`;

/** A little of everything that is read; short, so that changes hit something. */
const PIECES_OF_CODE = [
  'class A(B, metaclass=M):\n    x: int = 3\n    def f(self, d=1, *a, k: int = 2, **r) -> None:\n        self.a, b = [i for i in d if i], {**k, 1: 2}\n',
  'def f(a):\n    if a: return nn.Linear(a, -a * 2 // 3)\n    elif (n := a): pass\n    else:\n        with x as y: return y[0, 1:2]\n',
  'from ..a.b import c as d, e\nfrom . import *\nimport a.b as c, d.e\nx = y = f"a{b}c" "d" if not a and b or c < d else lambda q, *k: q\n',
  'for i, (j, *k) in enumerate(x):\n    y += {"a": (yield), **z}\nelse:\n    try: w = 1_0\n    except E as e: v = 1\n    finally: u = await t\n',
  '@dec(1)\nclass C:\n    @property\n    def p(self): return super().p\n    match q:\n        case 1: r = set(), {s for s in t}\n',
];

const LINES_OF_CODE = PIECES_OF_CODE.flatMap((piece) => piece.split('\n'));

const CHECKPOINT = madeCheckpoint({
  'a.weight': [12, 4],
  'm0.weight': [4, 3, 2, 2],
  'm0.bias': [4],
  'blocks.0.a.weight': [12, 4],
  'blocks.1.a.weight': [24, 8],
  p: [1, 4],
});

const PIECES = [
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ':',
  '\n',
  '\t',
  '    ',
  ',',
  '=',
  '*',
  '**',
  '"',
  "'",
  '"""',
  'f"{',
  '\\',
  '#',
  '@',
  'self',
  'self.blocks',
  'super().__init__()',
  'Model',
  'Block',
  'class ',
  'def ',
  'lambda ',
  'for i in ',
  'if ',
  'else',
  'return ',
  'yield',
  'None',
  '1e999',
  '0',
  '-1',
  'ü',
  '😀',
  '\r\n',
  '\0',
  'nn.Sequential',
  'range(10**9)',
  'import *',
  'from . import ',
  ' = x = ',
  '...',
];

function changed(text: string, dice: Dice): string {
  const at = dice.below(text.length + 1);
  const removed = dice.below(3) === 0 ? dice.below(40) : 0;
  return text.slice(0, at) + (dice.below(4) === 0 ? '' : dice.pick(PIECES)) + text.slice(at + removed);
}

/** Reads the bodies of functions too, which are otherwise read when they are called. */
function read(statements: readonly Statement[]): void {
  for (const statement of statements) {
    if (statement.type === 'function') read(statement.declaration.body());
    else if (statement.type === 'class') read(statement.declaration.body);
  }
}

describe('any text', () => {
  test('5000 changed texts neither throw nor take long', async () => {
    const sources = new Sources(await pythonParser());
    const alone = new PythonText(await pythonParser(), null);
    const dice = new Dice(20260422);
    let text = '';
    let slowest = 0;
    const kinds = new Set<string>();
    for (let round = 0; round < 5_000; round++) {
      const matching = round % 80 === 0;
      // Edits add up, as somebody types, and now and then it starts anew.
      if (round % 5 === 0) text = matching ? SMALL : dice.pick(dice.below(5) === 0 ? PIECES_OF_CODE : LINES_OF_CODE);
      text = changed(text, dice);
      if (matching) {
        const before = cpuTime();
        sources.update({ file: 'a/model.py', cell: null, text });
        kinds.add(sources.match(CHECKPOINT).kind);
        sources.facts('a/model.py', null);
        slowest = Math.max(slowest, cpuTime() - before);
      } else {
        alone.update(text);
        read(alone.statements.flatMap(({ statements }) => statements));
      }
    }
    expect([...kinds].sort()).toEqual(['matched', 'none']);
    expect(slowest).toBeLessThan(2_000);
    sources.dispose();
  }, 60_000);

  test('what was read in small edits is what is read at once', async () => {
    const typed = new Sources(await pythonParser());
    for (let end = 0; end < SMALL.length; end += 9)
      typed.update({ file: 'model.py', cell: null, text: SMALL.slice(0, end) });
    typed.update({ file: 'model.py', cell: null, text: `# ü\n${SMALL}` });
    const { definitions } = matched(typed.match(CHECKPOINT));
    expect(definitions).toEqual((await matchText(`# ü\n${SMALL}`, CHECKPOINT)).definitions);
    expect(definitions.length).toBeGreaterThan(2);
  });

  test('classes and modules that need themselves come to an end', async () => {
    const sources = new Sources(await pythonParser());
    sources.update({
      file: 'p/a.py',
      cell: null,
      text: 'from .b import B\nfrom torch import nn\nclass A(B):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(4, 8)\n        self.again = A()\nX = Y\nY = X\n',
    });
    sources.update({
      file: 'p/b.py',
      cell: null,
      text: 'from .a import A, X\nfrom .c import *\nclass B(A):\n    b = X\n    def f(self):\n        return self.f()\n',
    });
    sources.update({ file: 'p/c.py', cell: null, text: 'from .c import *\nfrom .b import *\n' });
    const match = matched(
      sources.match(
        madeCheckpoint({ 'a.weight': [8, 4], 'a.bias': [8], 'again.a.weight': [8, 4], 'again.a.bias': [8] }),
      ),
    );
    expect(match.definitions).toMatchObject([{ attribute: 'a', count: 4 }]);
  });

  test('sizes that double with every line, and alternatives inside alternatives', async () => {
    const doubled = Array.from({ length: 80 }, () => '        x = x + x').join('\n');
    const nested = Array.from(
      { length: 12 },
      (_, level) =>
        `class C${level + 1}(nn.Module):\n    def __init__(self, n):\n        super().__init__()\n        self.a = C${level}(n) if n > 1 else C${level}(2 * n) if n else nn.Linear(n, n)\n`,
    ).join('\n');
    const source = `from torch import nn\nC0 = nn.Linear\n${nested}\nclass Model(nn.Module):\n    def __init__(self, x):\n        super().__init__()\n${doubled}\n        self.a = nn.Linear(x, 8)\n        self.b = nn.Linear(8, 4)\n        self.c = C12(x)\n`;
    const before = cpuTime();
    const match = await matchText(
      source,
      madeCheckpoint({ 'a.weight': [8, 4], 'a.bias': [8], 'b.weight': [4, 8], 'b.bias': [4] }),
    );
    expect(match.root.name).toBe('Model');
    expect(cpuTime() - before).toBeLessThan(5_000);
  });

  test('Windows line ends, tabs and names that are not of ASCII leave the places right', async () => {
    const source =
      'from torch import nn\r\nclass Modell(nn.Module):\r\n\tdef __init__(self, größe=4):\r\n\t\tsuper().__init__()\r\n\t\tself.maß, self.b = nn.Linear(größe, 8), nn.Linear(8, größe)\r\n';
    const match = await matchText(
      source,
      madeCheckpoint({ 'maß.weight': [8, 4], 'maß.bias': [8], 'b.weight': [4, 8], 'b.bias': [4] }),
    );
    expect(match.definitions.map(({ attribute, nameRange }) => [attribute, nameRange.start])).toEqual([
      ['maß', { line: 4, column: 7 }],
      ['b', { line: 4, column: 17 }],
    ]);
    expect(match.definitions[0]?.solved).toEqual([{ name: 'größe', value: 4 }]);
  });

  test('the cells of a notebook share their names, and a class is found in its cell', async () => {
    const cell = (source: string | string[], kind = 'code'): object => ({ cell_type: kind, source });
    const cells = notebookCells(
      'n.ipynb',
      JSON.stringify({
        cells: [
          cell('# text', 'markdown'),
          cell(['%matplotlib inline\n', 'from torch import nn\n', '!pip install timm\n', 'width = 4\n']),
          cell(
            'class Model(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(width, 8)\n        self.b = nn.Linear(8, width)\n',
          ),
        ],
      }),
    );
    const sources = new Sources(await pythonParser());
    for (const text of cells ?? []) sources.update(text);
    const match = matched(
      sources.match(madeCheckpoint({ 'a.weight': [8, 4], 'a.bias': [8], 'b.weight': [4, 8], 'b.bias': [4] })),
    );
    expect(match.definitions).toMatchObject([
      { cell: 2, attribute: 'a' },
      { cell: 2, attribute: 'b' },
    ]);
    expect(match.problems).toEqual([]);
    expect(notebookCells('n.ipynb', '{"cells": 3}')).toBeNull();
    expect(notebookCells('n.ipynb', 'x')).toBeNull();
  });
});

describe('large files', () => {
  test('of fifty thousand lines are read, and looked up by tensor and by place', async () => {
    const filler = Array.from({ length: 25_000 }, (_, index) => `value_${index} = [${index}]\n\n`).join('');
    const source = `from torch import nn\n${filler}class Model(nn.Module):\n    def __init__(self, dim):\n        super().__init__()\n        self.a = nn.Linear(dim, 8)\n        self.b = nn.Linear(8, dim)\n`;
    const match = await matchText(
      source,
      madeCheckpoint({ 'a.weight': [8, 4], 'a.bias': [8], 'b.weight': [4, 8], 'b.bias': [4] }),
    );
    const lookup = lookupOf(match);
    expect(lookup.ofTensor('b.weight')?.range.start.line).toBe(50_005);
    expect(lookup.at(MODEL_TEXT, { line: 50_004, column: 14 })?.attribute).toBe('a');
    expect(lookup.classesIn(MODEL_TEXT)).toMatchObject([{ name: 'Model', paths: [''] }]);
  });
});
