import assert from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { QkLensApi } from '../../src/vscode/api.js';
import type { TreeNode } from '../../src/vscode/tree/nodes.js';
import { MAX_CHECKPOINTS } from '../../src/vscode/tree/find-checkpoints.js';
import { closeAll, fixture, inWorkspace, lens, open, run, scratchFolder } from './support/lens.js';
import { until } from './support/until.js';
import { untilWatched } from './support/watched.js';

interface Row {
  readonly node: TreeNode;
  readonly label: string;
  readonly description: string;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

async function rows(api: QkLensApi, node?: TreeNode): Promise<Row[]> {
  const nodes = await api.tree.getChildren(node);
  return nodes.map((child) => {
    const { label, description } = api.tree.getTreeItem(child);
    return { node: child, label: textOf(label), description: textOf(description) };
  });
}

function row(list: readonly Row[], label: string): Row {
  const found = list.find((each) => each.label === label);
  assert.ok(found, `${label} is not among ${list.map((each) => each.label).join(', ')}`);
  return found;
}

describe('the tree of checkpoints', () => {
  afterEach(closeAll);

  it('lists the files of the workspace with their size', async () => {
    const list = await rows(await lens());
    assert.deepEqual(
      list.map(({ label }) => label),
      ['sample/model.safetensors'],
    );
    assert.match(row(list, 'sample/model.safetensors').description, /44\.\d MB/);
  });

  it('shows the verdict of a file that was analysed', async () => {
    const shown = await open(inWorkspace('sample/model.safetensors'));
    await run(shown);
    const list = await rows(shown.api);
    const { node, description } = row(list, 'sample/model.safetensors');
    assert.match(description, /ViT-S\/14 · 44\.\d MB$/);
    const { tooltip, iconPath } = shown.api.tree.getTreeItem(node);
    assert.match(textOf(tooltip), /similar/);
    assert.match(JSON.stringify(iconPath), /image\/svg/);
  });

  it('opens to models, layers and tensors', async () => {
    const api = await lens();
    const inside = await rows(api, row(await rows(api), 'sample/model.safetensors').node);
    assert.equal(inside.at(-1)?.label, 'Tensors');
    assert.equal(inside.at(-1)?.description, '223');
    const model = inside[0];
    assert.ok(model);
    assert.match(model.description, /12 × 6/);
    const layers = await rows(api, model.node);
    assert.equal(layers.length, 12);
    const tensors = await rows(api, row(layers, 'Layer 3').node);
    const query = tensors.find(({ label }) => label.endsWith('query.weight'));
    assert.match(query?.description ?? '', /^float16 \(384, 384\) · 294\.9 kB$/);
  });

  it('filters tensors by words', async () => {
    const api = await lens();
    await vscode.commands.executeCommand('qkLens.clearTensorFilter');
    api.tree.filter = 'Query weight';
    try {
      const inside = await rows(api, row(await rows(api), 'sample/model.safetensors').node);
      assert.equal(inside.at(-1)?.description, '12 of 223');
    } finally {
      await vscode.commands.executeCommand('qkLens.clearTensorFilter');
    }
  });

  it('follows the disk and the setting', async () => {
    const api = await lens();
    await rows(api);
    const scratch = scratchFolder();
    try {
      await untilWatched(scratch.folder);
      writeFileSync(path.join(scratch.folder, 'new.ckpt'), 'x');
      writeFileSync(path.join(scratch.folder, 'other.weights'), 'x');
      const labels = async (): Promise<string[]> => (await rows(api)).map(({ label }) => label);
      await settled(labels, (list) => list.includes('new.ckpt'));
      assert.ok(!(await labels()).includes('other.weights'));
      await vscode.workspace
        .getConfiguration('qkLens')
        .update('checkpoints.include', ['**/*.weights'], vscode.ConfigurationTarget.Workspace);
      await settled(labels, (list) => list.join() === 'other.weights');
    } finally {
      await vscode.workspace
        .getConfiguration('qkLens')
        .update('checkpoints.include', undefined, vscode.ConfigurationTarget.Workspace);
      scratch.delete();
    }
  });

  it('drops the files of a folder that is deleted as a whole', async () => {
    const api = await lens();
    const scratch = scratchFolder();
    await untilWatched(scratch.folder);
    writeFileSync(path.join(scratch.folder, 'gone.ckpt'), 'x');
    const labels = async (): Promise<string[]> => (await rows(api)).map(({ label }) => label);
    await settled(labels, (list) => list.includes('gone.ckpt'));
    scratch.delete();
    await settled(labels, (list) => !list.includes('gone.ckpt'));
  });

  it('says what is wrong with a file that cannot be read', async () => {
    const api = await lens();
    const scratch = scratchFolder();
    try {
      writeFileSync(path.join(scratch.folder, 'empty.safetensors'), '');
      await vscode.commands.executeCommand('qkLens.refreshCheckpoints');
      const inside = await rows(api, row(await rows(api), 'empty.safetensors').node);
      assert.equal(inside.length, 1);
      assert.match(inside[0]?.label ?? '', /empty/);
    } finally {
      scratch.delete();
      await vscode.commands.executeCommand('qkLens.refreshCheckpoints');
    }
  });

  it('shows a sharded checkpoint as one', async () => {
    const api = await lens();
    const scratch = scratchFolder();
    try {
      cpSync(fixture('checkpoints/hf_vit_sharded'), scratch.folder, { recursive: true });
      await vscode.commands.executeCommand('qkLens.refreshCheckpoints');
      const labels = (await rows(api)).map(({ label }) => label);
      assert.deepEqual(
        labels.filter((label) => label.includes('scratch-')),
        [`${path.basename(scratch.folder)}/model.safetensors.index.json`],
      );
    } finally {
      scratch.delete();
      await vscode.commands.executeCommand('qkLens.refreshCheckpoints');
    }
  });

  it('lists no more than its limit', async () => {
    const api = await lens();
    const scratch = scratchFolder();
    try {
      for (let index = 0; index <= MAX_CHECKPOINTS; index++)
        writeFileSync(path.join(scratch.folder, `${index.toString()}.ckpt`), '');
      await vscode.commands.executeCommand('qkLens.refreshCheckpoints');
      assert.equal((await rows(api)).length, MAX_CHECKPOINTS);
    } finally {
      scratch.delete();
      await vscode.commands.executeCommand('qkLens.refreshCheckpoints');
    }
  });

  it('stays quick with ten thousand tensors', async () => {
    const api = await lens();
    const scratch = scratchFolder();
    try {
      writeFileSync(path.join(scratch.folder, 'many.safetensors'), manyTensors(10_000));
      await vscode.commands.executeCommand('qkLens.refreshCheckpoints');
      const inside = await rows(api, row(await rows(api), 'many.safetensors').node);
      const startedMs = performance.now();
      const top = await rows(api, inside.at(-1)?.node);
      assert.equal(top.length, 50);
      assert.equal((await rows(api, top[0]?.node)).length, 200);
      assert.ok(performance.now() - startedMs < 200);
    } finally {
      scratch.delete();
      await vscode.commands.executeCommand('qkLens.refreshCheckpoints');
    }
  });
});

/** Looks again each time the list may have changed. */
async function settled(look: () => Promise<string[]>, wanted: (list: string[]) => boolean): Promise<void> {
  let last: string[] = [];
  let looking = false;
  await until('the list', () => {
    if (!looking) {
      looking = true;
      void look().then((list) => {
        last = list;
        looking = false;
      });
    }
    return wanted(last) ? true : undefined;
  });
}

function manyTensors(count: number): Uint8Array {
  const names = Array.from({ length: count }, (_, index) => `t${index.toString()}`);
  const entries = names.map((name, index) => [
    name,
    { dtype: 'F32', shape: [1], data_offsets: [4 * index, 4 * index + 4] },
  ]);
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(4 * count)]);
}
