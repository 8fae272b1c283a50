import { readdirSync, readFileSync, statSync } from 'node:fs';
import { filesUnder, readManifest } from './files.mjs';
import { inRoot } from './paths.mjs';

// Drawn by hand into webview/lib/icons.tsx, so no bundle names the package.
const ICONS = `Codicons

Some icons of the panel are shapes of Microsoft's Codicons, Copyright (c) Microsoft Corporation and other contributors, licensed under the
Creative Commons Attribution 4.0 International licence (CC BY 4.0, https://creativecommons.org/licenses/by/4.0/).
`;

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
  const notices = new Set([...folders].filter((folder) => folder !== undefined).map(notice));
  return ['QK Lens contains code of these packages.\n', ...[...notices].sort(), ICONS].join(`\n${'-'.repeat(80)}\n\n`);
}

/** @param {string} folder */
function notice(folder) {
  const { name, version, license } = readManifest(inRoot(folder, 'package.json'));
  const named = readdirSync(inRoot(folder)).filter((file) => /^(licen[cs]es?|notice|copying)\b/i.test(file));
  // some keep the licences of what they took over in a folder
  const files = named.flatMap((file) => [inRoot(folder, file), ...filesUnder(inRoot(folder, file))]);
  const texts = files.filter((file) => statSync(file).isFile()).map((file) => readFileSync(file, 'utf8').trim());
  if (texts.length === 0) throw new Error(`${String(name)} brings no licence text; it must not be packaged.`);
  return `${String(name)} ${String(version)} (${String(license)})\n\n${texts.join('\n\n')}\n`;
}
