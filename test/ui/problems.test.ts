import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { openByMenu } from './support/panel.js';
import { useWorkbench } from './support/use-workbench.js';

const HOSTILE = 'test/fixtures/hostile';

/** One file of each kind of problem, and what its page says first. */
const FILES: readonly (readonly [file: string, title: RegExp])[] = [
  ['st_empty_file.safetensors', /is empty\.$/],
  ['st_truncated_data.safetensors', /is cut short\.$/],
  ['st_bad_json.safetensors', /is damaged\.$/],
  ['st_overlap.safetensors', /\.$/],
  ['pk_global_system.pt', /was refused\.$/],
  ['zip_encrypted.pt', /is of a kind that is not read\.$/],
  ['zip_traversal.pt', /\.$/],
  ['pk_memo_bomb.pt', /\.$/],
];

const SHARDS = 'index_missing_shard';

const workbench = useWorkbench({
  ...Object.fromEntries(FILES.map(([file]) => [file, `${HOSTILE}/${file}`])),
  [SHARDS]: `${HOSTILE}/${SHARDS}`,
});

for (const [file, title] of FILES) {
  test(`${file} has a page that says what is wrong`, async () => {
    await workbench().explorer.open(file);
    const panel = await workbench().webview('.problem');
    assert.match(await panel.locator('.problem b, .problem h1').first().innerText(), title);
    assert.match(await panel.locator('.problem').innerText(), new RegExp(file.replaceAll('.', '\\.')));
    await panel.getByRole('button', { name: 'Copy details' }).click();
    await workbench().page.waitForFunction(async (name) => {
      const copied = await navigator.clipboard.readText();
      return copied.includes(name) && /^Code: [a-z-]+$/m.test(copied);
    }, file);
    await workbench().screenshot(`problem-${file}`);
    await workbench().run('View: Close All Editors');
  });
}

test('an index without one of its shards says which', async () => {
  await openByMenu(workbench(), `${SHARDS}/model.safetensors.index.json`);
  const panel = await workbench().webview('.problem');
  assert.match(await panel.locator('.problem').innerText(), /model-00002-of-00002\.safetensors/);
});

test('nothing that a file wanted to run has run', () => {
  const left = readdirSync(workbench().folder, { recursive: true, encoding: 'utf8' });
  assert.deepEqual(
    left.filter((name) => name.includes('PWNED')),
    [],
  );
});
