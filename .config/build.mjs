import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { build, context } from 'esbuild';
import { products, tests } from './bundles.mjs';
import { deleteStale, readManifest } from './files.mjs';
import { copyGrammar } from './grammar.mjs';
import { buildKernels } from './kernels.mjs';
import { copyNativeFiles } from './native.mjs';
import { thirdPartyNotices } from './notices.mjs';
import { inRoot } from './paths.mjs';

const { values } = parseArgs({ options: { watch: { type: 'boolean', default: false } } });

/** @param {import('esbuild').Metafile} metafile */
function printSizes(metafile) {
  for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
    if (!file.endsWith('.map')) console.log(`${(bytes / 1024).toFixed(0).padStart(6)} kB  ${file}`);
  }
}

/**
 * The editor wants an extension around a suite. This one has nothing but a kind of notebook, which the test host has none of, so that the packaged
 * extension is what gets tested.
 */
function writeSuiteManifest() {
  const file = inRoot('dist/test/package.json');
  const { publisher } = readManifest(inRoot('package.json'));
  const notebooks = [{ type: 'suite', displayName: 'Suite', selector: [{ filenamePattern: '*.suite' }] }];
  const contributes = { notebooks };
  writeFileSync(
    file,
    JSON.stringify({ name: 'suite', publisher, version: '0.0.0', engines: { vscode: '*' }, contributes }),
  );
  return file;
}

/** @param {import('esbuild').Metafile[]} metafiles */
function writeNotices(metafiles) {
  const file = inRoot('dist/THIRD-PARTY-NOTICES.txt');
  writeFileSync(file, thirdPartyNotices(metafiles));
  return file;
}

/** Builds every bundle, also when one fails, so that all faults show at once; esbuild prints them. */
async function once() {
  const outcomes = await Promise.allSettled(
    [...products, ...tests()].map((bundle) => build({ ...bundle, metafile: true })),
  );
  const metafiles = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.metafile] : []));
  if (metafiles.length < outcomes.length) {
    process.exitCode = 1;
    return;
  }
  const shipped = metafiles.slice(0, products.length);
  shipped.forEach(printSizes);
  const written = metafiles.flatMap(({ outputs }) => Object.keys(outputs)).map((file) => inRoot(file));
  const current = new Set([
    ...written,
    ...copyNativeFiles(),
    ...copyGrammar(),
    writeNotices(shipped),
    writeSuiteManifest(),
  ]);
  deleteStale(inRoot('dist'), current);
  deleteStale(inRoot('build/test'), current);
  chmodSync(inRoot('dist/cli.js'), 0o755);
}

async function watch() {
  copyNativeFiles();
  copyGrammar();
  for (const bundle of [...products, ...tests()]) {
    await (await context({ ...bundle, logLevel: 'info' })).watch();
  }
  console.log('watching; Ctrl+C ends it');
}

mkdirSync(inRoot('dist/test'), { recursive: true });
buildKernels();
await (values.watch ? watch() : once());
