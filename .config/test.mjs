import { filesUnder } from './files.mjs';
import { inRoot } from './paths.mjs';
import { runCheck, runSuite, sentence } from './steps.mjs';

/** @typedef {import('./steps.mjs').Step} Step */

const [part = 'everything', ...filters] = process.argv.slice(2);

/** @param {string} name */
const bin = (name) => inRoot('node_modules/.bin', name);

/** @param {string} project @returns {Step} */
const vitest = (project) => ({
  name: project,
  command: [
    ...[bin('vitest'), 'run', '--config', '.config/vitest.config.ts', '--project', project],
    ...['--reporter=default', '--reporter=./.config/count-vitest.mjs', ...filters],
  ],
});

/** @type {Step} */
const build = { name: 'build', command: [process.execPath, '.config/build.mjs'] };

/** @type {Step} */
const pack = { name: 'package', command: [process.execPath, '.config/package.mjs'] };

/** Before suites that would each do it, two of them at a time. @type {Step} */
const install = { name: 'installation', command: [process.execPath, 'build/test/host/run/install.mjs'] };

/** Two minutes of a processor, beside suites that often wait for an editor. @type {Step[]} */
const lint = [
  {
    name: 'lint',
    command: [bin('eslint'), '--config', '.config/eslint.mjs', '--max-warnings', '0', '.'],
    waits: true,
    once: true,
  },
];

/** Beside the unit tests. @type {Step[]} */
const checks = [
  { name: 'test host', command: [process.execPath, 'build/test/host/run/prepare.mjs'] },
  { name: 'types', command: [bin('tsc'), '-b', '.', '.config'] },
  { name: 'unused code', command: [bin('knip'), '--config', '.config/knip.json'], once: true },
  { name: 'format', command: [bin('prettier'), '--check', '.'], once: true },
];

/** @returns {Step} */
const editor = () => ({
  name: 'editor',
  command: [process.execPath, '--enable-source-maps', 'build/test/host/run/editor-suite.mjs'],
  env: filters.length > 0 ? { SUITE_GREP: filters.join(' ') } : {},
});

/** @returns {Step} @throws when there is no file: Node would look for tests by itself */
function ui() {
  const tests = filesUnder(inRoot('build/test/ui')).filter((file) => file.endsWith('.test.mjs'));
  const files = tests.filter((file) => filters.every((filter) => file.includes(filter)));
  if (files.length === 0) throw new Error(`There is no UI test${filters.map((filter) => ` ${filter}`).join()}.`);
  return {
    name: 'ui',
    command: [
      ...[process.execPath, '--enable-source-maps', '--test', '--test-concurrency=2'],
      ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
      ...['--test-reporter=./.config/count-node.mjs', '--test-reporter-destination=stdout'],
      ...files,
    ],
  };
}

/** Suites of each part of the tests, made when they start: the files of some are made by the build. */
const unitTests = () => vitest('unit');
const packagingTests = () => vitest('packaging');

/**
 * `suites` beside `checks`, the package, and `short` suites on it; then `long` ones on it, which often wait, beside each other and `others`.
 * @type {Record<string, { checks?: Step[], suites?: (() => Step)[], short?: (() => Step)[], long?: (() => Step)[], others?: Step[] }>}
 */
const parts = {
  everything: { checks, suites: [unitTests], short: [packagingTests], long: [ui, editor], others: lint },
  unit: { suites: [unitTests] },
  packaging: { short: [packagingTests] },
  editor: { long: [editor] },
  ui: { long: [ui] },
};

const sum = { passed: 0, failed: 0, skipped: 0 };

/** @param {import('./steps.mjs').Counts} counts */
function add(counts) {
  sum.passed += counts.passed;
  sum.failed += counts.failed;
  sum.skipped += counts.skipped;
  return counts.failed === 0;
}

/** One at a time, since the unit tests run beside them. @param {Step[]} steps */
async function runChecks(steps) {
  for (const step of steps) add(await runCheck(step));
}

/** @param {(() => Step)[]} suites */
async function runSuites(suites) {
  for (const suite of suites) add(await runSuite(suite()));
}

/** Packages what was built, and installs it for the suites. @returns {Promise<boolean>} whether there is a package */
async function makePackage() {
  return add(await runCheck(pack)) && add(await runCheck(install));
}

/** Runs the part; without a build or a package the rest would test what is not there. @param {string} name */
async function runPart(name) {
  const chosen = parts[name];
  if (chosen === undefined) throw new Error(`There is no part ${name} but ${Object.keys(parts).join(', ')}.`);
  const { checks: some = [], suites = [], short = [], long = [], others = [] } = chosen;
  if (!add(await runCheck(build))) return;
  const checkAndPackage = async () => {
    await runChecks(some);
    if (short.length + long.length === 0 || !(await makePackage())) return false;
    await runSuites(short);
    return true;
  };
  const [isPackaged] = await Promise.all([checkAndPackage(), runSuites(suites)]);
  const running = isPackaged ? long.map(async (suite, place) => add(await runSuite(suite(), place === 0))) : [];
  await Promise.all([...running, runChecks(others)]);
}

await runPart(part);
console.log(`\n${sentence(sum)}`);
process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1;
