import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FIXTURES } from '../support/fixtures.js';
import { runCli } from '../support/run-cli.js';

const SOURCE = join(FIXTURES, 'source/vit_pytorch/vit.py');
const FILE = join(FIXTURES, 'source/vit_pytorch/vit.safetensors');

describe('qk-lens match', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'match-'));
  });

  afterAll(() => rm(folder, { recursive: true }));

  test('writes which definitions own which tensors', async () => {
    const { status, stdout } = await runCli(['match', SOURCE, FILE, '--json', '--strict']);
    expect(status).toBe(0);
    const result: unknown = JSON.parse(stdout);
    expect(result).toMatchObject({
      schema: 1,
      command: 'match',
      source: { path: FILE, format: 'safetensors' },
      class: 'ViT',
      score: 1,
      unmatchedTensors: [],
      unmatchedDefinitions: [],
      problems: [],
    });
    expect(result).toHaveProperty(
      'matches',
      expect.arrayContaining([
        expect.objectContaining({
          file: SOURCE,
          line: 44,
          class: 'Attention',
          attribute: 'to_qkv',
          module: 'nn.Linear',
          tensors: ['transformer.layers.{i}.0.to_qkv.weight'],
          count: 2,
          shape: [72, 24],
          symbolic: '(inner_dim * 3, dim)',
          role: 'query-key-value',
        }),
      ]),
    );
  });

  test('tells it for people', async () => {
    const { status, stdout, stderr } = await runCli(['match', SOURCE, FILE]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`class ViT (${SOURCE}:85): 34 of 34 tensors\n`);
    expect(stdout).toContain(
      `${SOURCE}:44  Attention.to_qkv = nn.Linear\n    transformer.layers.{i}.0.to_qkv.weight  2 x (72, 24) = (inner_dim * 3, dim)\n`,
    );
  });

  test('--strict fails where code and checkpoint have drifted apart, and a link leads nowhere', async () => {
    const drifted = join(folder, 'drifted.py');
    const source = await readFile(SOURCE, 'utf8');
    await writeFile(
      drifted,
      `${source.replace('inner_dim * 3, bias = False', 'inner_dim * 3')}\nw = torch.load("gone.pth")\n`,
    );
    const args = ['match', drifted, FILE, '--json'];
    const strict = await runCli([...args, '--strict']);
    expect(strict.status).toBe(1);
    expect(JSON.parse(strict.stdout)).toMatchObject({
      problems: [
        { code: 'bias-differs', file: drifted, line: 44 },
        { code: 'missing-checkpoint', message: 'There is no file gone.pth.' },
      ],
    });
    expect((await runCli(args)).status).toBe(0);
  });

  test('a class that the sources lack is wrong use, and a checkpoint of another model is said to be one', async () => {
    const unknown = await runCli(['match', SOURCE, FILE, '--class', 'Nobody']);
    expect(unknown.status).toBe(2);
    expect(unknown.stderr).toMatch(
      /the sources define no class Nobody; give one of its classes: FeedForward, Attention/u,
    );
    const other = await runCli(['match', SOURCE, join(FIXTURES, 'checkpoints/hf_clip')]);
    expect(other.status).toBe(1);
    expect(other.stderr).toContain('no class of the sources');
    const absent = await runCli(['match', 'absent.py', FILE]);
    expect([absent.status, absent.stderr]).toEqual([1, 'qk-lens: absent.py: there is no such file; check the path\n']);
  });
});
