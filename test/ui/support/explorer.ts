import type { Locator, Page } from 'playwright-core';

/** A row that was hit is chosen in a fraction of this. */
const CHOSEN_MS = 2_000;
/** A tree takes in new files once or twice while a test looks at it. */
const MOST_CLICKS = 5;

/** The tree of files in the side bar. */
export class Explorer {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Opens a file by a click. @param path from the workspace's folder, with slashes @throws when no click hits its row */
  async open(path: string): Promise<void> {
    for (let click = 0; click < MOST_CLICKS; click++) {
      const row = await this.item(path);
      await row.click();
      if (await isChosen(row)) return;
    }
    throw new Error(`No click in the tree has chosen ${path}.`);
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

/** Whether a click has hit a row: while the tree takes in new files, another one may have come under the mouse. */
async function isChosen(row: Locator): Promise<boolean> {
  try {
    await row.and(row.page().locator('[aria-selected="true"]')).waitFor({ timeout: CHOSEN_MS });
    return true;
  } catch {
    return false;
  }
}
