import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { until } from './support/until.js';

describe('the packaged extension', () => {
  it('is installed and activates', async () => {
    const extension = vscode.extensions.getExtension('qk-lens.qk-lens');
    assert.ok(extension, 'qk-lens.qk-lens is not installed');
    await extension.activate();
    assert.ok(extension.isActive);
  });

  it('opens the sample in its editor', async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder, 'no folder is open');
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.joinPath(folder.uri, 'sample/model.safetensors'));
    const input = await until('a custom editor', () => {
      const shown: unknown = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return shown instanceof vscode.TabInputCustom ? shown : undefined;
    });
    assert.equal(input.viewType, 'qkLens.checkpoint');
  });
});
