import type { Frame, Locator } from 'playwright-core';
import type { PanelPage } from './panel.js';

/** What a person does with a picture under the figures of a panel. */
export class ImageRowPage {
  readonly frame: Frame;

  constructor(panel: PanelPage) {
    this.frame = panel.frame;
  }

  /** Takes the sample's picture and waits until the maps of the selected head are there. */
  async useSample(): Promise<void> {
    await this.frame.getByRole('button', { name: 'Use the sample' }).click();
    await this.shown();
  }

  /** Waits for the maps and the attention of the selected head. */
  async shown(): Promise<void> {
    await this.strip.getByRole('option').first().waitFor();
    await this.frame.getByRole('img', { name: /^Attention of / }).waitFor();
  }

  get strip(): Locator {
    return this.frame.getByRole('listbox', { name: 'Modes by their share of the score' });
  }

  /** What the model sees, with the patch that asks. */
  get input(): Locator {
    return this.frame.getByRole('img', { name: /as the model sees it/ });
  }

  /** Waits until a token is the one that asks. */
  async asks(words: string): Promise<void> {
    const title = this.frame.locator('.patch-figure .figure-title', { hasText: words });
    await title.waitFor();
  }

  /** Opens a tab under the row. */
  async openTab(name: string | RegExp): Promise<void> {
    await this.frame.getByRole('tab', { name }).click();
    await this.frame.getByRole('tab', { name, selected: true }).waitFor();
  }

  /** The picture on which a mask is painted. */
  get painter(): Locator {
    return this.frame.getByRole('application', { name: /The object on the picture/ });
  }

  /** The row of an entry in the table of modes. */
  entryRow(name: string): Locator {
    return this.frame.getByRole('grid', { name: 'Modes' }).getByRole('row', { name: new RegExp(`^${name}\\b`) });
  }

  /** True for a canvas with more than one colour. */
  isDrawn(picture: Locator): Promise<boolean> {
    return picture.locator('canvas').evaluate((canvas) => {
      if (!(canvas instanceof HTMLCanvasElement)) return false;
      const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      return new Set(data).size > 16;
    });
  }
}
