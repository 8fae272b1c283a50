import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';
import type { SuiteReport } from '../host/suite-report.js';

type Tests = SuiteReport['tests'];

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

/** Every bundled test file beside this one. @throws when there is none */
function testFiles(): string[] {
  const names = readdirSync(__dirname, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.test.js')).sort();
  if (files.length === 0) throw new Error('There is no test file in the suite.');
  return files.map((name) => path.join(__dirname, name));
}

function runFiles(files: readonly string[], tests: Tests): Promise<void> {
  const grep = process.env['SUITE_GREP'];
  const mocha = new Mocha({ ui: 'bdd', color: false, timeout: 20_000, ...(grep ? { grep } : {}) });
  for (const file of files) mocha.addFile(file);
  return new Promise((resolve) => {
    const runner = mocha.run(() => {
      resolve();
    });
    const add = (test: Mocha.Runnable, state: Tests[number]['state'], error = ''): void => {
      tests.push({ title: test.fullTitle(), state, durationMs: test.duration ?? 0, error });
    };
    runner.on('pass', (test) => {
      add(test, 'passed');
    });
    runner.on('pending', (test) => {
      add(test, 'skipped');
    });
    runner.on('fail', (test, error) => {
      add(test, 'failed', stackOf(error));
    });
  });
}

/** Writes the report where the runner waits for it; renamed into place, so that it never reads half of it. */
function hand(report: SuiteReport): void {
  const file = process.env['SUITE_REPORT'];
  if (file === undefined) return;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.part`, JSON.stringify(report));
  renameSync(`${file}.part`, file);
}

/**
 * Runs the suite; called by the editor, in the browser host and in the desktop alike.
 * @throws when a test failed or a file does not load, which is what @vscode/test-electron looks at
 */
export async function run(): Promise<void> {
  const tests: Tests = [];
  let fault = '';
  try {
    await runFiles(testFiles(), tests);
  } catch (error) {
    fault = stackOf(error);
  }
  hand({ tests, fault });
  const failed = tests.filter(({ state }) => state === 'failed').length;
  if (fault !== '') throw new Error(fault);
  if (failed > 0) throw new Error(`${failed.toString()} tests failed`);
}
