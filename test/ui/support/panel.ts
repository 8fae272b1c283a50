import type { Frame, Locator } from 'playwright-core';
import type { Workbench } from './workbench.js';
import { LIMIT_MS } from './limit.js';

/** What a person does in a panel, and what they see there. Look it up again after its tab was hidden or the window reloaded. */
export class PanelPage {
  readonly frame: Frame;

  private constructor(frame: Frame) {
    this.frame = frame;
  }

  /** Opens a checkpoint of the workspace by a click and waits for its verdict. */
  static async open(workbench: Workbench, file: string): Promise<PanelPage> {
    await workbench.explorer.open(file);
    return PanelPage.shown(workbench);
  }

  /** Opens a checkpoint of the workspace by its context menu and waits for its verdict. */
  static async openByMenu(workbench: Workbench, file: string): Promise<PanelPage> {
    await openByMenu(workbench, file);
    const panel = await PanelPage.shown(workbench);
    // a panel that gets the focus late would close what a test opens over it
    await panel.frame.waitForFunction(() => document.hasFocus());
    return panel;
  }

  /** The panel that is on show, once all of its figures are there. */
  static async shown(workbench: Workbench): Promise<PanelPage> {
    return new PanelPage(await workbench.webview('.verdict'));
  }

  /** The sentence on the model. */
  verdict(): Promise<string> {
    return this.frame.locator('.verdict').innerText();
  }

  /** All cells of the map. */
  get cells(): Locator {
    return this.#map.getByRole('gridcell');
  }

  get #map(): Locator {
    return this.frame.getByRole('grid', { name: 'Weighted cosine of every head' });
  }

  /** The cell of a head. */
  cell(layer: number, head: number): Locator {
    return this.#map.getByRole('gridcell', { name: new RegExp(`^Layer ${String(layer)}, head ${String(head)},`) });
  }

  /** Waits until a head is the one that is shown. */
  async headShown(layer: number, head: number): Promise<void> {
    const title = `Layer ${String(layer)} · Head ${String(head)}`;
    await this.frame.getByRole('heading', { name: title, exact: true }).waitFor();
  }

  /** Switches to a basis and waits until it is on. */
  async choose(basis: 'folded' | 'raw'): Promise<void> {
    await this.frame.getByRole('radio', { name: basis, exact: true }).click();
    await this.shownIn(basis);
  }

  /** Waits until the figures are those in a basis. */
  async shownIn(basis: 'folded' | 'raw'): Promise<void> {
    await this.frame.getByRole('radio', { name: basis, exact: true, checked: true }).waitFor();
  }

  /** What a screen reader is told last. */
  status(): Promise<string> {
    return this.frame.locator('[role=status]').innerText();
  }
}

/** Chooses "Open with QK Lens" in a file's context menu. */
export async function openByMenu(workbench: Workbench, file: string): Promise<void> {
  await chooseInMenu(workbench, await workbench.explorer.item(file), 'Open with QK Lens');
}

/** Chooses an entry of a context menu; a menu takes no click in its first moments. */
export async function chooseInMenu({ page }: Workbench, target: Locator, name: string): Promise<void> {
  await target.click({ button: 'right' });
  const entry = page.getByRole('menuitem', { name });
  await entry.waitFor();
  for (const end = performance.now() + LIMIT_MS; await entry.isVisible();) {
    if (performance.now() > end) throw new Error('The menu stays open.');
    await entry.click({ timeout: 2_000 }).catch(() => undefined);
    await page.waitForTimeout(50);
  }
}
