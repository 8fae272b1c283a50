import type { Locator, Page } from 'playwright-core';

/** The tree of files in the side bar. */
export class Explorer {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Opens a file by a click. @param path from the workspace's folder, with slashes */
  async open(path: string): Promise<void> {
    await (await this.item(path)).click();
  }

  /** Chooses an entry of a file's context menu. */
  async chooseInMenu(path: string, entry: string): Promise<void> {
    await (await this.item(path)).click({ button: 'right' });
    await this.#page.getByRole('menuitem', { name: entry }).click();
  }

  /** The row of a file or folder; the folders above it are unfolded. */
  async item(path: string): Promise<Locator> {
    const names = path.split('/');
    let row = this.#row(names[0] ?? path, 1);
    for (const [depth, name] of names.slice(1).entries()) {
      if ((await row.getAttribute('aria-expanded')) === 'false') await row.click();
      row = this.#row(name, depth + 2);
    }
    return row;
  }

  #row(name: string, level: number): Locator {
    const label = this.#page.getByText(name, { exact: true });
    return this.#page.locator(`.explorer-folders-view [role=treeitem][aria-level="${level.toString()}"]`, {
      has: label,
    });
  }
}
