import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { COMMANDS } from '../../src/vscode/manifest/commands.js';
import type { Session } from '../../src/vscode/session/session.js';
import { pictureAt } from '../../src/vscode/image/picture-at.js';
import { closeAll, fixture, inWorkspace, lens, open, run, type Shown } from './support/lens.js';
import { MEMORY, MemoryFiles } from './support/memory-files.js';
import { until } from './support/until.js';

const MODEL = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Folder of this disk that the files were copied to. */
function copyOf({ opened }: Session): string {
  assert.ok(opened);
  return opened.inspection.checkpoint.folder;
}

async function page(session: Session) {
  return until('the page', () => (session.state.kind === 'problem' ? session.state.page : undefined));
}

/** Figures of every layer of a panel. */
async function weighted(shown: Pick<Shown, 'session' | 'panel'>): Promise<(number | null)[]> {
  return (await run(shown)).layers.map((layer) => layer.weighted);
}

describe('a checkpoint that lies on no disk', () => {
  let files: MemoryFiles;

  beforeEach(() => {
    files = new MemoryFiles();
  });
  afterEach(async () => {
    await closeAll();
    files.dispose();
  });

  const uriOf = (name: string): vscode.Uri => vscode.Uri.from({ scheme: MEMORY, path: `/${name}` });

  it('is copied with its configuration, shown like one on a disk, and its copy goes when it is closed', async () => {
    const folder = fixture('checkpoints/hf_vit');
    files.putFolder('vit', folder);
    const shown = await open(uriOf(`vit/${MODEL}`));
    const figures = await weighted(shown);
    const { opened } = shown.session;
    assert.ok(opened);
    const { source, warnings } = opened.inspection;
    assert.equal(source.path, shown.uri.toString());
    assert.match(opened.card.models[0]?.confirmedBy.join() ?? '', /config\.json/);
    const said = warnings.find(({ code }) => code === 'copied')?.message ?? '';
    assert.match(said, /^Read through the file system "vscode-vfs" of the editor: \d+\.\d kB in 2 files were copied/);
    assert.deepEqual(files.read.sort(), ['/vit/config.json', '/vit/model.safetensors']);

    const copy = copyOf(shown.session);
    assert.equal(statSync(copy).mode & 0o777, 0o700);
    assert.deepEqual(readdirSync(copy).sort(), ['config.json', MODEL]);
    await closeAll();
    await until('the end of the copy', () => (existsSync(copy) ? undefined : true));

    assert.deepEqual(await weighted(await open(path.join(folder, MODEL))), figures);
  });

  for (const [name, file, kinds] of [
    ['hf_vit_sharded', INDEX, 6],
    ['onnx_external', 'model.onnx', 2],
    ['torch_distributed', '__0_0.distcp', 3],
  ] as const) {
    it(`is copied with the files that it is made of: ${name}`, async () => {
      files.putFolder(name, fixture(`checkpoints/${name}`));
      const shown = await open(uriOf(`${name}/${file}`), file.endsWith('.distcp') ? 'click' : 'option');
      assert.ok((await weighted(shown)).length > 0);
      assert.equal(readdirSync(copyOf(shown.session)).length, kinds);
    });
  }

  it('is found in its folder', async () => {
    files.putFolder('vit', fixture('checkpoints/hf_vit'));
    const api = await lens();
    await vscode.commands.executeCommand(COMMANDS.openWith, uriOf('vit'));
    await until('the panel', () => api.panels.of(uriOf(`vit/${MODEL}`))[0]);
  });

  it('is refused by its size before any of it is read', async () => {
    const uri = files.put(`large/${MODEL}`, new Uint8Array(8), 2_000_000_000);
    const { code, title, detail, advice } = await page((await open(uri)).session);
    assert.equal(code, 'limit');
    assert.equal(title, 'model.safetensors goes beyond a limit.');
    assert.match(
      detail,
      /^It has 2\.0 GB and lies in a workspace of kind "vscode-vfs".* the limit for that is 512\.0 MB\.$/,
    );
    assert.equal(advice, 'Copy it to a disk and open it there.');
    assert.deepEqual(files.read, []);
  });

  it('is refused by the size of its shards, of which none is read', async () => {
    files.putFolder('sharded', fixture('checkpoints/hf_vit_sharded'));
    files.put('sharded/model-00002-of-00004.safetensors', new Uint8Array(8), 600_000_000);
    const { code, detail } = await page((await open(uriOf(`sharded/${INDEX}`), 'option')).session);
    assert.equal(code, 'limit');
    assert.match(detail, /^It has 600\.\d MB with the files that belong to it/);
    assert.deepEqual(files.read, [`/sharded/${INDEX}`]);
  });

  it('whose file system lies about its size is not shown', async () => {
    const bytes = readFileSync(fixture(`checkpoints/hf_vit/${MODEL}`));
    const uri = files.put(`vit/${MODEL}`, bytes, bytes.length - 100);
    const { code, detail } = await page((await open(uri)).session);
    assert.equal(code, 'changed');
    assert.match(detail, /changed while it was copied/);
  });

  it('is not copied any further when its tab is closed', async () => {
    files.putFolder('vit', fixture('checkpoints/hf_vit'));
    const release = files.hold();
    const { session } = await open(uriOf(`vit/${MODEL}`));
    await until('the file to be asked for', () => files.read[0]);
    await closeAll();
    release();
    assert.equal(session.opened, null);
    assert.equal(files.read.length, 1);
  });

  it('can be had again after its copying was cancelled', async () => {
    files.putFolder('vit', fixture('checkpoints/hf_vit'));
    const release = files.hold();
    const shown = await open(uriOf(`vit/${MODEL}`));
    // presses Cancel of the notification, which comes when copying takes a while
    const pressing = setInterval(() => {
      void vscode.commands.executeCommand('notification.acceptPrimaryAction');
    }, 50);
    try {
      const { code, detail, actions } = await page(shown.session);
      assert.equal(code, 'unreadable');
      assert.match(detail, /^Copying it was cancelled after 0 bytes of \d+\.\d kB\.$/);
      assert.equal(actions[0]?.action, 'retry');
    } finally {
      clearInterval(pressing);
      release();
    }
    await shown.session.open();
    await run(shown);
  });

  it('is copied again when it changes, and keeps its figures when the new state cannot be read', async () => {
    files.putFolder('vit', fixture('checkpoints/hf_vit'));
    const shown = await open(uriOf(`vit/${MODEL}`));
    const before = await run(shown);
    const first = copyOf(shown.session);
    const bytes = Buffer.from(readFileSync(fixture(`checkpoints/hf_vit/${MODEL}`)));
    files.put(`vit/${MODEL}`, bytes.subarray(0, 60_000));
    const note = await until('the note', () => shown.session.note ?? undefined);
    assert.match(note.text, /model\.safetensors changed and cannot be read now/);
    assert.equal(shown.session.runOf(shown.panel), before);
    files.put(`vit/${MODEL}`, bytes.fill(0, 100_000));
    await until('the figures of the new file', () => (shown.session.runOf(shown.panel) === before ? undefined : true));
    await run(shown);
    assert.notEqual(copyOf(shown.session), first);
    await closeAll();
    await until('the end of both copies', () => (existsSync(first) ? undefined : true));
  });

  it('is not needed for a picture that lies on none, up to a limit', async () => {
    const shown = await open(inWorkspace(`sample/${MODEL}`));
    await run(shown);
    const bytes = readFileSync(inWorkspace('sample/images/chelsea.png').fsPath);
    const { image } = shown.session;
    await image.open(shown.panel, await pictureAt(files.put('pictures/cat.png', bytes)));
    assert.equal(image.figures?.card.name, 'cat.png');
    await image.close();
    const large = files.put('pictures/large.png', bytes, 2_000_000_000);
    await assert.rejects(pictureAt(large), /has 2\.0 GB .* the limit for that is 100\.0 MB/);
  });

  it('belongs to the code beside it, as far as that is open', async () => {
    files.putFolder('project/model', fixture('../../media/sample'));
    files.putFolder('project', fixture('beside-code'));
    const shown = await open(uriOf(`project/model/${MODEL}`));
    const { index } = shown.api.source;
    for (const name of ['attention.py', 'dinov2.py']) {
      const document = await vscode.workspace.openTextDocument(uriOf(`project/${name}`));
      await vscode.window.showTextDocument(document, { preview: false });
    }
    const known = await until('the match', () =>
      index.matches.find(({ uri }) => uri.toString() === shown.uri.toString()),
    );
    assert.equal(known.match.root.name, 'VisionTransformer');
  });

  it('is listed in the tree, which opens once it is copied', async () => {
    files.putFolder('vit', fixture('checkpoints/hf_vit'));
    const release = files.hold();
    const shown = await open(uriOf(`vit/${MODEL}`));
    const inside = async (): Promise<string[]> => {
      const roots = await shown.api.tree.getChildren();
      const root = roots.find(({ id }) => id === shown.uri.toString());
      const nodes = root === undefined ? [] : await shown.api.tree.getChildren(root);
      return nodes.map((node) => {
        const { label, description } = shown.api.tree.getTreeItem(node);
        return `${textOf(label)}: ${textOf(description)}`;
      });
    };
    const [said] = await inside();
    assert.match(said ?? '', /^it lies in a workspace of kind "vscode-vfs", where files are read whole: open it/);
    release();
    await run(shown);
    assert.match((await inside()).at(-1) ?? '', /^Tensors: \d+$/);
  });
});
