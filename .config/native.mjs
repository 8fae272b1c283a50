import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { filesUnder, readManifest } from './files.mjs';
import { inRoot } from './paths.mjs';

/** Packages with native parts; their JavaScript is bundled into one file each, under its own name beside our bundles. */
export const NATIVE_PACKAGES = ['sharp', 'onnxruntime-node'];

/** Where `require` of our bundles looks first. @param {string[]} parts */
const shipped = (...parts) => inRoot('dist/node_modules', ...parts);

/** Folders in @img with sharp's binary for this platform and, apart from it where it is a library of its own, libvips. */
function imageBinaries() {
  const folder = 'node_modules/@img';
  return readdirSync(inRoot(folder))
    .map((name) => `${folder}/${name}`)
    .filter((name) => name.startsWith(`${folder}/sharp-`) && isForThisPlatform(name));
}

/** @param {string} folder */
function isForThisPlatform(folder) {
  const { os, cpu } = readManifest(inRoot(folder, 'package.json'));
  return includes(os, process.platform) && includes(cpu, process.arch);
}

/** @param {unknown} list @param {string} name */
const includes = (list, name) => Array.isArray(list) && list.includes(name);

/** All folders whose contents are shipped as they are, for the notices. */
export const nativeFolders = () => [...imageBinaries(), 'node_modules/onnxruntime-node'];

/** Libraries, what loads them, and what Node needs to know of a package; headers are left out. */
const IMAGE_FILES = /^(?:package\.json|index\.cjs|lib[\\/][^\\/]+\.(?:node|dylib|dll|so(?:\.[\d.]+)?))$/;

/** Files to ship, by where they are. @returns {Map<string, string>} */
function nativeFiles() {
  /** @type {Map<string, string>} */
  const files = new Map();
  const add = (/** @type {string} */ file) => files.set(file, shipped(path.relative(inRoot('node_modules'), file)));
  for (const name of NATIVE_PACKAGES) add(inRoot('node_modules', name, 'package.json'));
  for (const folder of imageBinaries().map((name) => inRoot(name))) {
    for (const file of filesUnder(folder)) if (IMAGE_FILES.test(path.relative(folder, file))) add(file);
  }
  const runtimes = inRoot('node_modules/onnxruntime-node/bin');
  for (const versions of readdirSync(runtimes)) {
    filesUnder(path.join(runtimes, versions, process.platform, process.arch)).forEach(add);
  }
  return files;
}

/** Copies what changed of the native parts of this platform into the product. @returns their paths there */
export function copyNativeFiles() {
  const files = nativeFiles();
  for (const [from, to] of files) {
    const { size, mtimeMs } = statSync(from);
    // a copy is newer than what it was made of
    if (existsSync(to) && statSync(to).size === size && statSync(to).mtimeMs >= mtimeMs) continue;
    mkdirSync(path.dirname(to), { recursive: true });
    copyFileSync(from, to);
  }
  return [...files.values()];
}
