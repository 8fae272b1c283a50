import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { artefacts, root } from '../paths.js';
import { parseSuiteReport, printSuiteReport } from '../suite-report.js';
import { createWorkspace, SAMPLE } from '../workspace.js';

/** The version that the test host has, so that both homes of the suite test the same editor. */
const VERSION = '1.139.1';

const reportFile = path.join(artefacts, 'desktop/report.json');
const installed = process.env['VSCODE_PATH'];

rmSync(reportFile, { force: true });
const workspace = createWorkspace(SAMPLE);
let fault = '';
try {
  await runTests({
    version: process.env['VSCODE_VERSION'] ?? VERSION,
    ...(installed === undefined ? {} : { vscodeExecutablePath: installed }),
    extensionDevelopmentPath: root,
    extensionTestsPath: path.join(root, 'dist/test/index.js'),
    extensionTestsEnv: { SUITE_REPORT: reportFile },
    launchArgs: [
      workspace.folder,
      ...['--disable-workspace-trust', '--skip-welcome', '--skip-release-notes', '--disable-telemetry', '--no-sandbox'],
    ],
  });
} catch (error) {
  fault = `VS Code did not run the suite: ${String(error)}
Without a download, set VSCODE_PATH to the program of an installed VS Code. On Linux without a display, run under xvfb-run -a.`;
} finally {
  workspace.delete();
}
const report = existsSync(reportFile)
  ? parseSuiteReport(readFileSync(reportFile, 'utf8'))
  : { tests: [], fault: fault === '' ? 'The suite left no report.' : fault };
process.exitCode = printSuiteReport(report) ? 0 : 1;
