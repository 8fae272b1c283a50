import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { browserLaunch } from './chromium.js';
import type { Host } from './host.js';
import type { Server } from './server.js';

/** An error that a person would see in the developer tools. */
export interface Problem {
  readonly text: string;
  readonly url: string;
}

/** A page on the workbench, and what went wrong in it. */
export interface WorkbenchPage {
  readonly browser: Browser;
  readonly page: Page;
  /** Errors of every frame, refusals by a content security policy among them; the bare workbench's own are left out. */
  readonly problems: Problem[];
  /** Addresses outside this machine that were asked for; they were refused. */
  readonly outside: string[];
}

export interface WorkbenchOptions {
  readonly folder: string;
  /** An extension to run from its folder. */
  readonly development?: string;
  /** A bundle of tests to run in the extension host. */
  readonly tests?: string;
}

const RESTORE_LIMIT_MS = 60_000;

/** Errors that the workbench makes in this host with no extension at all. */
const KNOWN_NOISE = [
  /\/vsda\//,
  /favicon/,
  /\/serviceWorker\.js/,
  /\/update\/check/,
  /authentication provider 'github'/,
  // said by parts of the workbench itself when its window is reloaded
  /Unable to (read|write) file 'vscode-remote:[^']*\/data\/User\/[^']*' \(Canceled: Canceled\)/,
  /Unable to write file 'vscode-log:[^']*' \(Error: IndexedDB database 'vscode-web-db' is closed\.\)/,
  /\[lifecycle\] Long running operations during shutdown are unsupported in the web/,
  // a picture of the welcome page that this host leaves out
  /\/browser\/media\/templates\.png$/,
  /^A bad HTTP response code \(404\) was received when fetching the script/,
];

/** The webview's made-up hosts are answered by its service worker; nothing goes out for them. */
const isOutside = ({ protocol, hostname }: URL): boolean =>
  /^(https?|wss?):$/.test(protocol) &&
  !/^(127\.0\.0\.1|localhost|[\w-]+\.localhost)$/.test(hostname) &&
  !/\.vscode-cdn\.net$|\.vscode-resource\./.test(hostname);

function watchProblems(page: Page, problems: Problem[]): void {
  const add = (text: string, url: string): void => {
    if (!KNOWN_NOISE.some((pattern) => pattern.test(text) || pattern.test(url))) problems.push({ text, url });
  };
  page.on('console', (message) => {
    if (message.type() === 'error') add(message.text(), message.location().url);
  });
  page.on('pageerror', (error) => {
    add(error.stack ?? String(error), page.url());
  });
  page.on('crash', () => {
    add('the page crashed', page.url());
  });
}

/** Address of the workbench on a folder; a development extension and tests go in as its payload. */
export function workbenchAddress(server: Server, { folder, development, tests }: WorkbenchOptions): string {
  const payload = Object.entries({
    extensionDevelopmentPath: development,
    extensionTestsPath: tests,
  }).flatMap(([key, value]) => (value === undefined ? [] : [[key, server.remote(value)]]));
  const query = new URLSearchParams({ folder: path.resolve(folder) });
  if (payload.length > 0) query.set('payload', JSON.stringify(payload));
  return `http://127.0.0.1:${String(server.port)}/?${query.toString()}`;
}

/** Waits until the workbench shows everything that it had. */
export async function workbenchRestored(page: Page): Promise<void> {
  await page.waitForFunction('globalThis.driver?.whenWorkbenchRestored', null, { timeout: RESTORE_LIMIT_MS });
  await page.evaluate('globalThis.driver.whenWorkbenchRestored()');
}

/** Opens the workbench in a browser; it is not restored yet. */
export async function openWorkbench(host: Host, server: Server, options: WorkbenchOptions): Promise<WorkbenchPage> {
  const browser = await chromium.launch(browserLaunch(host));
  try {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'en-US',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    const problems: Problem[] = [];
    const outside: string[] = [];
    watchProblems(page, problems);
    await context.route(isOutside, async (route) => {
      outside.push(route.request().url());
      await route.abort();
    });
    await page.goto(workbenchAddress(server, options), { waitUntil: 'domcontentloaded' });
    return { browser, page, problems, outside };
  } catch (error) {
    await browser.close();
    throw error;
  }
}
