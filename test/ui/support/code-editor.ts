import type { Locator, Page } from 'playwright-core';

/** The text editor in front: its lines, what stands over and beside them, and its hovers. */
export class CodeEditor {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Lines that the extension put over the code. */
  lenses(text: string | RegExp): Locator {
    return this.#page.locator('.codelens-decoration a', { hasText: text });
  }

  /** The first line on show that holds a text; spaces in it are those that the editor draws. */
  line(text: string): Locator {
    return this.#page.locator('.view-line', { hasText: text.replaceAll(' ', '\u00a0') }).first();
  }

  /** Moves the mouse over a word of the code and waits for a hover that says a text. @returns the hover */
  async hover(line: string, word: string, says: string | RegExp): Promise<Locator> {
    const shown = this.#page.locator('.monaco-hover:visible', { hasText: says });
    await this.#page.mouse.move(2, 2);
    await this.#word(line, word).hover();
    await shown.waitFor();
    return shown;
  }

  /** Puts the cursor into a word. */
  async click(line: string, word: string): Promise<void> {
    await this.#word(line, word).click();
  }

  /** Squiggles of a severity. */
  squiggles(severity: 'info' | 'warning'): Locator {
    return this.#page.locator(`.squiggly-${severity}`);
  }

  #word(line: string, word: string): Locator {
    return this.line(line).locator('span span', { hasText: word }).first();
  }
}
