import type { Locator, Page } from 'playwright-core';
import { LIMIT_MS } from './limit.js';

/** The box at the top of the workbench: palette, quick open, quick picks, input boxes and file dialogs. */
export class QuickInput {
  readonly #page: Page;
  readonly #widget: Locator;
  readonly #field: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.#widget = page.locator('.quick-input-widget:visible');
    this.#field = this.#widget.locator('input.input, input[type=text]').first();
  }

  /** Runs a command by its whole title with its category, such as `View: Close All Editors`. */
  async run(title: string): Promise<void> {
    await this.start(title);
    await this.closed();
  }

  /** Runs a command that asks something next. */
  async start(title: string): Promise<void> {
    await this.#page.keyboard.press('F1');
    await this.#field.fill(`>${title}`);
    await this.accept(title);
  }

  /** Opens a file of the workspace by its name and waits for its tab. */
  async openFile(name: string): Promise<void> {
    await this.#page.keyboard.press('Control+P');
    await this.#field.fill(name);
    await this.accept(name);
    await this.#page.locator('.tab.active', { hasText: name }).waitFor();
  }

  /** Picks an entry of the list on show. */
  async pick(label: string): Promise<void> {
    await this.#field.fill(label);
    await this.accept(label);
  }

  /** The labels on show, in their order. */
  async labels(): Promise<string[]> {
    await this.#widget.locator('.monaco-list-row').first().waitFor();
    return this.#widget.locator('.monaco-list-row .label-name').allInnerTexts();
  }

  /** Answers an input box. */
  async answer(text: string): Promise<void> {
    await this.#field.fill(text);
    await this.#page.keyboard.press('Enter');
    await this.closed();
  }

  /** Answers a dialog that asks where to save. @returns the file that it proposed */
  async saveAs(file: string): Promise<string> {
    // it shows the folder first and takes no answer before it has added the name
    await this.#widget.getByRole('button', { name: 'OK', exact: true }).waitFor();
    const end = performance.now() + LIMIT_MS;
    let proposal = '';
    while (proposal === '' || proposal.endsWith('/')) {
      if (performance.now() > end) throw new Error(`The dialog proposes no file but ${proposal}.`);
      proposal = await this.#field.inputValue();
    }
    await this.answer(file);
    return proposal;
  }

  /** Waits until nothing is asked any more. */
  async closed(): Promise<void> {
    await this.#page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  /** Presses Enter once the row in focus is the wanted one, never before. */
  private async accept(label: string): Promise<void> {
    const row = this.#widget.locator('.monaco-list-row.focused', { hasText: label });
    await row.waitFor();
    await this.#page.keyboard.press('Enter');
  }
}
