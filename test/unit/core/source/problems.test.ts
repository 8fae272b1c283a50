import { describe, expect, test } from 'vitest';
import type { SourceProblem } from '../../../../src/core/source/contract.js';
import { fixtureCheckpoint, madeCheckpoint, matchText } from '../../support/sources.js';

const HEAD = 'import torch\nfrom torch import nn\n';

const SHAPES = {
  'norm.weight': [24],
  'norm.bias': [24],
  'qkv.weight': [72, 24],
  'qkv.bias': [72],
  'proj.weight': [24, 24],
  'proj.bias': [24],
  'head.weight': [5, 24],
  'head.bias': [5],
};

function model(lines: readonly string[]): string {
  const body = lines.map((line) => `        ${line}`).join('\n');
  return `${HEAD}class Model(nn.Module):\n    def __init__(self, dim, heads=3, bias=True):\n        super().__init__()\n${body}\n`;
}

const RIGHT = [
  'self.norm = nn.LayerNorm(dim)',
  'self.qkv = nn.Linear(dim, dim * 3, bias=bias)',
  'self.proj = nn.Linear(dim, dim)',
  'self.head = nn.Linear(dim, 5)',
];

async function problems(
  lines: readonly string[],
  shapes: Readonly<Record<string, readonly number[]>> = SHAPES,
): Promise<string[]> {
  return (await matchText(model(lines), madeCheckpoint(shapes))).problems.map(short);
}

function short({ code, range, message }: SourceProblem): string {
  return `${code} ${range.start.line + 1}: ${message}`;
}

describe('what code and checkpoint disagree about', () => {
  test('nothing, where they agree', async () => {
    expect(await problems(RIGHT)).toEqual([]);
  });

  test('a width that contradicts the others', async () => {
    const lines = RIGHT.map((line) => line.replace('dim * 3', 'dim * 2'));
    expect(await problems(lines)).toEqual([
      'size-differs 7: The code says dim * 2 = 48 where qkv.weight has 72; its shape is (72, 24).',
    ]);
  });

  test('a written number that is another', async () => {
    const lines = RIGHT.map((line) => line.replace('dim, 5', 'dim, 1000'));
    expect(await problems(lines)).toEqual([
      'size-differs 9: The code says 1000 where head.weight has 5; its shape is (5, 24).',
    ]);
  });

  test('a bias on one side only', async () => {
    const fixed = RIGHT.map((line) => line.replace('bias=bias', 'bias=False'));
    expect(await problems(fixed)).toEqual(['bias-differs 7: The code gives qkv no bias; the checkpoint has qkv.bias.']);
    const without = Object.fromEntries(Object.entries(SHAPES).filter(([name]) => name !== 'proj.bias'));
    expect(await problems(RIGHT, without)).toEqual([
      'bias-differs 8: The code gives proj a bias; the checkpoint has no proj.bias.',
    ]);
  });

  test('tensors that only one of them has', async () => {
    expect(await problems([...RIGHT, 'self.extra = nn.Linear(dim, dim)'])).toEqual([
      'missing-tensors 10: The code makes extra; the checkpoint has no extra.weight and 1 other.',
    ]);
    expect(await problems(RIGHT, { ...SHAPES, 'gate.weight': [24] })).toEqual([
      'unexpected-tensors 3: Model has no attribute for gate.weight of the checkpoint.',
    ]);
  });

  test('what a condition may leave out is no problem', async () => {
    const match = await matchText(
      model([...RIGHT, 'if heads > bias:', '    self.extra = nn.Linear(dim, dim)']),
      madeCheckpoint(SHAPES),
    );
    expect(match.problems).toEqual([]);
    expect(match.unmatchedDefinitions).toMatchObject([
      {
        attribute: 'extra',
        reason: 'the code makes it only under a condition, and the checkpoint has no tensor extra.weight',
      },
    ]);
  });

  test('heads that the configuration contradicts, in a layer and in a call', async () => {
    const checkpoint = await fixtureCheckpoint('checkpoints/hf_vit_state_dict');
    const source = (heads: string): string => `${HEAD}
class Attention(nn.Module):
    def __init__(self, dim, num_heads):
        super().__init__()
        self.q_proj = nn.Linear(dim, dim)
        self.k_proj = nn.Linear(dim, dim)
        self.v_proj = nn.Linear(dim, dim)
        self.o_proj = nn.Linear(dim, dim)

class Layer(nn.Module):
    def __init__(self, dim, num_heads):
        super().__init__()
        self.attention = Attention(dim, ${heads})
        self.layernorm_before = nn.LayerNorm(dim)
        self.layernorm_after = nn.LayerNorm(dim)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dim, 64), "fc2": nn.Linear(64, dim)})

class Vit(nn.Module):
    def __init__(self, dim, num_heads, depth):
        super().__init__()
        self.layers = nn.ModuleList([Layer(dim, num_heads) for _ in range(depth)])
        self.layernorm = nn.LayerNorm(dim)

model = Vit(dim=32, num_heads=4, depth=2)
`;
    const heads = async (text: string): Promise<string[]> =>
      (await matchText(text, checkpoint)).problems.filter(({ code }) => code === 'heads-differ').map(short);
    expect(await heads(source('num_heads'))).toEqual([]);
    expect(await heads(source('8'))).toEqual([
      'heads-differ 15: The code says num_heads = 8; the checkpoint has 4 heads at vit.layers.0.attention.',
    ]);
    expect(await heads(source('num_heads').replace('num_heads=4', 'num_heads=16'))).toEqual([
      'heads-differ 26: The code says num_heads = 16; the checkpoint has 4.',
    ]);
  });
});
