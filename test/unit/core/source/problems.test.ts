import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SourceProblem } from '../../../../src/core/source/contract.js';
import { Sources } from '../../../../src/core/source/sources.js';
import { matchWithImports } from '../../../../src/core/source/with-imports.js';
import { FIXTURES } from '../../support/fixtures.js';
import { fixtureCheckpoint, madeCheckpoint, matched, matchText, pythonParser } from '../../support/sources.js';

/** timm's model with its attention changed. */
async function withAttention(change: (text: string) => string): Promise<string[]> {
  const sources = new Sources(await pythonParser());
  const file = join(FIXTURES, 'source/timm/models/vision_transformer.py');
  sources.update({ file, cell: null, text: readFileSync(file, 'utf8') });
  const read = (path: string): Promise<string | null> => {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : null;
    return Promise.resolve(text !== null && path.endsWith('layers/attention.py') ? change(text) : text);
  };
  const outcome = matched(
    await matchWithImports(sources, await fixtureCheckpoint('checkpoints/timm_vit_pth'), {}, read),
  );
  return outcome.problems.map(({ code, message }) => `${code}: ${message}`);
}

describe('the order of queries, keys and values', () => {
  test.each([
    ['another order', 'q, k, v = qkv.unbind(0)', 'k, q, v = qkv.unbind(0)', 'key, query, value, in this order,'],
    [
      'heads outside of the three parts',
      'reshape(B, N, 3, self.num_heads, self.head_dim)',
      'reshape(B, N, self.num_heads, 3, self.head_dim)',
      'the three parts of each head together',
    ],
  ])('%s than that of the checkpoint is told', async (_, from, to, order) => {
    let changed = false;
    const problems = await withAttention((text) => {
      changed = text.includes(from);
      return text.replace(from, to);
    });
    expect(changed).toBe(true);
    expect(problems).toEqual([
      `order-differs: The code takes ${order} from qkv; the checkpoint is read as timm-vit has it, all queries first, then all keys, then all values.`,
    ]);
  });

  test.each([
    ['parts with other names', 'q, k, v = qkv.unbind(0)', 'a, b, c = qkv.unbind(0)'],
    ['parts that are made in a way that is not read', 'q, k, v = qkv.unbind(0)', 'k, q, v = swap(qkv.unbind(0))'],
  ])('nothing is said of %s', async (_, from, to) => {
    expect(await withAttention((text) => text.replace(from, to))).toEqual([]);
  });
});

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
        reason: 'the checkpoint has no tensor extra.weight, and the code does not always make it',
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
