import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SAMPLE } from '../host/workspace.js';
import { ImageRowPage } from './support/image-row.js';
import { PanelPage } from './support/panel.js';
import { useWorkbench } from './support/use-workbench.js';

const workbench = useWorkbench(SAMPLE, { asksTrust: true });

const WAITS = 'Running a model needs a trusted workspace.';

test('a folder that is not trusted: its weights are analysed; running the model waits, and comes with trust', async () => {
  const { page, notifications, quickInput } = workbench();
  const restricted = page.getByRole('button', { name: /^Restricted Mode/ });
  await restricted.waitFor();
  await page.evaluate('globalThis.sameWindow = true');
  const panel = await PanelPage.open(workbench(), 'sample/model.safetensors');
  assert.match(await panel.verdict(), /similar/);
  assert.equal(await panel.cells.count(), 72);

  const row = new ImageRowPage(panel);
  await row.frame.getByText(WAITS).scrollIntoViewIfNeeded();
  assert.equal(await row.frame.getByRole('button', { name: 'Use the sample' }).count(), 0);
  for (const theme of ['light', 'dark'] as const) {
    await workbench().setTheme(theme);
    await workbench().screenshot(`untrusted-${theme}`);
  }
  const editor = page.getByRole('dialog', { name: 'Workspace Trust' });
  const trust = editor.getByRole('button', { name: 'Trust', exact: true });
  await row.frame.getByRole('button', { name: 'Manage trust' }).click();
  await trust.waitFor();
  await editor.getByRole('button', { name: /^Close/ }).click();
  await editor.waitFor({ state: 'hidden' });

  await quickInput.start('QK Lens: Open Image...');
  await notifications.press(WAITS, 'Manage Workspace Trust');
  await trust.click();
  await restricted.waitFor({ state: 'hidden' });
  await editor.getByRole('button', { name: /^Close/ }).click();
  await row.useSample();
  await row.frame.getByText(WAITS).waitFor({ state: 'detached' });
  assert.equal(await page.evaluate('globalThis.sameWindow'), true);
});
