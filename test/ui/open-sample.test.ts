import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SAMPLE } from '../host/workspace.js';
import { useWorkbench } from './support/use-workbench.js';

const workbench = useWorkbench(SAMPLE);

test('a click on the sample shows what it is', async () => {
  await workbench().explorer.open('sample/model.safetensors');
  const panel = await workbench().webview('h1');
  assert.match(await panel.locator('h1').innerText(), /DINOv2/);
});

test('the panel is there again after a reload of the window', async () => {
  await workbench().explorer.open('sample/model.safetensors');
  await workbench().webview('h1');
  await workbench().reload();
  const panel = await workbench().webview('h1');
  assert.match(await panel.locator('h1').innerText(), /DINOv2/);
});

test('the panel follows the theme', async () => {
  await workbench().explorer.open('sample/model.safetensors');
  for (const id of ['light', 'highContrast', 'highContrastLight', 'dark'] as const) {
    const body = await workbench().setTheme(id);
    const panel = await workbench().webview('h1');
    await panel.locator(`body.${body}`).waitFor();
    await workbench().screenshot(`open-sample-${id}`);
  }
});
