import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

/** Every file under a folder, as absolute paths, in a fixed order; none where there is no folder. @param {string} folder @returns {string[]} */
export function filesUnder(folder) {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile());
}

/**
 * Deletes what an earlier build left in a folder, so that nothing stale is tested or packaged.
 * The folder itself stays: whoever runs from it right now keeps the files that are still current.
 * @param {string} folder @param {ReadonlySet<string>} current absolute paths
 */
export function deleteStale(folder, current) {
  for (const file of filesUnder(folder)) if (!current.has(file)) rmSync(file);
}

/** The fields of a package.json. @param {string} file @returns {Record<string, unknown>} */
export function readManifest(file) {
  /** @type {unknown} */
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof manifest !== 'object' || manifest === null) throw new Error(`${file} is no package.json`);
  return { ...manifest };
}
