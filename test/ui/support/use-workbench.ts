import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before } from 'node:test';
import { prepareHost } from '../../host/host.js';
import { loggedErrors } from '../../host/logs.js';
import { artefacts } from '../../host/paths.js';
import { startServer, type Server } from '../../host/server.js';
import { openWorkbench, workbenchRestored, type WorkbenchPage } from '../../host/workbench.js';
import { createWorkspace, type Workspace } from '../../host/workspace.js';
import { LIMIT_MS } from './limit.js';
import { Workbench } from './workbench.js';
import { installedExtension } from '../../host/installed.js';

interface Session {
  readonly server: Server;
  readonly window: WorkbenchPage;
  readonly workbench: Workbench;
}

async function startSession(workspace: Workspace, asksTrust: boolean): Promise<Session> {
  const host = await prepareHost();
  const server = await startServer(host, { extensions: installedExtension(host), asksTrust });
  try {
    const window = await openWorkbench(host, server, { folder: workspace.folder });
    window.page.setDefaultTimeout(LIMIT_MS);
    await workbenchRestored(window.page);
    // its view is there: the editor knows the extension, and a click opens a file with it
    await window.page.getByRole('tab', { name: 'QK Lens' }).waitFor();
    return { server, window, workbench: new Workbench(window, server, workspace.folder) };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/**
 * A workbench with the packaged extension for all tests of a file, on a copy of the given contents.
 * A test fails when an error or a refusal shows in the developer tools meanwhile, when a request leaves the machine,
 * and the last one also when the extension host logged an error; what helps to understand it goes to `build/ui`.
 * @param contents where each file or folder goes in the workspace, and what it is a copy of, relative to the checkout
 * @param asksTrust whether the workbench asks if the folder is trusted; without it the folder is
 * @returns gives the workbench, inside a test
 */
export function useWorkbench(contents: Readonly<Record<string, string>>, { asksTrust = false } = {}): () => Workbench {
  const workspace = createWorkspace(contents);
  let session: Session | undefined;
  const current = (): Session => {
    if (session === undefined) throw new Error('The workbench is there only inside a test.');
    return session;
  };

  before(async () => {
    session = await startSession(workspace, asksTrust);
  });

  afterEach(async (context) => {
    const { server, window, workbench } = current();
    const seen = { problems: window.problems.splice(0), outside: window.outside.splice(0) };
    const clean = seen.problems.length === 0 && seen.outside.length === 0;
    if (!clean || ('passed' in context && context.passed !== true)) {
      await workbench.screenshot(`FAILED-${context.name}`);
      cpSync(server.logs, path.join(artefacts, 'ui/logs'), { recursive: true });
      await workbench.page.keyboard.press('Escape'); // what it left open must not meet the next test
    }
    assert.deepEqual(seen, { problems: [], outside: [] });
  });

  after(async () => {
    if (session === undefined) return;
    const errors = loggedErrors(session.server.logs);
    await session.window.browser.close();
    await session.server.stop();
    workspace.delete();
    assert.deepEqual(errors, []);
  });

  return () => current().workbench;
}
