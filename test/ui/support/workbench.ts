import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Frame, Page } from 'playwright-core';
import type { Server } from '../../host/server.js';
import { workbenchRestored, type WorkbenchPage } from '../../host/workbench.js';
import { artefacts } from '../../host/paths.js';
import { Explorer } from './explorer.js';
import { Notifications } from './notifications.js';
import { QuickInput } from './quick-input.js';
import { themes, type ThemeId } from './theme.js';
import { webviewWith } from './webview.js';

const screenshots = path.join(artefacts, 'ui');

/** What a person does in the workbench, and what they see. */
export class Workbench {
  readonly page: Page;
  /** Folder of the workspace: a copy that the test may change. */
  readonly folder: string;
  readonly explorer: Explorer;
  readonly quickInput: QuickInput;
  readonly notifications: Notifications;
  readonly #server: Server;

  constructor({ page }: WorkbenchPage, server: Server, folder: string) {
    this.page = page;
    this.folder = folder;
    this.explorer = new Explorer(page);
    this.quickInput = new QuickInput(page);
    this.notifications = new Notifications(page);
    this.#server = server;
  }

  /** Runs a command by its whole title with its category. */
  run(title: string): Promise<void> {
    return this.quickInput.run(title);
  }

  /** The document of the webview that shows an element. */
  webview(selector: string): Promise<Frame> {
    return webviewWith(this.page, selector);
  }

  /** Changes settings and leaves the rest. */
  configure(settings: Readonly<Record<string, unknown>>): void {
    this.#server.configure(settings);
  }

  /** Changes the theme and waits until the workbench has it. @returns the class that a webview's body then gets */
  async setTheme(id: ThemeId): Promise<string> {
    const theme = themes[id];
    this.configure({ 'workbench.colorTheme': theme.name });
    await this.page.locator(`.monaco-workbench.${theme.workbench}`).waitFor();
    return theme.body;
  }

  /** Reloads the window and waits until it shows what it had. */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('domcontentloaded');
    await this.quickInput.start('Developer: Reload Window');
    await loaded;
    await workbenchRestored(this.page);
  }

  /** Takes a picture of the whole window. @returns its file */
  async screenshot(name: string): Promise<string> {
    mkdirSync(screenshots, { recursive: true });
    const file = path.join(screenshots, `${name.replaceAll(/[^\w-]+/g, '-')}.png`);
    await this.page.screenshot({ path: file });
    return file;
  }
}
