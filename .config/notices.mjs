import { readdirSync, readFileSync, statSync } from 'node:fs';
import { filesUnder, readManifest } from './files.mjs';
import { nativeFolders } from './native.mjs';
import { inRoot } from './paths.mjs';

// Drawn by hand into webview/lib/icons.tsx, so no bundle names the package.
const ICONS = `Codicons

Some icons of the panel are shapes of Microsoft's Codicons, Copyright (c) Microsoft Corporation and other contributors, licensed under the
Creative Commons Attribution 4.0 International licence (CC BY 4.0, https://creativecommons.org/licenses/by/4.0/).
`;

// Its tables stand in src/core/tensors/ggml/packed-codebooks.ts, so no bundle names it.
const CODEBOOKS = `ggml (MIT)

The codebooks of GGUF's IQ types.

${readFileSync(inRoot('.config/licences/ggml.txt'), 'utf8')}`;

/** Files of .config/licences for packages that bring no text, or not all. @param {string} name @param {string} license */
function textsBeside(name, license) {
  if (name === 'onnxruntime-common') return ['onnxruntime.txt'];
  // its library holds code of others; the texts are those of the Python package of the same version
  if (name.startsWith('onnxruntime-')) return ['onnxruntime.txt', 'onnxruntime-third-party.txt'];
  if (name === '@vscode/tree-sitter-wasm') return ['tree-sitter.txt'];
  if (name === '@vscode/l10n') return ['vscode-l10n.txt'];
  // libvips with what is built into it; a file of its own, which anybody may replace
  return license.includes('LGPL') ? ['LGPL-3.0.txt', 'GPL-3.0.txt'] : [];
}

/** The package that a bundled file belongs to, as its folder; undefined for our own. @param {string} input */
const packageFolder = (input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];

/**
 * Names, versions and licence texts of all packages inside the given bundles.
 * @param {import('esbuild').Metafile[]} metafiles @throws when a package brings no licence text
 */
export function thirdPartyNotices(metafiles) {
  const folders = new Set(metafiles.flatMap(({ inputs }) => Object.keys(inputs)).map(packageFolder));
  // the kernels hold pieces of AssemblyScript's own library
  folders.add('node_modules/assemblyscript');
  for (const folder of nativeFolders()) folders.add(folder);
  const notices = new Set([...folders].filter((folder) => folder !== undefined).map(notice));
  return ['QK Lens contains code of these packages.\n', ...[...notices].sort(), CODEBOOKS, ICONS].join(
    `\n${'-'.repeat(80)}\n\n`,
  );
}

/** @param {string} folder */
function notice(folder) {
  const manifest = readManifest(inRoot(folder, 'package.json'));
  const [name = '', version = '', license = ''] = ['name', 'version', 'license'].map((key) => String(manifest[key]));
  // the readme of a native library lists what was built into it
  const wanted = license.includes('LGPL')
    ? /^(licen[cs]es?|notice|copying|readme)\b/i
    : /^(licen[cs]es?|notice|copying)\b/i;
  const named = readdirSync(inRoot(folder)).filter((file) => wanted.test(file));
  // some keep the licences of what they took over in a folder
  const own = named.flatMap((file) => [inRoot(folder, file), ...filesUnder(inRoot(folder, file))]);
  const files = [...own, ...textsBeside(name, license).map((file) => inRoot('.config/licences', file))];
  const texts = files.filter((file) => statSync(file).isFile()).map((file) => readFileSync(file, 'utf8').trim());
  if (texts.length === 0) throw new Error(`${name} brings no licence text; it must not be packaged.`);
  return `${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`;
}
