import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { SAMPLE } from '../host/workspace.js';
import { writtenFile } from './support/files.js';
import { chooseInMenu, PanelPage } from './support/panel.js';
import type { ThemeId } from './support/theme.js';
import { useWorkbench } from './support/use-workbench.js';

const workbench = useWorkbench(SAMPLE);

const open = (): Promise<PanelPage> => PanelPage.open(workbench(), 'sample/model.safetensors');

test('a click shows what the file is, what it does over depth, and all heads', async () => {
  const panel = await open();
  assert.match(await panel.frame.locator('h1').innerText(), /^DINOv2 ViT-S\/14$/);
  assert.match(await panel.verdict(), /layer 1/);
  assert.match(await panel.verdict(), /5 of 72 heads look for dissimilar tokens, most of all L5 H3 \(−0\.42\)/);
  assert.equal(await panel.cells.count(), 72);
  assert.match((await panel.cell(0, 4).getAttribute('aria-label')) ?? '', /weighted 0\.97, similar$/);
  await panel.frame.getByRole('img', { name: /over the layers/ }).waitFor();
});

test('a head is picked by a click, by the verdict, and by its name', async () => {
  const panel = await open();
  await panel.cell(8, 2).click();
  await panel.headShown(8, 2);
  const { page, quickInput } = workbench();
  await page.locator('.statusbar-item', { hasText: 'L8 H2' }).waitFor();
  await panel.frame.locator('.verdict').getByRole('button', { name: 'L5 H3' }).click();
  await panel.headShown(5, 3);
  await quickInput.start('QK Lens: Go to Head...');
  await quickInput.answer('2.1');
  await panel.headShown(2, 1);
  await page.locator('.statusbar-item', { hasText: 'L2 H1' }).waitFor();
  assert.match(await panel.status(), /^Layer 2, head 1, weighted 0\.19/);
});

test('the basis is changed and changed back', async () => {
  const panel = await open();
  await panel.choose('folded');
  const folded = await panel.cell(0, 0).getAttribute('aria-label');
  await panel.choose('raw');
  await panel.frame.waitForFunction(
    (before) => document.querySelector('[role=gridcell]')?.getAttribute('aria-label') !== before,
    folded,
  );
  await panel.choose('folded');
  await panel.frame.waitForFunction(
    (before) => document.querySelector('[role=gridcell]')?.getAttribute('aria-label') === before,
    folded,
  );
});

test('the keyboard goes everywhere', async () => {
  const panel = await open();
  const { keyboard } = workbench().page;
  await panel.cell(4, 2).click();
  await panel.headShown(4, 2);
  await keyboard.press('ArrowRight');
  await keyboard.press('ArrowDown');
  await panel.headShown(5, 3);
  await keyboard.press('Home');
  await panel.headShown(0, 3);
  await keyboard.press('Enter');
  await keyboard.press('ArrowRight');
  await panel.frame.locator('[role=status]', { hasText: 'Mode 1,' }).waitFor({ state: 'attached' });
  await keyboard.press('Escape');
  await panel.frame.locator('[role=status]', { hasText: 'Mode 0,' }).waitFor({ state: 'attached' });
  await keyboard.press('Alt+ArrowDown');
  await panel.headShown(0, 4);
});

test('figures are exported as CSV', async () => {
  await open();
  const { quickInput, folder } = workbench();
  await quickInput.start('QK Lens: Export...');
  await quickInput.pick('CSV');
  const target = path.join(folder, 'sample/figures.csv');
  assert.equal(path.basename(await quickInput.saveAs(target)), 'model-folded.csv');
  const [header, ...rows] = (await writtenFile(target)).toString('utf8').trimEnd().split('\r\n');
  assert.match(header ?? '', /^layer,head,mode,sigma,cos,angle,block/);
  assert.equal(rows.length, 12 * 6 * 64);
  const [layer, head, mode, sigma, cos] = rows[(5 * 6 + 3) * 64]?.split(',').map(Number) ?? [];
  assert.deepEqual([layer, head, mode, sigma?.toFixed(2), cos?.toFixed(2)], [5, 3, 0, '0.78', '-0.88']);
});

test('pictures are exported as SVG and PNG', async () => {
  await open();
  const { quickInput, folder } = workbench();
  const save = async (label: string, name: string): Promise<Buffer> => {
    await quickInput.start('QK Lens: Export...');
    await quickInput.pick(label);
    const target = path.join(folder, 'sample', name);
    await quickInput.saveAs(target);
    return writtenFile(target);
  };
  const svg = (await save('SVG picture', 'layers.svg')).toString('utf8');
  assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  assert.match(svg, /DINOv2/);
  const png = await save('PNG picture', 'layers.png');
  assert.deepEqual([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
});

test('the context menu of a figure saves it as a picture', async () => {
  const panel = await open();
  await panel.cell(1, 1).click();
  await panel.headShown(1, 1);
  const { quickInput, folder } = workbench();
  await chooseInMenu(workbench(), panel.frame.getByRole('heading', { name: 'Layer 1 · Head 1' }), 'Save Picture...');
  await quickInput.pick('SVG picture');
  const target = path.join(folder, 'sample/head.svg');
  assert.equal(path.basename(await quickInput.saveAs(target)), 'model-folded-head.svg');
  assert.match((await writtenFile(target)).toString('utf8'), /L1 H1|Layer 1/);
});

test('the selected cell is copied as text', async () => {
  const panel = await open();
  await panel.cell(5, 3).click();
  await workbench().page.keyboard.press('Control+C');
  await workbench().page.waitForFunction(async () => (await navigator.clipboard.readText()).includes('0.42'));
});

test('all is as it was after a reload of the window', async () => {
  const before = await open();
  await before.choose('raw');
  await before.cell(9, 1).click();
  await before.headShown(9, 1);
  await workbench().reload();
  const after = await PanelPage.shown(workbench());
  await after.headShown(9, 1);
  await after.shownIn('raw');
  await after.choose('folded');
});

test('every kind of theme has the colours of its own', async () => {
  const panel = await open();
  const colours = new Set<string>();
  const themes: readonly ThemeId[] = ['light', 'highContrast', 'highContrastLight', 'dark'];
  for (const theme of themes) {
    const body = await workbench().setTheme(theme);
    await panel.frame.locator(`body.${body}`).waitFor();
    await panel.frame.waitForFunction(
      (known) =>
        !known.includes(getComputedStyle(document.querySelector('[role=gridcell]') ?? document.body).backgroundColor),
      [...colours],
    );
    const cell = panel.cells.first();
    colours.add(await cell.evaluate((element) => getComputedStyle(element).backgroundColor));
    await workbench().screenshot(`panel-${theme}`);
  }
  assert.equal(colours.size, themes.length);
});
