import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { createEngine, type EngineOptions, usualThreads } from '../host/engine/engine.js';
import type { Engine } from '../host/engine/contract.js';
import { BUNDLES } from './bundles.js';
import type { CommonOptions } from './options.js';

/** Version of the program, out of its package.json. */
export function programVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(path.join(BUNDLES, '..', 'package.json'), 'utf8'));
  const named = typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : null;
  return typeof named === 'string' ? named : 'unknown';
}

/** The engine of one command. @param parts how it differs from that of others. */
export function engineFor(options: CommonOptions, parts: Pick<EngineOptions, 'inspectHere'>): Engine {
  return createEngine({
    workerFile: path.join(BUNDLES, 'worker.js'),
    threads: options.threads ?? usualThreads(),
    cacheFolder: options.cache ? path.join(cacheHome(), 'qk-lens') : null,
    ...parts,
  });
}

/** Where programs of this system keep what can be computed again. */
function cacheHome(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (XDG_CACHE_HOME !== undefined && XDG_CACHE_HOME !== '') return XDG_CACHE_HOME;
  if (process.platform === 'win32' && LOCALAPPDATA !== undefined) return LOCALAPPDATA;
  return path.join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache');
}
