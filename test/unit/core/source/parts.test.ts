import { describe, expect, it } from 'vitest';
import type { SourceMatch } from '../../../../src/core/source/contract.js';
import { madeCheckpoint, matchText } from '../../support/sources.js';

const NAMES = ['encoder.first', 'encoder.second', 'head.inner.scale', 'head.inner.shift'];
const shapes: Record<string, readonly number[]> = {};
for (const name of NAMES) {
  shapes[`${name}.weight`] = [6, 6];
  shapes[`${name}.bias`] = [6];
}
const checkpoint = madeCheckpoint(shapes);

const PARTS = `
from torch import nn

class Encoder(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)

class Inner(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.scale = nn.Linear(size, size)
        self.shift = nn.Linear(size, size)

class Head(nn.Module):
    def __init__(self, inner: nn.Module):
        super().__init__()
        self.inner = inner
`;

const whole = (annotations: string): string => `
class Whole(nn.Module):
    def __init__(self, ${annotations}):
        super().__init__()
        self.encoder = encoder
        self.head = head
`;

const ANNOTATED = whole("encoder: Encoder, head: 'Head'");

/** Class and attribute of what the tensors below a module belong to. */
function owners({ definitions }: SourceMatch, below: string): string[] {
  return definitions
    .filter(({ tensors }) => tensors.some(({ names }) => names.some((name) => name.startsWith(below))))
    .map(({ className, attribute }) => `${className}.${attribute}`)
    .sort();
}

const match = (text: string): Promise<SourceMatch> => matchText(text, checkpoint, { className: 'Whole' });

describe('modules that a constructor is given', () => {
  it('are of the classes that it says, whose sizes are solved', async () => {
    const found = await match(PARTS + ANNOTATED);
    expect(owners(found, 'encoder.')).toEqual(['Encoder.first', 'Encoder.second']);
    expect(found.definitions.find(({ attribute }) => attribute === 'first')?.solved).toEqual([
      { name: 'width', value: 6 },
    ]);
    expect(found.problems).toEqual([]);
  });

  it('are unknown where nothing tells of what class they are, and not missing', async () => {
    const found = await match(PARTS + ANNOTATED);
    expect(owners(found, 'head.inner.').join()).not.toContain('Inner');
    expect(found.problems).toEqual([]);
  });

  it('are of the class that a function of the sources gives, however large it makes them', async () => {
    const made =
      'def make(depth, size=64):\n    inner = Inner(size)\n    return Whole(Encoder(width=32), Head(inner))\n';
    const found = await match(PARTS + ANNOTATED + made);
    expect(owners(found, 'head.inner.')).toEqual(['Inner.scale', 'Inner.shift']);
    expect(found.problems).toEqual([]);
  });

  it('are of whichever of the given classes fits the names', async () => {
    const other =
      'class Other(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.gate = nn.Linear(3, 3)\n';
    const made = 'def one():\n    return Head(inner=Other())\n\ndef two(size):\n    return Head(inner=Inner(size))\n';
    const found = await match(PARTS + other + ANNOTATED + made);
    expect(owners(found, 'head.inner.')).toEqual(['Inner.scale', 'Inner.shift']);
  });

  it('stay unknown where a function gives what is not known', async () => {
    const made = 'def one(size):\n    return Head(Inner(size))\n\ndef two(inner):\n    return Head(inner)\n';
    const found = await match(PARTS + ANNOTATED + made);
    expect(owners(found, 'head.inner.').join()).not.toContain('Inner');
  });

  it('end where classes are parts of themselves, or of each other', async () => {
    const cyclic = `
class One(nn.Module):
    def __init__(self, other: 'Two'):
        super().__init__()
        self.other = other

class Two(nn.Module):
    def __init__(self, one: One, self_again: 'Two'):
        super().__init__()
        self.one = one
        self.again = self_again
`;
    const found = await match(PARTS + cyclic + whole('encoder: Encoder, head: One'));
    expect(owners(found, 'encoder.')).toEqual(['Encoder.first', 'Encoder.second']);
    const calls = 'def loop():\n    return Head(Head(loop()))\n';
    expect(owners(await match(PARTS + ANNOTATED + calls), 'encoder.')).toHaveLength(2);
  });

  it('are no modules where the class is none, as a configuration', async () => {
    const text = `
from torch import nn

class Config:
    def __init__(self, width: int):
        self.width = width

class Whole(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.encoder = nn.ModuleDict({
            'first': nn.Linear(config.width, config.width),
            'second': nn.Linear(config.width, config.width),
        })
`;
    const found = await match(text);
    expect(
      found.definitions.flatMap(({ solved }) => solved.map(({ name, value }) => `${name} ${String(value)}`)),
    ).toContain('config.width 6');
  });
});
