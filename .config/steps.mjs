import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { passedBefore } from './unchanged.mjs';

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {{ name: string, command: string[], env?: Record<string, string>, waits?: boolean, once?: boolean }} Step
 *   `waits`: it takes only what others leave of the processors; `once`: it reads nothing but the sources, and need not run again on the same
 */

const COUNTS = /^(\d+) passed, (\d+) failed, (\d+) skipped$/gm;

/**
 * @param {Step} step @param {boolean} aloud whether its output goes to the terminal while it runs
 * @returns {Promise<{ status: number, output: string, seconds: string }>}
 */
function execute({ command: [program = '', ...args], env, waits }, aloud) {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const color = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {};
    const child = spawn(program, args, {
      env: { ...process.env, ...color, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (waits && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    let output = '';
    for (const [stream, terminal] of /** @type {const} */ ([
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ])) {
      stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        output += text;
        if (aloud) terminal.write(text);
      });
    }
    const end = () => child.kill();
    process.once('SIGTERM', end);
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('SIGTERM', end);
      resolve({ status: code ?? 1, output, seconds: ((performance.now() - started) / 1000).toFixed(1) });
    });
  });
}

/** Runs a step that counts as one test; it is quiet unless it fails. @param {Step} step @returns {Promise<Counts>} */
export async function runCheck(step) {
  const before = step.once ? passedBefore(step.name) : null;
  if (before?.isKnown) {
    console.log(`passed ${step.name} (on the same sources before)`);
    return { passed: 1, failed: 0, skipped: 0 };
  }
  const { status, output, seconds } = await execute(step, false);
  if (status !== 0) console.log(output.trim());
  console.log(`${status === 0 ? 'passed' : 'FAILED'} ${step.name} (${seconds} s)`);
  if (status === 0) before?.keep();
  return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 };
}

/** @param {string} output @returns {Counts} */
function lastCounts(output) {
  const numbers = [...output.matchAll(COUNTS)].at(-1)?.slice(1).map(Number);
  const [passed = 0, failed = 0, skipped = 0] = numbers ?? [];
  return { passed, failed, skipped };
}

/**
 * Runs a suite, whose output holds its counts in a line of their own. A suite that ran no test, or that ended badly
 * without a test to blame, counts as one failure.
 * @param {Step} step @param {boolean} [aloud] whether its output is shown while it runs, or when it has ended
 * @returns {Promise<Counts>}
 */
export async function runSuite(step, aloud = true) {
  if (aloud) console.log(`\n== ${step.name}`);
  const { status, output, seconds } = await execute(step, aloud);
  if (!aloud) console.log(`\n== ${step.name}\n${output.trimEnd()}`);
  const counts = lastCounts(output);
  if (counts.failed === 0 && (status !== 0 || counts.passed === 0)) {
    counts.failed = 1;
    console.log(status === 0 ? 'No test ran.' : `It ended with status ${status}.`);
  }
  console.log(`${counts.failed === 0 ? 'passed' : 'FAILED'} ${step.name}: ${sentence(counts)} (${seconds} s)`);
  return counts;
}

/** @param {Counts} counts */
export const sentence = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
