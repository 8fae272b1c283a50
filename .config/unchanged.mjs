import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { filesUnder } from './files.mjs';
import { inRoot } from './paths.mjs';

/** All that a check of the sources reads: they, its own configuration, and by the lock file the packages. */
const ROOMS = ['src', 'webview', 'test', '.config'];
const FILES = ['package.json', 'package-lock.json', 'tsconfig.json'];

const isRead = (/** @type {string} */ file) =>
  /\.(ts|tsx|mjs|json)$/.test(file) && !file.includes(`${path.sep}fixtures${path.sep}`);

/** @returns {string} */
function digest() {
  const hash = createHash('sha256').update(process.version);
  for (const file of [
    ...ROOMS.flatMap((room) => filesUnder(inRoot(room)).filter(isRead)),
    ...FILES.map((file) => inRoot(file)),
  ]) {
    const bytes = readFileSync(file);
    hash.update(`\n${path.relative(inRoot(), file)} ${String(bytes.length)}\n`).update(bytes);
  }
  return hash.digest('hex');
}

/**
 * Whether a check passed on exactly the sources that are there now.
 * @param {string} name of the check
 * @returns {{ isKnown: boolean, keep: () => void }} `keep` remembers that it passed on what was there when this was asked
 */
export function passedBefore(name) {
  const file = inRoot('build', `${name}.passed`);
  const now = digest();
  return {
    isKnown: existsSync(file) && readFileSync(file, 'utf8') === now,
    keep() {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, now);
    },
  };
}
