import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { SAMPLE } from '../host/workspace.js';
import { writtenFile } from './support/files.js';
import { ImageRowPage } from './support/image-row.js';
import { chooseInMenu, PanelPage } from './support/panel.js';
import { useWorkbench } from './support/use-workbench.js';

const workbench = useWorkbench(SAMPLE);

/** The sample at layer 8, head 3, with its picture. */
async function open(): Promise<{ panel: PanelPage; row: ImageRowPage }> {
  const panel = await PanelPage.open(workbench(), 'sample/model.safetensors');
  await panel.cell(8, 3).click();
  await panel.headShown(8, 3);
  const row = new ImageRowPage(panel);
  const there = row.strip.or(panel.frame.getByRole('button', { name: 'Use the sample' })).first();
  await there.waitFor();
  if (await row.strip.isVisible()) await row.shown();
  else await row.useSample();
  return { panel, row };
}

test('an image shows what each mode asks for, what answers, and what a patch attends to', async () => {
  const { panel, row } = await open();
  const names = await row.strip.getByRole('option').allInnerTexts();
  assert.match(names[0] ?? '', /^key bias/);
  assert.match(names[1] ?? '', /^M\d+\s/);
  for (const picture of [row.input, panel.frame.getByRole('img', { name: /positive end$/ })]) {
    assert.ok(await row.isDrawn(picture), 'the picture is drawn');
  }
  const shares = await row.entryRow('key bias').innerText();
  assert.match(shares, /%$/);
  await panel.frame.getByText('query half-peak').scrollIntoViewIfNeeded();
  await workbench().screenshot('image-row');
});

test('a patch is picked by a click and by arrow keys, prefix tokens by P, and Escape goes back', async () => {
  const { panel, row } = await open();
  const { keyboard } = workbench().page;
  await row.input.click({ position: { x: 2, y: 2 } });
  await row.asks('Row 0, column 0');
  await row.input.focus();
  await keyboard.press('Shift+ArrowDown');
  await keyboard.press('ArrowRight');
  await row.asks('Row 4, column 1');
  assert.match(await panel.status(), /^Row 4, column 1/);
  await keyboard.press('p');
  await row.asks('class token');
  await keyboard.press('Escape');
  await row.asks('Row 4, column 1');
});

test('modes are walked through on the strip, the same cursor as in the table', async () => {
  const { panel, row } = await open();
  const { keyboard } = workbench().page;
  await row.strip.focus();
  await keyboard.press('Home');
  await panel.frame.getByText('preferred keys').waitFor();
  await keyboard.press('ArrowRight');
  const first = row.strip.getByRole('option', { selected: true });
  const name = (await first.innerText()).split(/\s/)[0] ?? '';
  await panel.frame.locator('tr[aria-selected=true]', { hasText: name }).waitFor();
  await panel.frame.getByRole('radio', { name: 'apart', exact: true }).check({ force: true });
  await panel.frame.getByRole('img', { name: /positive end, query map$/ }).waitFor();
  await keyboard.press('Escape');
  await panel.frame.getByRole('img', { name: /positive end$/ }).waitFor();
});

test('a click in the small pictures selects that head', async () => {
  const { panel, row } = await open();
  await row.openTab(/^All heads of layer 8$/);
  await panel.frame.getByRole('option', { name: /^Head 1,/ }).click();
  await panel.headShown(8, 1);
  await row.shown();
});

test('an object taken by one click has a preference over depth', async () => {
  const { panel, row } = await open();
  await row.openTab('Object preference');
  const box = await row.painter.boundingBox();
  assert.ok(box !== null);
  await row.painter.click({ position: { x: box.width / 2, y: box.height / 2 } });
  await panel.frame.getByText(/^L8 H3: the object's patches attend to their own object/).waitFor();
  await panel.frame.getByRole('img', { name: /^Queries on the object/ }).scrollIntoViewIfNeeded();
  await workbench().screenshot('image-preference');
});

test('the command for keypoints shows their tab, with a map of interrelation and a sentence', async () => {
  const { panel } = await open();
  await workbench().quickInput.start('QK Lens: Keypoints of an Image...');
  await workbench().quickInput.pick('coffee.png');
  await panel.frame.getByRole('tab', { name: 'Keypoints', selected: true }).waitFor();
  const map = panel.frame.getByRole('grid', { name: 'Interrelation of every head' });
  await map.getByRole('gridcell', { name: /^Layer 8, head 3, interrelation/ }).click();
  await panel.frame.getByText(/^L8 H3: .* when shifted/).waitFor();
  await panel.frame.getByText(/coloured and dotted: more than the 255 shifted pictures/).waitFor();
  await panel.frame.getByRole('img', { name: /^What each group receives/ }).scrollIntoViewIfNeeded();
  await workbench().screenshot('image-keypoints');
});

test('a mode is taken out, the model runs again, and one click undoes it', async () => {
  const { panel, row } = await open();
  await row.openTab('Change the model');
  await panel.frame.getByRole('checkbox', { name: 'Take out M0', exact: true }).check();
  await panel.frame.getByRole('button', { name: 'Run again' }).click();
  await panel.frame.getByText(/^L8 H3 without M0$/).waitFor();
  await panel.frame.getByText(/^The output changes by /).waitFor();
  const pair = ['before', 'after'].map((when) =>
    panel.frame.getByRole('img', { name: `Attention ${when} the change` }),
  );
  for (const picture of pair) assert.ok(await row.isDrawn(picture), 'both are drawn');
  await panel.frame.getByText(/the change moves .* of this attention elsewhere/).scrollIntoViewIfNeeded();
  await workbench().screenshot('image-change');
  await panel.frame.getByRole('button', { name: 'Undo', exact: true }).click();
  await panel.frame.getByText(/^The output changes by /).waitFor({ state: 'detached' });
});

test('attention is led by a painted region', async () => {
  const { panel, row } = await open();
  await row.openTab('Keypoints');
  const by = panel.frame.getByRole('combobox', { name: 'Towards' });
  await by.selectOption({ label: 'a painted region' });
  const canvas = panel.frame.getByRole('application', { name: /^The region that attention is led by/ });
  await canvas.focus();
  await workbench().page.keyboard.press('Enter');
  await panel.frame.getByText('1 patch, more than half painted each').waitFor();
  await panel.frame.getByRole('slider', { name: 'Strength' }).fill('4');
  await panel.frame.getByText(/^Scores towards 1 patch raised by up to 4\.0/).waitFor();
  const curve = panel.frame.getByRole('group', { name: /^Change of the output by the strength/ });
  await curve.getByText(/^Strength 4\.0: the output changes by /).waitFor();
  await curve.focus();
  await workbench().page.keyboard.press('Home');
  await curve.getByText(/^Strength 0\.0: /).waitFor();
  await workbench().screenshot('image-prompting');
  await panel.frame.getByRole('button', { name: 'Undo', exact: true }).click();
});

test('what lies off the object is ranked on the picture and led to; its check and a slow relevance can be stopped', async () => {
  const { panel, row } = await open();
  await row.openTab('Object preference');
  const box = await row.painter.boundingBox();
  assert.ok(box !== null);
  await row.painter.click({ position: { x: box.width / 2, y: box.height / 2 } });
  await row.openTab('Keypoints');
  const part = panel.frame.getByRole('region', { name: 'Relevance off the object' });
  await part.getByRole('radio', { name: 'mask', exact: true, checked: true }).waitFor();
  await part.getByText(/^Off ratio \d+\.\d\d: patches off the object/).waitFor();
  const picture = part.getByRole('img', { name: /^Relevance of each patch, .* candidates off it outlined/ });
  await picture.locator('canvas').waitFor();
  assert.ok(await row.isDrawn(picture), 'the picture is drawn');
  const second = part.getByRole('button', { name: /^Candidate 2, row \d+, column \d+$/ });
  const place = (await second.getAttribute('aria-label')) ?? '';
  await second.click();
  await row.asks(place.replace('Candidate 2, row', 'Row'));
  await part.scrollIntoViewIfNeeded();
  await workbench().screenshot('image-off-object');

  const target = path.join(workbench().folder, 'off.csv');
  await part.getByRole('button', { name: 'Save as CSV…' }).click();
  await workbench().quickInput.saveAs(target);
  const [header, , row2] = (await writtenFile(target)).toString('utf8').split('\r\n');
  assert.match(header ?? '', /^rank,patches,row,column,relevance,r c,output change,/);
  assert.match(place, new RegExp(`row ${row2?.split(',').slice(2, 4).join(', column ') ?? ''}$`));

  for (const begin of [
    part.getByRole('button', { name: 'Run without each of them' }),
    part.getByRole('radio', { name: 'deletion' }),
  ]) {
    await begin.click({ force: true });
    await part.getByRole('button', { name: 'Cancel' }).click();
    await part.getByRole('button', { name: /^Run / }).waitFor();
  }
  await part.getByRole('radio', { name: 'final tokens' }).click({ force: true });
  await part.getByRole('radio', { name: 'rollout' }).click({ force: true });
  await part.getByText(/the object is taken to be the \d+ patches/).waitFor();
  await part.getByText(/over all layers\.$/).waitFor();
});

test('guided masking is looked at on the picture, drawn again, and exported', async () => {
  const { panel, row } = await open();
  await row.openTab('Keypoints');
  const part = panel.frame.getByRole('region', { name: 'Guided masking' });
  await part.getByText('192 of 256 patches masked; seed 1.').waitFor();
  const sample = part.getByRole('img', { name: 'One sampled mask' });
  for (const picture of [part.getByRole('img', { name: 'Chance of each patch to be masked' }), sample]) {
    assert.ok(await row.isDrawn(picture), 'both are drawn');
  }
  const pixels = (): Promise<string> =>
    sample.locator('canvas').evaluate((canvas) => (canvas instanceof HTMLCanvasElement ? canvas.toDataURL() : ''));
  const before = await pixels();
  await part.getByRole('button', { name: 'Sample again' }).click();
  await part.getByText('192 of 256 patches masked; seed 2.').waitFor();
  assert.notEqual(await pixels(), before);
  await part.getByRole('slider', { name: 'Masked share' }).fill('0.5');
  await part.getByRole('radio', { name: 'few keypoints first' }).click({ force: true });
  await part.getByText('128 of 256 patches masked; seed 2.').waitFor();
  await part.getByText(/Patches with few keypoints are masked more often\.$/).waitFor();
  await part.scrollIntoViewIfNeeded();
  await workbench().screenshot('image-masking');

  const target = path.join(workbench().folder, 'masks.npz');
  await part.getByRole('button', { name: 'Export chances…' }).click();
  await workbench().quickInput.saveAs(target);
  assert.equal((await writtenFile(target)).subarray(0, 2).toString(), 'PK');
  const beside = (await writtenFile(target.replace('.npz', '.json'))).toString('utf8');
  assert.match(beside, /"ratio": 0\.5,\s+"strength": 0\.5,\s+"direction": "poor",\s+"concentration": "scale"/);
});

test('a picture is copied from its context menu', async () => {
  const { panel } = await open();
  const { page } = workbench();
  await chooseInMenu(workbench(), panel.frame.getByText('attends to', { exact: true }), 'Copy Picture');
  await page.getByText('Copied the picture').waitFor();
  await page.waitForFunction(async () => {
    const items = await navigator.clipboard.read();
    return items.some(({ types }) => types.includes('image/png'));
  });
});

test('the maps are exported as a picture', async () => {
  const { panel } = await open();
  const { quickInput, folder } = workbench();
  await panel.frame.getByRole('button', { name: 'Export…', exact: true }).click();
  await quickInput.pick('Modes on the image');
  const target = path.join(folder, 'sample/modes.svg');
  await quickInput.saveAs(target);
  const svg = (await writtenFile(target)).toString('utf8');
  assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  assert.match(svg, />L8 H3 (M\d+|key bias) on coffee\.png</);
  assert.match(svg, /<image [^>]*href="data:image\/png/);
});

/** Pastes a file into the panel. @param bytes null: a picture of 40 x 40 pixels */
async function paste({ frame }: PanelPage, name: string, bytes: number | string | null): Promise<void> {
  await frame.evaluate(
    async ({ fileName, content }) => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [40, 40];
      canvas.getContext('2d')?.fillRect(10, 10, 20, 20);
      const picture = await new Promise<Blob | null>((resolve) => {
        canvas.toBlob(resolve);
      });
      const part = typeof content === 'number' ? new Uint8Array(content) : (content ?? picture ?? '');
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([part], fileName));
      document.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }));
    },
    { fileName: name, content: bytes },
  );
}

test('a picture is pasted; one beyond the limit is refused and leaves it, and so is a file that is no picture', async () => {
  const { panel, row } = await open();
  await paste(panel, 'pasted.png', null);
  await row.frame.locator('.input-figure .figure-title', { hasText: 'pasted.png' }).waitFor();
  await row.shown();
  await paste(panel, 'large.png', 100_000_001);
  await panel.frame.getByText(/^large\.png has 100/).waitFor();
  await row.shown();
  await paste(panel, 'notes.png', 'no picture');
  await panel.frame
    .getByText(/^notes\.png /)
    .first()
    .waitFor();
  await row.strip.waitFor({ state: 'detached' });
});
