import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { prepareHost, type Host } from '../host.js';
import { loggedErrors } from '../logs.js';
import { artefacts, root } from '../paths.js';
import { startServer, type Server } from '../server.js';
import { parseSuiteReport, printSuiteReport, type SuiteReport } from '../suite-report.js';
import { openWorkbench, type WorkbenchPage } from '../workbench.js';
import { createWorkspace, SAMPLE } from '../workspace.js';
import { installedExtension } from '../installed.js';

const LIMIT_MS = 300_000;
const LOOK_MS = 100;

const output = path.join(artefacts, 'editor');
const reportFile = path.join(output, 'report.json');

/** Why there will be no report; undefined while there still may be one. */
function cause({ browser, page, problems }: WorkbenchPage): string | undefined {
  if (!browser.isConnected() || page.isClosed()) return 'The browser went away.';
  return problems.find(({ text }) => text.includes('$extensionTestsExecute') || text === 'the page crashed')?.text;
}

async function reportOf(workbench: WorkbenchPage): Promise<SuiteReport> {
  const end = performance.now() + LIMIT_MS;
  while (!existsSync(reportFile)) {
    const fault = cause(workbench);
    if (fault !== undefined) return { tests: [], fault };
    if (performance.now() > end) return { tests: [], fault: `No report within ${LIMIT_MS.toString()} ms.` };
    await delay(LOOK_MS);
  }
  return parseSuiteReport(readFileSync(reportFile, 'utf8'));
}

/** Keeps what tells why a run failed. */
async function keepTraces(workbench: WorkbenchPage, server: Server): Promise<void> {
  writeFileSync(path.join(output, 'console.json'), JSON.stringify(workbench.problems, null, 2));
  cpSync(server.logs, path.join(output, 'logs'), { recursive: true });
  console.log(`see ${path.relative(root, output)}: failure.png, console.json, logs`);
  await workbench.page.screenshot({ path: path.join(output, 'failure.png'), timeout: 10_000 });
}

async function runSuite(host: Host, server: Server, folder: string): Promise<boolean> {
  // the suite is what is under development, so that the packaged extension is what it tests
  const development = path.join(root, 'dist/test');
  const tests = path.join(development, 'index.js');
  const workbench = await openWorkbench(host, server, { folder, development, tests });
  try {
    const { tests: results, fault } = await reportOf(workbench);
    const failed = results.some(({ state }) => state === 'failed');
    // a failed test is logged as an error too
    const logged = failed ? [] : loggedErrors(server.logs);
    const report = { tests: results, fault: [fault, ...logged].filter((line) => line !== '').join('\n') };
    const good = printSuiteReport(report);
    if (!good) await keepTraces(workbench, server);
    return good;
  } finally {
    await workbench.browser.close();
  }
}

rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
const host = await prepareHost();
const workspace = createWorkspace(SAMPLE);
const env = { SUITE_REPORT: reportFile };
const server = await startServer(host, { extensions: installedExtension(host), env });
try {
  process.exitCode = (await runSuite(host, server, workspace.folder)) ? 0 : 1;
} finally {
  await server.stop();
  workspace.delete();
}
