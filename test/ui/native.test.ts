import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SAMPLE } from '../host/workspace.js';
import { PanelPage } from './support/panel.js';
import type { ThemeId } from './support/theme.js';
import { useWorkbench } from './support/use-workbench.js';

const CHECKPOINTS = 'test/fixtures/checkpoints';

const workbench = useWorkbench({
  ...SAMPLE,
  'clip.safetensors': `${CHECKPOINTS}/hf_clip/model.safetensors`,
  'pytorch_model.bin': `${CHECKPOINTS}/hf_vit_state_dict/pytorch_model.bin`,
  'resnet.pth': `${CHECKPOINTS}/no_attention_cnn/resnet.pth`,
});

const row = (name: string | RegExp) => workbench().page.getByRole('treeitem', { name }).first();

test('the view lists checkpoints, opens to layers, and a layer selects itself in the panel', async () => {
  await workbench().run('View: Show QK Lens');
  await row(/^sample\/model\.safetensors/)
    .locator('.monaco-tl-twistie')
    .click();
  await row(/^vision|^model/)
    .locator('.monaco-tl-twistie')
    .click();
  await row(/^Layer 7/).click();
  const panel = await PanelPage.shown(workbench());
  await panel.headShown(7, 0);
  await workbench().screenshot('checkpoints-view');
});

test('a tensor of the tree shows its statistics, its elements and its spectrum', async () => {
  await workbench().run('View: Show QK Lens');
  await row(/^Layer 3/)
    .locator('.monaco-tl-twistie')
    .click();
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
  for (const theme of ['light', 'highContrast', 'dark'] satisfies ThemeId[]) {
    await workbench().setTheme(theme);
    await workbench().screenshot(`tensor-${theme}`);
  }
});

test('tensors are filtered by words', async () => {
  const { quickInput, page } = workbench();
  await workbench().run('View: Show QK Lens');
  await quickInput.start('QK Lens: Filter Tensors...');
  await quickInput.answer('query weight');
  const message = page.getByText('Tensors whose names hold: query weight');
  await message.waitFor();
  await workbench().run('QK Lens: Show All Tensors');
  await message.waitFor({ state: 'hidden' });
});

test('the sample opens from the palette', async () => {
  await workbench().run('QK Lens: Open Sample');
  const panel = await PanelPage.shown(workbench());
  assert.match(await panel.frame.locator('h1').innerText(), /DINOv2/);
  await workbench().run('View: Close All Editors');
});

test('a file that others own too opens by its menu', async () => {
  await workbench().run('View: Show Explorer');
  const panel = await PanelPage.openByMenu(workbench(), 'pytorch_model.bin');
  assert.match(await panel.frame.locator('h1').innerText(), /ViT/);
});

test('the number of heads is changed where the file does not say it, and changed back', async () => {
  const { quickInput } = workbench();
  await workbench().run('View: Show Explorer');
  const panel = await PanelPage.openByMenu(workbench(), 'pytorch_model.bin');
  const before = await panel.cells.count();
  await quickInput.start('QK Lens: Set Number of Heads...');
  await quickInput.answer('2');
  const heads = (count: number): Promise<unknown> =>
    panel.frame.waitForFunction((wanted) => document.querySelectorAll('.map-row').length === wanted, count);
  await heads(2);
  assert.notEqual(await panel.cells.count(), before);
  await panel.frame.getByText('2 heads, as you chose').waitFor();
});

test('one of several models is picked', async () => {
  const { explorer, quickInput } = workbench();
  await workbench().run('View: Show Explorer');
  await explorer.open('clip.safetensors');
  const panel = await PanelPage.shown(workbench());
  const model = panel.frame.locator('.labelled', { hasText: 'Model' }).getByRole('button');
  const first = await model.innerText();
  await model.click();
  const other = (await quickInput.labels()).find((label) => label !== first);
  assert.ok(other);
  await quickInput.pick(other);
  await panel.frame.locator('.labelled', { hasText: 'Model' }).getByRole('button', { name: other }).waitFor();
});

test('a file without attention says what it looks like, and lists its tensors', async () => {
  const { explorer, page } = workbench();
  await workbench().run('View: Show Explorer');
  await explorer.open('resnet.pth');
  const panel = await workbench().webview('.problem');
  await panel.getByText('No attention layers in this file.').waitFor();
  await panel.getByRole('button', { name: 'List tensors' }).click();
  await page
    .getByRole('treeitem', { name: /^resnet\.pth/ })
    .locator('xpath=self::*[@aria-expanded="true"]')
    .waitFor();
  await row(/^Tensors/).waitFor();
});

test('diagnostics hold versions and settings', async () => {
  await workbench().run('QK Lens: Collect Diagnostics');
  await workbench().page.locator('.view-line', { hasText: 'QK Lens diagnostics' }).waitFor();
  await workbench().page.locator('.view-line', { hasText: 'basis: "folded"' }).waitFor();
});
