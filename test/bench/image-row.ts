// Times what a person does on a picture in the panel, inside the page: from a key or a click to the frame that shows what it asks for.
import type { Page } from 'playwright-core';
import { ImageRowPage } from '../ui/support/image-row.js';
import type { PanelPage } from '../ui/support/panel.js';

/** Time for which a person looks before the next step; what is made ahead of it is there by then. */
const LOOK_MS = 700;
const KEYS = 10;
const MOVES = 120;

/** What a page shows when it has done what was asked: an element with these words, and nothing that stands for what is on its way. */
interface Shown {
  /** The input that asks; null: nothing but the measuring itself. */
  readonly event: 'keydown' | 'mousedown' | 'input' | null;
  readonly selector: string;
  readonly words: string;
  readonly without: string;
}

/** Milliseconds from an input to the end of the first frame that shows something. @param act makes the input */
async function msUntil({ frame }: ImageRowPage, shown: Shown, act: () => Promise<unknown>): Promise<number> {
  const watch = await frame.evaluateHandle(({ event, selector, words, without }) => {
    const ms = new Promise<number>((resolve) => {
      let began = event === null ? performance.now() : Infinity;
      if (event !== null) {
        addEventListener(
          event,
          ({ timeStamp }) => {
            began = timeStamp;
          },
          { capture: true, once: true },
        );
      }
      const look = (): void => {
        const own = [...document.querySelectorAll(selector)].some((one) => one.textContent.includes(words));
        if (began > performance.now() || !own || document.querySelector(without) !== null) {
          requestAnimationFrame(look);
          return;
        }
        // A message comes after the frame.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          resolve(performance.now() - began);
        };
        port2.postMessage(null);
      };
      requestAnimationFrame(look);
    });
    return { ms };
  }, shown);
  await act();
  return watch.evaluate(({ ms }) => ms);
}

/** Milliseconds between the frames of the page while something is done. */
async function framesWhile({ frame }: ImageRowPage, act: () => Promise<unknown>): Promise<number[]> {
  const watch = await frame.evaluateHandle(() => {
    const times: number[] = [];
    const look = (now: number): void => {
      times.push(now);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    return { times };
  });
  await act();
  const times = await watch.evaluate((found) => found.times);
  return times.slice(1).map((time, index) => time - (times[index] ?? NaN));
}

function quantiles(list: readonly number[]): string {
  const sorted = [...list].sort((a, b) => a - b);
  const at = (part: number): string => String(Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? NaN));
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`;
}

async function headChanges(page: Page, row: ImageRowPage, panel: PanelPage): Promise<void> {
  const shown = (layer: number, head: number, event: 'keydown' | 'mousedown'): Shown => ({
    event,
    selector: '.modes-on-image .figure-title',
    words: `L${String(layer)} H${String(head)}`,
    without: '.modes-on-image .stale, .patch-figure .stale, .multiples.stale',
  });
  const ahead: number[] = [];
  await panel.cell(8, 0).click();
  await row.shown();
  for (let step = 1; step <= KEYS; step++) {
    await page.waitForTimeout(LOOK_MS);
    const head = step <= 5 ? step : 10 - step;
    const key = step <= 5 ? 'ArrowDown' : 'ArrowUp';
    ahead.push(await msUntil(row, shown(8, head, 'keydown'), () => page.keyboard.press(key)));
  }
  console.log(`head change by a key, looked at before: ${quantiles(ahead)}`);
  const layers: number[] = [];
  for (const layer of [7, 6, 5, 4, 3, 2]) {
    await page.waitForTimeout(LOOK_MS);
    layers.push(await msUntil(row, shown(layer, 0, 'keydown'), () => page.keyboard.press('ArrowLeft')));
  }
  console.log(`layer change by a key, looked at before: ${quantiles(layers)}`);
  const jumps: number[] = [];
  for (const [layer, head] of [
    [10, 5],
    [1, 3],
    [6, 4],
    [11, 2],
    [3, 1],
  ] as const) {
    await page.waitForTimeout(LOOK_MS);
    jumps.push(await msUntil(row, shown(layer, head, 'mousedown'), () => panel.cell(layer, head).click()));
  }
  console.log(`jump to a head far away by a click: ${quantiles(jumps)}`);
}

async function patches(page: Page, row: ImageRowPage): Promise<void> {
  const steps: number[] = [];
  await row.input.click({ position: { x: 40, y: 2 } });
  await row.asks('Row 0');
  for (let step = 1; step <= KEYS; step++) {
    await page.waitForTimeout(LOOK_MS);
    const shown: Shown = {
      event: 'keydown',
      selector: '.patch-figure .figure-title',
      words: `Row ${String(step)}`,
      without: '.patch-figure .stale',
    };
    steps.push(await msUntil(row, shown, () => page.keyboard.press('ArrowDown')));
  }
  console.log(`patch change by a key: ${quantiles(steps)}`);
  const box = await row.frame.getByRole('img', { name: /positive end$/ }).boundingBox();
  if (box === null) throw new Error('the maps are not there');
  const frames = await framesWhile(row, async () => {
    for (let move = 0; move < MOVES; move++) {
      const [x, y] = [((move * 7) % 97) / 97, ((move * 3) % 89) / 89];
      await page.mouse.move(box.x + x * box.width, box.y + y * box.height);
    }
  });
  console.log(`frames while the mouse moves over patches: ${quantiles(frames)}`);
}

async function modeChanges(page: Page, row: ImageRowPage): Promise<void> {
  const steps: number[] = [];
  await row.strip.focus();
  await page.keyboard.press('Home');
  for (let step = 1; step <= KEYS; step++) {
    await page.waitForTimeout(LOOK_MS);
    const names = await row.strip.getByRole('option').locator('.thumbnail-name').allInnerTexts();
    const words = names[step]?.split(/\s/)[0] ?? '';
    const shown = {
      event: 'keydown',
      selector: '.thumbnail.chosen',
      words,
      without: '.modes-on-image .stale',
    } as const;
    steps.push(await msUntil(row, shown, () => page.keyboard.press('ArrowRight')));
  }
  console.log(`mode change by a key: ${quantiles(steps)}`);
}

async function prompts(page: Page, row: ImageRowPage): Promise<void> {
  await row.openTab('Keypoints');
  const slider = row.frame.getByRole('slider', { name: 'Strength' });
  await slider.waitFor();
  await row.frame.getByText(/coloured and dotted: more than/).waitFor();
  await page.waitForTimeout(LOOK_MS);
  const moves: number[] = [];
  for (const strength of ['4', '3', '2.5', '5']) {
    const words = `raised by up to ${Number(strength).toFixed(1)}`;
    const shown = { event: 'input', selector: '.outcome .figure-title', words, without: '.no-such' } as const;
    moves.push(await msUntil(row, shown, () => slider.fill(strength)));
    await page.waitForTimeout(LOOK_MS);
  }
  const [first, ...later] = moves;
  console.log(`first move of the prompt slider: ${String(Math.round(first ?? NaN))} ms, later: ${quantiles(later)}`);
  await row.frame.getByRole('button', { name: 'Undo', exact: true }).click();
}

async function interrelation(page: Page, row: ImageRowPage): Promise<void> {
  const times: number[] = [];
  const there = { event: null, selector: '.image-grid', words: '', without: '.image-grid.stale' } as const;
  const known = {
    event: null,
    selector: '.interrelation .chart-caption',
    words: 'coloured and dotted: more than',
    without: '.no-such',
  } as const;
  for (let repeat = 0; repeat < 5; repeat++) {
    await row.frame.getByRole('button', { name: 'Close the image' }).click();
    const use = row.frame.getByRole('button', { name: 'Use the sample' });
    await use.waitFor();
    await page.waitForTimeout(LOOK_MS);
    await use.click();
    await msUntil(row, there, () => Promise.resolve());
    times.push(await msUntil(row, known, () => Promise.resolve()));
  }
  console.log(`interrelation of all heads after a run, with its tab open: ${quantiles(times)}`);
}

/** Takes the sample's picture in a panel on the sample, and times it. */
export async function timeImageRow(page: Page, panel: PanelPage): Promise<void> {
  const row = new ImageRowPage(panel);
  await panel.cell(8, 3).click();
  await panel.headShown(8, 3);
  await row.useSample();
  await headChanges(page, row, panel);
  await modeChanges(page, row);
  await patches(page, row);
  await prompts(page, row);
  await interrelation(page, row);
}
