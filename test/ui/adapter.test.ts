import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PanelPage } from './support/panel.js';
import type { ThemeId } from './support/theme.js';
import { useWorkbench } from './support/use-workbench.js';

const CHECKPOINTS = 'test/fixtures/checkpoints';
const ADAPTER = 'test/fixtures/adapters/vit_query_value';

const workbench = useWorkbench({
  'adapter/adapter_config.json': `${ADAPTER}/adapter_config.json`,
  'adapter/adapter_model.safetensors': `${ADAPTER}/adapter_model.safetensors`,
  'adapter/config.json': `${CHECKPOINTS}/hf_vit/config.json`,
  'adapter/model.safetensors': `${CHECKPOINTS}/hf_vit/model.safetensors`,
  'rotary/config.json': `${CHECKPOINTS}/hf_dinov3/config.json`,
  'rotary/dinov3.safetensors': `${CHECKPOINTS}/hf_dinov3/model.safetensors`,
});

const THEMES: readonly ThemeId[] = ['light', 'highContrast', 'dark'];

test('a click on an adapter beside its base shows the merged model, and of a head how it changed', async () => {
  const panel = await PanelPage.open(workbench(), 'adapter/adapter_model.safetensors');
  const { frame } = panel;
  await panel.cell(1, 2).click();
  await panel.headShown(1, 2);
  const merged = await panel.cell(1, 2).getAttribute('aria-label');
  const remark = await frame.locator('.head-top .remark', { hasText: 'The adapter changed this head' }).innerText();
  assert.match(remark, / by [\d.]+ % of its size; weighted [−\d.]+ before\./u);
  assert.match(remark, /The change itself: weighted [−\d.]+, \d+ modes, strongest mode σ [\d.]+, cosine [−\d.]+\.$/u);
  assert.match(
    await frame.locator('body').innerText(),
    /with the LoRA adapter of adapter_model\.safetensors merged in/,
  );
  await workbench().screenshot('adapter');
  await workbench().run('View: Close All Editors');
  const base = await PanelPage.open(workbench(), 'adapter/model.safetensors');
  assert.notEqual(await base.cell(1, 2).getAttribute('aria-label'), merged);
  await workbench().run('View: Close All Editors');
});

test('figures over distance are computed when they are asked for, drawn, and told as a table', async () => {
  const panel = await PanelPage.open(workbench(), 'rotary/dinov3.safetensors');
  const { frame } = panel;
  await panel.cell(1, 1).click();
  await panel.headShown(1, 1);
  assert.equal(await frame.locator('.distance-curve').count(), 0);
  await frame.getByRole('button', { name: 'Over distance' }).click();
  const curve = frame.locator('.distance-curve').getByRole('img', { name: /patches/ });
  await curve.waitFor();
  const first = await curve.getAttribute('aria-label');
  await panel.cell(0, 2).click();
  await frame.waitForFunction((before) => {
    const now = document.querySelector('.distance-curve [role=img]')?.getAttribute('aria-label') ?? null;
    return now !== null && now !== before;
  }, first);
  for (const theme of THEMES) {
    await workbench().setTheme(theme);
    await curve.waitFor();
    await curve.scrollIntoViewIfNeeded();
    await workbench().screenshot(`distance-${theme}`);
  }
  await frame.getByRole('button', { name: 'Show as table' }).last().click();
  const table = frame.getByRole('region', { name: 'Figures over distance' });
  assert.ok((await table.getByRole('row').count()) > 3);
  await frame.getByRole('button', { name: 'Hide the figures over distance' }).click();
  await table.waitFor({ state: 'detached' });
});
