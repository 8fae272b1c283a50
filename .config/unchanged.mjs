import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { filesUnder } from './files.mjs';
import { inRoot } from './paths.mjs';

/** All that checks of the sources read beside the files at the top level: the lock file stands for the packages. */
const ROOMS = ['src', 'webview', 'test', 'media', '.config'];

const isRead = (/** @type {string} */ file) =>
  /\.(ts|tsx|mjs|json|css|md|html|ya?ml)$/.test(file) && !file.includes(`${path.sep}fixtures${path.sep}`);

/** @returns {string[]} */
function filesRead() {
  const top = readdirSync(inRoot(), { withFileTypes: true }).filter((entry) => entry.isFile());
  return [...ROOMS.flatMap((room) => filesUnder(inRoot(room)).filter(isRead)), ...top.map(({ name }) => inRoot(name))];
}

/** @returns {string} */
function digestOfAll() {
  const hash = createHash('sha256').update(process.version);
  for (const file of filesRead()) {
    const bytes = readFileSync(file);
    hash.update(`\n${path.relative(inRoot(), file)} ${String(bytes.length)}\n`).update(bytes);
  }
  return hash.digest('hex');
}

/** Taken once, before the first check: a change meanwhile is none that they passed on. @type {string | undefined} */
let digest;

/**
 * Whether a check passed on exactly the sources that are there now.
 * @param {string} name of the check
 * @returns {{ isKnown: boolean, keep: () => void }} `keep` remembers that it passed on what was there before the first check
 */
export function passedBefore(name) {
  const file = inRoot('build', `${name}.passed`);
  const now = (digest ??= digestOfAll());
  return {
    isKnown: existsSync(file) && readFileSync(file, 'utf8') === now,
    keep() {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, now);
    },
  };
}
