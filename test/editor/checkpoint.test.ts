import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { COMMANDS } from '../../src/vscode/manifest/commands.js';
import { closeAll, fixture, inWorkspace, lens, open, run, scratchFolder } from './support/lens.js';
import { until } from './support/until.js';

const sample = (): vscode.Uri => inWorkspace('sample/model.safetensors');

const rounded = (value: number | null | undefined): string => (value ?? NaN).toFixed(2);

describe('a checkpoint', () => {
  afterEach(closeAll);

  it('opens by a click, and its figures come by themselves', async () => {
    const shown = await open(sample());
    assert.ok(vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputCustom);
    const { layers, focus, analysis } = await run(shown);
    assert.equal(focus.basis, 'folded');
    assert.equal(layers.length, 12);
    assert.deepEqual([rounded(layers[0]?.weighted), rounded(layers[5]?.weighted)], ['0.64', '0.13']);
    assert.match(analysis?.verdict.map(({ text }) => text).join('') ?? '', /similar/);
  });

  it('opens by the index of its shards', async () => {
    const scratch = scratchFolder();
    try {
      cpSync(fixture('checkpoints/hf_vit_sharded'), scratch.folder, { recursive: true });
      const shown = await open(path.join(scratch.folder, 'model.safetensors.index.json'), 'option');
      const { layers } = await run(shown);
      assert.ok(layers.length > 0);
      assert.equal(shown.session.opened?.inspection.source.format, 'safetensors-sharded');
    } finally {
      await closeAll();
      scratch.delete();
    }
  });

  it('opens by the folder that holds it', async () => {
    const api = await lens();
    await vscode.commands.executeCommand(COMMANDS.openWith, inWorkspace('sample'));
    await until('the panel', () => api.panels.of(sample())[0]);
  });

  it('tells its panel, which selects a head and says so', async () => {
    const { panel, api } = await open(sample());
    const selection = await until('a selection', () => panel.selection ?? undefined);
    assert.deepEqual([selection.layer, selection.head], [5, 3]);
    assert.equal(api.panels.active, panel);
    panel.select(8, 2);
    await until('the other selection', () => (panel.selection?.layer === 8 ? true : undefined));
    assert.equal(panel.selection?.head, 2);
  });

  it('keeps the figures of both bases', async () => {
    const shown = await open(sample());
    const folded = await run(shown);
    await shown.session.setBasis(shown.panel, 'raw');
    const raw = await run(shown);
    assert.notEqual(raw.layers[0]?.weighted, folded.layers[0]?.weighted);
    await shown.session.setBasis(shown.panel, 'folded');
    assert.equal(await run(shown), folded);
  });

  it('has one session for two editors beside each other, and none when both are closed', async () => {
    const { api, uri, session } = await open(sample());
    await vscode.commands.executeCommand('workbench.action.splitEditor');
    await until('the second panel', () => (api.panels.of(uri).length === 2 ? true : undefined));
    assert.equal(api.sessions.get(uri), session);
    assert.deepEqual(
      api.panels.of(uri).map((panel) => panel.session === session),
      [true, true],
    );
  });

  it('is drawn again when its tab comes back to the front', async () => {
    const { panel, uri } = await open(sample());
    await until('a selection', () => panel.selection ?? undefined);
    await vscode.window.showTextDocument(inWorkspace('sample/config.json'), { preview: false });
    await vscode.commands.executeCommand('vscode.open', uri);
    panel.select(2, 1);
    await until('a selection made in the page that came back', () => (panel.selection?.layer === 2 ? true : undefined));
  });

  it('starts in the basis of the setting', async () => {
    const settings = vscode.workspace.getConfiguration('qkLens');
    await settings.update('basis', 'raw', vscode.ConfigurationTarget.Workspace);
    try {
      const { focus } = await run(await open((await lens()).sample));
      assert.equal(focus.basis, 'raw');
    } finally {
      await settings.update('basis', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });
});
