// Times the panel in the packaged extension, in a warm test host: from a click on a checkpoint to the first head and to the last, and what a person
// does on a picture.
import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { prepareHost } from '../host/host.js';
import { root } from '../host/paths.js';
import { startServer } from '../host/server.js';
import { openWorkbench, workbenchRestored } from '../host/workbench.js';
import { createWorkspace } from '../host/workspace.js';
import { Explorer } from '../ui/support/explorer.js';
import { PanelPage } from '../ui/support/panel.js';
import { webviewWith } from '../ui/support/webview.js';
import { Workbench } from '../ui/support/workbench.js';
import { timeImageRow } from './image-row.js';
import { installedExtension } from '../host/installed.js';

const REPEATS = 5;
const FILE = 'ViT-B-16.safetensors';
const HEADS = 144;

/**
 * Runs in every frame before its own scripts: notes in the frame when a click came, and when the first and the last head were drawn.
 * All frames of a machine share the clock.
 */
const WATCH = `
addEventListener('mousedown', () => { globalThis.clickedAt = Date.now(); }, true);
setInterval(() => {
  const heads = document.querySelectorAll('[role=gridcell].cell:not(.pending)').length;
  if (heads > 0) globalThis.firstAt ??= Date.now();
  if (heads === ${String(HEADS)}) globalThis.lastAt ??= Date.now();
}, 5);
globalThis.beganAt = Date.now();
`;

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN;

async function closeAll(page: Page): Promise<void> {
  await page.keyboard.press('Control+K');
  await page.keyboard.press('Control+W');
  await page.locator('.tab').first().waitFor({ state: 'detached' });
}

/** Opens the file by a click. @returns milliseconds from the click to the panel's page, the first head and the last */
async function once(page: Page): Promise<[frame: number, first: number, last: number]> {
  await new Explorer(page).open(FILE);
  const frame = await webviewWith(page, '.verdict');
  const clicked = Number(await page.evaluate('globalThis.clickedAt'));
  const [began, first, last] = await Promise.all(
    ['beganAt', 'firstAt', 'lastAt'].map(async (name) => Number(await frame.evaluate(`globalThis.${name}`)) - clicked),
  );
  return [began ?? NaN, first ?? NaN, last ?? NaN];
}

const workspace = createWorkspace({ sample: 'media/sample' });
cpSync(path.join(root, 'build/bench', FILE), path.join(workspace.folder, FILE));
const host = await prepareHost();
const server = await startServer(host, { extensions: installedExtension(host) });
server.configure({ 'qkLens.cache.enabled': false });
const window = await openWorkbench(host, server, { folder: workspace.folder });
try {
  const { page } = window;
  await page.context().addInitScript(WATCH);
  await page.reload();
  await workbenchRestored(page);
  await page.getByRole('tab', { name: 'QK Lens' }).waitFor();
  await once(page);
  const runs: (readonly number[])[] = [];
  for (let i = 0; i < REPEATS; i++) {
    await closeAll(page);
    runs.push(await once(page));
  }
  const [began, first, last] = [0, 1, 2].map((at) => Math.round(median(runs.map((run) => run[at] ?? NaN))));
  console.log(
    `panel, ViT-B/16, medians of ${String(REPEATS)}: VS Code has the page after ${String(began)} ms, first layer drawn after ${String(first)} ms, all ${String(HEADS)} heads after ${String(last)} ms`,
  );
  await closeAll(page);
  const workbench = new Workbench(window, server, workspace.folder);
  await timeImageRow(page, await PanelPage.open(workbench, 'sample/model.safetensors'));
} finally {
  await window.browser.close();
  await server.stop();
  rmSync(workspace.folder, { recursive: true, force: true });
}
