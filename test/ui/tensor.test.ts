import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SAMPLE } from '../host/workspace.js';
import { useWorkbench } from './support/use-workbench.js';
import type { ThemeId } from './support/theme.js';

const workbench = useWorkbench(SAMPLE);

const row = (name: RegExp) => workbench().page.getByRole('treeitem', { name }).first();

test('a tensor of the tree shows its statistics, its elements and its spectrum', async () => {
  await workbench().run('View: Show QK Lens');
  for (const name of [/^sample\/model\.safetensors/, /^vision|^model/, /^Layer 3/])
    await row(name).locator('.monaco-tl-twistie').click();
  await row(/query\.weight/).click();
  const frame = await workbench().webview('.tensor canvas');
  assert.match(await frame.locator('.tensor .facts').innerText(), /147\s456/);
  const place = frame.getByRole('img', { name: /Rows 0 to 383, columns 0 to 383/ });
  await place.press('+');
  await frame.getByRole('img', { name: /Rows 96 to 287, columns 96 to 287/ }).waitFor();
  await frame.getByRole('button', { name: 'Whole' }).click();
  await place.waitFor();
  await frame.getByRole('button', { name: 'Read singular values' }).click();
  await frame.getByText('384 singular values').waitFor();
  for (const theme of ['light', 'dark', 'highContrast'] satisfies ThemeId[]) {
    await workbench().setTheme(theme);
    await workbench().screenshot(`tensor-${theme}`);
  }
});
