import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS } from '../../src/vscode/manifest/commands.js';
import { CHECKPOINTS_VIEW } from '../../src/vscode/manifest/views.js';
import { extension, lens } from './support/lens.js';

/** The extension may take this long at most to start. */
const ACTIVATION_LIMIT_MS = 50;

// Looked at while the suite loads: later tests need the extension.
const startedByItself = extension().isActive;

describe('the start', () => {
  it('waits until somebody needs the extension', () => {
    assert.equal(startedByItself, false);
  });

  it('is quick', async () => {
    const { activationMs } = await lens();
    assert.ok(activationMs <= ACTIVATION_LIMIT_MS, `${activationMs.toString()} ms`);
  });

  it('registers the commands of the table and no others', async () => {
    await lens();
    const all = await vscode.commands.getCommands(true);
    // VS Code itself makes some for each view
    const own = all.filter((id) => id.startsWith('qkLens.') && !id.startsWith(`${CHECKPOINTS_VIEW}.`));
    assert.deepEqual(own.sort(), Object.values(COMMANDS).sort());
  });
});
