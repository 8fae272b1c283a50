import type { Locator, Page } from 'playwright-core';

/** The toasts in the corner. */
export class Notifications {
  readonly #toasts: Locator;

  constructor(page: Page) {
    this.#toasts = page.locator('.notifications-toasts .notification-list-item');
  }

  /** The texts on show. */
  texts(): Promise<string[]> {
    return this.#toasts.locator('.notification-list-item-message').allInnerTexts();
  }

  /** Waits for a toast with the text and presses its button. */
  async press(text: string, button: string): Promise<void> {
    const toast = this.#toasts.filter({ hasText: text });
    await toast.getByRole('button', { name: button, exact: true }).click();
    await toast.waitFor({ state: 'hidden' });
  }
}
