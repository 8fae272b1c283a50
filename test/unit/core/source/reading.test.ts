import { describe, expect, test } from 'vitest';
import type { SourceMatch } from '../../../../src/core/source/contract.js';
import { madeCheckpoint, matchText } from '../../support/sources.js';

const HEAD = 'import torch\nfrom torch import nn\n';

/** Attribute, module and patterns of each definition, as short lines. */
function told({ definitions }: SourceMatch): string[] {
  return definitions.map(
    ({ attribute, module, tensors }) => `${attribute} ${module} ${tensors.map(({ pattern }) => pattern).join(' ')}`,
  );
}

const FOUR = { 'a.weight': [8, 4], 'a.bias': [8], 'b.weight': [4, 8], 'b.bias': [4] };

describe('classes and what they make', () => {
  test('a sequence with names, a dictionary and a list', async () => {
    const source = `${HEAD}from collections import OrderedDict
class Model(nn.Module):
    def __init__(self, dim=4):
        super().__init__()
        self.net = nn.Sequential(OrderedDict([("one", nn.Linear(dim, 2 * dim)), ("act", nn.GELU())]))
        self.parts = nn.ModuleDict({"x": nn.Linear(dim, dim)})
        self.more = nn.ModuleList([nn.LayerNorm(dim), nn.Linear(dim, dim, bias=False)])
`;
    const match = await matchText(
      source,
      madeCheckpoint({
        'net.one.weight': [8, 4],
        'net.one.bias': [8],
        'parts.x.weight': [4, 4],
        'parts.x.bias': [4],
        'more.0.weight': [4],
        'more.0.bias': [4],
        'more.1.weight': [4, 4],
      }),
    );
    expect(told(match)).toEqual([
      'net.one nn.Linear net.one.weight net.one.bias',
      'parts.x nn.Linear parts.x.weight parts.x.bias',
      'more.0 nn.LayerNorm more.0.weight more.0.bias',
      'more.1 nn.Linear more.1.weight',
    ]);
    expect(match.definitions[0]?.tensors[0]?.symbolic).toEqual(['2 * dim', 'dim']);
    expect(match.definitions[0]?.solved).toEqual([{ name: 'dim', value: 4 }]);
  });

  test('every branch is an alternative, and the checkpoint decides', async () => {
    const source = `${HEAD}
class Model(nn.Module):
    def __init__(self, dim, kind):
        super().__init__()
        if kind == "linear":
            self.a = nn.Linear(dim, 8)
        else:
            self.a = nn.Conv2d(3, dim, 2)
        self.b = nn.Linear(8, dim) if kind == "linear" else nn.Identity()
`;
    expect(told(await matchText(source, madeCheckpoint(FOUR)))).toEqual([
      'a nn.Linear a.weight a.bias',
      'b nn.Linear b.weight b.bias',
    ]);
    const convolution = await matchText(
      source,
      madeCheckpoint({ 'a.weight': [4, 3, 2, 2], 'a.bias': [4], 'b.weight': [4, 8], 'b.bias': [4] }),
    );
    expect(told(convolution)[0]).toBe('a nn.Conv2d a.weight a.bias');
  });

  test('the sizes of a wider stage follow the run of the loop that makes it', async () => {
    const source = `${HEAD}
class Stage(nn.Module):
    def __init__(self, dim, depth):
        super().__init__()
        self.blocks = nn.ModuleList([nn.Linear(dim, dim) for _ in range(depth)])

class Model(nn.Module):
    def __init__(self, dim, depths):
        super().__init__()
        dims = [dim * 2 ** i for i in range(len(depths))]
        self.stages = nn.ModuleList([Stage(dims[i], depths[i]) for i in range(len(depths))])
`;
    const shapes: Record<string, number[]> = {};
    for (const [stage, width] of [4, 8, 16].entries())
      for (const block of [0, 1]) shapes[`stages.${stage}.blocks.${block}.weight`] = [width, width];
    for (const [stage, width] of [4, 8, 16].entries())
      for (const block of [0, 1]) shapes[`stages.${stage}.blocks.${block}.bias`] = [width];
    const match = await matchText(source, madeCheckpoint(shapes));
    expect(told(match)).toEqual(['blocks.{i} nn.Linear stages.{i}.blocks.{j}.weight stages.{i}.blocks.{j}.bias']);
    expect(match.definitions[0]?.tensors[0]).toMatchObject({ shape: [null, null], symbolic: ['dim', 'dim'] });
    expect(match.classes.find(({ name }) => name === 'Model')?.solved).toEqual([{ name: 'dim', value: 4 }]);
    expect(match.problems).toEqual([]);
  });

  test('a method, a partial, a lambda and a table of classes lead to the layer', async () => {
    const source = `${HEAD}from functools import partial
NORMS = {"layer": partial(nn.LayerNorm, eps=1e-6), "batch": nn.BatchNorm1d}
class Model(nn.Module):
    make = staticmethod(lambda dim: nn.Linear(dim, 8))
    def __init__(self, dim=4, norm=NORMS["layer"], act=None):
        super().__init__()
        linear = lambda n: nn.Linear(n, 8)
        self.a = linear(dim)
        self.b = self._other(8, dim)
        self.norm = norm(dim)
    def _other(self, rein, raus):
        return nn.Linear(rein, raus)
`;
    const match = await matchText(source, madeCheckpoint({ ...FOUR, 'norm.weight': [4], 'norm.bias': [4] }));
    expect(told(match)).toEqual([
      'a nn.Linear a.weight a.bias',
      'b nn.Linear b.weight b.bias',
      'norm nn.LayerNorm norm.weight norm.bias',
    ]);
  });

  test('what a base class makes belongs to the base class', async () => {
    const source = `${HEAD}
class Base(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.a = nn.Linear(dim, 8)

class Model(Base):
    def __init__(self, dim=4):
        super(Model, self).__init__(dim)
        self.b = nn.Linear(8, dim)
`;
    const match = await matchText(source, madeCheckpoint(FOUR));
    expect(match.root.name).toBe('Model');
    expect(match.definitions.map(({ className, attribute }) => `${className}.${attribute}`)).toEqual([
      'Base.a',
      'Model.b',
    ]);
  });

  test('names that are built at run time are said to be unknown', async () => {
    const source = `${HEAD}
class Model(nn.Module):
    def __init__(self, names, dim=4):
        super().__init__()
        self.a = nn.Linear(dim, 8)
        self.b = nn.Linear(8, dim)
        for name in names:
            self.add_module(name + "_x", nn.Linear(dim, dim))
`;
    const match = await matchText(source, madeCheckpoint({ ...FOUR, 'left_x.weight': [4, 4] }));
    expect(match.runTimeNames).toMatchObject([{ range: { start: { line: 9 } } }]);
    expect(match.unmatchedTensors).toEqual(['left_x.weight']);
  });

  test('a layer of Flax has the name that it is given', async () => {
    const source = `import flax.linen as nn
class Model(nn.Module):
    dim: int
    def setup(self):
        self.a = nn.Dense(8)
        self.b = nn.Dense(self.dim, name="b")
`;
    const match = await matchText(
      source,
      madeCheckpoint({
        'params.a.kernel': [4, 8],
        'params.a.bias': [8],
        'params.b.kernel': [8, 4],
        'params.b.bias': [4],
      }),
    );
    expect(match.prefixes).toEqual(['params.']);
    expect(told(match)).toEqual([
      'a nn.Dense params.a.kernel params.a.bias',
      'b nn.Dense params.b.kernel params.b.bias',
    ]);
  });

  test('of alternatives that fit alike, what the code takes by its defaults is meant', async () => {
    const source = `${HEAD}
class Post(nn.Module):
    def __init__(self, dim, init=None):
        super().__init__()
        self.a = nn.Linear(dim, 8)
        self.b = nn.Linear(8, dim)
class Pre(nn.Module):
    def __init__(self, dim, init=None, only=False):
        super().__init__()
        self.a = nn.Linear(dim, 8)
        self.b = nn.Linear(8, dim)
        use = init is not None and not only
        self.gamma = nn.Parameter(torch.ones(dim)) if use else None
class Model(nn.Module):
    def __init__(self, dim, depth, post=False, init=None):
        super().__init__()
        block = Post if post else Pre
        self.blocks = nn.ModuleList([block(dim, init=init) for _ in range(depth)])
`;
    const shapes = Object.entries(FOUR).map(([name, shape]) => [`blocks.0.${name}`, shape] as const);
    const match = await matchText(source, madeCheckpoint(Object.fromEntries(shapes)));
    expect(match.definitions.map(({ className, attribute }) => `${className}.${attribute}`)).toEqual([
      'Pre.a',
      'Pre.b',
    ]);
  });

  test('a configuration that is copied and changed says something else', async () => {
    const source = `${HEAD}from copy import deepcopy
class Part(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.fc = nn.Linear(config.width, config.width)
class Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.a = Part(config)
        other = deepcopy(config)
        other.width = config.small
        self.b = Part(other)
`;
    const shapes = { 'a.fc.weight': [8, 8], 'a.fc.bias': [8], 'b.fc.weight': [4, 4], 'b.fc.bias': [4] };
    expect((await matchText(source, madeCheckpoint(shapes))).problems).toEqual([]);
  });

  test('a size out of one of two lists is not known', async () => {
    const source = `${HEAD}
class Model(nn.Module):
    def __init__(self, dim, side, window):
        super().__init__()
        size = (side, side) if window == 0 else (window, window)
        self.pos = nn.Parameter(torch.zeros(1, side, side, dim))
        self.rel = nn.Parameter(torch.zeros(2 * size[0] - 1, dim))
        self.a = nn.Linear(dim, dim)
`;
    const shapes = { pos: [1, 4, 4, 8], rel: [3, 8], 'a.weight': [8, 8], 'a.bias': [8] };
    expect((await matchText(source, madeCheckpoint(shapes))).problems).toEqual([]);
  });

  test('both copies of a model have the same definitions', async () => {
    const copies = Object.entries(FOUR).flatMap(
      ([name, shape]) =>
        [
          [`student.module.${name}`, shape],
          [`teacher.module.${name}`, shape],
        ] as const,
    );
    const source = `${HEAD}
class Model(nn.Module):
    def __init__(self, dim=4):
        super().__init__()
        self.a, self.b = nn.Linear(dim, 8), nn.Linear(8, dim)
`;
    const match = await matchText(source, madeCheckpoint(Object.fromEntries(copies)));
    expect(match.prefixes).toEqual(['student.module.', 'teacher.module.']);
    expect(match.definitions.map(({ count }) => count)).toEqual([4, 4]);
    expect(match.unmatchedTensors).toEqual([]);
  });
});
