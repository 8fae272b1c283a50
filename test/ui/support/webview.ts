import type { Frame, Page } from 'playwright-core';
import { LIMIT_MS } from './limit.js';

const LOOK_MS = 20;

/** Whether a frame is a webview's document. The id tells: names and addresses of frames stay those of the loading page. */
async function isShownDocument(page: Page, frame: Frame): Promise<boolean> {
  if (frame === page.mainFrame() || frame.isDetached()) return false;
  try {
    const element = await frame.frameElement();
    return (await element.getAttribute('id')) === 'active-frame';
  } catch {
    return false; // it went away meanwhile
  }
}

async function shows(frame: Frame, selector: string): Promise<boolean> {
  try {
    return await frame.locator(selector).first().isVisible();
  } catch {
    return false;
  }
}

/**
 * The document of the webview that shows an element. A webview gets a new one when its editor is hidden and shown:
 * look it up again then.
 * @throws when there is none in time
 */
export async function webviewWith(page: Page, selector: string): Promise<Frame> {
  const end = performance.now() + LIMIT_MS;
  for (;;) {
    for (const frame of page.frames()) {
      if ((await isShownDocument(page, frame)) && (await shows(frame, selector))) return frame;
    }
    if (performance.now() > end) throw new Error(`No webview shows ${selector}.`);
    await page.waitForTimeout(LOOK_MS);
  }
}
