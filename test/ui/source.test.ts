import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SAMPLE } from '../host/workspace.js';
import { CodeEditor } from './support/code-editor.js';
import { chooseInMenu, PanelPage } from './support/panel.js';
import type { ThemeId } from './support/theme.js';
import { useWorkbench } from './support/use-workbench.js';

const CODE = 'test/fixtures/beside-code';

const workbench = useWorkbench({
  ...SAMPLE,
  'vit/attention.py': `${CODE}/attention.py`,
  'vit/dinov2.py': `${CODE}/dinov2.py`,
  'vit/train.py': `${CODE}/train.py`,
  'vit/model.yaml': `${CODE}/model.yaml`,
});

const editor = (): CodeEditor => new CodeEditor(workbench().page);

/** Opens the model, and in front of it the file with its attention. */
async function openAttention(): Promise<void> {
  const { quickInput } = workbench();
  await quickInput.openFile('dinov2.py');
  await editor().lenses('QK:').first().waitFor({ state: 'attached' });
  await quickInput.openFile('attention.py');
}

test('a line over the class says what the checkpoint holds, and analyses it', async () => {
  await openAttention();
  await editor().lenses('QK: 12 layers × 6 heads').first().waitFor();
  await editor().lenses('analyse').first().click();
  await editor().lenses('QK: similar 0.73 → 0.13 → 0.43 over 12 layers | 5 of 72 heads dissimilar').first().waitFor();
});

for (const theme of ['dark', 'light', 'highContrast', 'highContrastLight'] satisfies ThemeId[]) {
  test(`a hover over the query projection shows tensor, shape and picture in ${theme}`, async () => {
    await workbench().setTheme(theme);
    await workbench().quickInput.openFile('attention.py');
    await editor().lenses('QK: similar').first().waitFor();
    const hover = await editor().hover('self.query = nn.Linear', 'query', 'attention.attention.query.weight');
    await hover.locator('img').waitFor();
    const text = await hover.innerText();
    assert.match(text, /encoder\.layer\.\*\.attention\.attention\.query\.weight/);
    assert.match(text, /\(384, 384\) float16/);
    assert.match(text, /6 heads of 64 · folded basis/);
    assert.match(text, /Most similar L0 H4 0\.97 · most dissimilar L5 H3 −0\.42/);
    const size = await hover.locator('img').evaluate((image) => [image.clientWidth, image.clientHeight]);
    assert.deepEqual(size, [320, 90]);
    await workbench().screenshot(`beside-code-${theme}`);
  });
}

test('a link of the hover selects the head in the panel', async () => {
  await workbench().setTheme('dark');
  const hover = await editor().hover('self.query = nn.Linear', 'query', 'attention.attention.query.weight');
  await hover.getByText('L5 H3 −0.42').click();
  const panel = await PanelPage.shown(workbench());
  await panel.headShown(5, 3);
  await workbench().screenshot('beside-code-panel');
  await workbench().run('View: Close All Editors');
});

test('a path without a file is told, and put right by a quick fix', async () => {
  const { page, quickInput } = workbench();
  await quickInput.openFile('train.py');
  await editor().squiggles('info').first().waitFor();
  await quickInput.run('View: Focus Problems');
  const problem = page.getByRole('treeitem', { name: /No checkpoint at sample\/mdoel\.safetensors/ });
  await problem.waitFor();
  await workbench().screenshot('beside-code-problems');
  await editor().click('weights = load_file', 'mdoel');
  await page.keyboard.press('Control+.');
  const fix = page.locator('.action-widget:visible').getByText('Use sample/model.safetensors');
  await fix.waitFor();
  await workbench().screenshot('beside-code-quick-fix');
  await page.keyboard.press('Enter');
  await problem.waitFor({ state: 'hidden' });
  await editor().line('weights = load_file("sample/model.safetensors")').waitFor();
  await workbench().run('View: Toggle Panel Visibility');
  await workbench().run('File: Revert File');
});

test('definitions are reached from the tree, and lead back to it', async () => {
  const { page, quickInput } = workbench();
  await workbench().run('View: Close All Editors');
  await workbench().run('View: Show QK Lens');
  await quickInput.start('QK Lens: Filter Tensors...');
  await quickInput.answer('layer.7.mlp.fc2.weight');
  const row = (name: RegExp) => page.getByRole('treeitem', { name }).first();
  const checkpoint = row(/^sample\/model\.safetensors/);
  if ((await checkpoint.getAttribute('aria-expanded')) !== 'true')
    await checkpoint.locator('.monaco-tl-twistie').click();
  await chooseInMenu(workbench(), row(/fc2\.weight/), 'Go to Definition in Code');
  const line = 'self.fc2 = nn.Linear(dim * ratio, dim)';
  await editor().line(line).waitFor();
  assert.equal(await page.locator('.tab.active').getAttribute('data-resource-name'), 'dinov2.py');
  await editor().click('self.fc1 = nn.Linear', 'fc1');
  await workbench().run('QK Lens: Reveal in Checkpoint');
  await page.getByText('Tensors whose names hold: encoder.layer. .mlp.fc1.weight').waitFor();
  await row(/^Tensors/).waitFor();
  await workbench().screenshot('beside-code-tree');
  await workbench().run('QK Lens: Show All Tensors');
});

test('a class is linked by hand, and definitions are marked in the gutter where the setting says so', async () => {
  const { page, quickInput } = workbench();
  await quickInput.openFile('dinov2.py');
  await editor().click('class Layer(', 'Layer');
  await quickInput.start('QK Lens: Link Class to a Checkpoint...');
  await quickInput.pick('sample/model.safetensors');
  await quickInput.closed();
  workbench().configure({ 'qkLens.gutter': true });
  await page.locator('.cgmr').first().waitFor();
  await workbench().screenshot('beside-code-gutter');
  await editor().click('class Layer(', 'Layer');
  await quickInput.start('QK Lens: Link Class to a Checkpoint...');
  await quickInput.pick('By fit');
  await quickInput.closed();
});

test('the walkthrough opens with its pictures', async () => {
  const { page } = workbench();
  await workbench().run('View: Toggle Primary Side Bar Visibility');
  await workbench().run('QK Lens: Open Walkthrough');
  await page.getByText('Get Started with QK Lens').first().waitFor();
  await page.getByText('See it beside the code').click();
  await page.getByText('Open the Python file with the model').waitFor();
  await workbench().screenshot('walkthrough');
});
