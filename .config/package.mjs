import { constants, copyFileSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createVSIX, listFiles } from '@vscode/vsce';
import { filesUnder, readManifest } from './files.mjs';
import { localiseManifest } from './localise-manifest.mjs';
import { inRoot } from './paths.mjs';

const source = readManifest(inRoot('package.json'));
const { name, version } = source;
const target = `${process.platform}-${process.arch}`;
const file = inRoot('build', `${String(name)}-${target}-${String(version)}.vsix`);

// one at a time: the suites take the one that is there
for (const old of filesUnder(inRoot('build')).filter((each) => each.endsWith('.vsix'))) rmSync(old);
mkdirSync(inRoot('build'), { recursive: true });

// What is packaged, in a folder of its own: there the manifest can have its strings in files beside it.
const staged = inRoot('build/packaged');
rmSync(staged, { recursive: true, force: true });
for (const each of [...(await listFiles({ cwd: inRoot(), packagedDependencies: [] })), '.vscodeignore']) {
  const copy = path.join(staged, each);
  mkdirSync(path.dirname(copy), { recursive: true });
  copyFileSync(inRoot(each), copy, constants.COPYFILE_FICLONE);
}
const { manifest, strings } = localiseManifest(source);
for (const [each, content] of Object.entries({ 'package.json': manifest, 'package.nls.json': strings }))
  writeFileSync(path.join(staged, each), `${JSON.stringify(content, null, 2)}\n`);
// editors look for translations of the manifest beside it
for (const each of filesUnder(inRoot('media/l10n')).filter((name) => /package\.nls\.[\w-]+\.json$/.test(name)))
  copyFileSync(each, path.join(staged, path.basename(each)));

await createVSIX({
  cwd: staged,
  packagePath: file,
  target,
  dependencies: false,
  allowMissingRepository: true,
  rewriteRelativeLinks: false,
});
console.log(`${path.relative(inRoot(), file)}: ${(statSync(file).size / 2 ** 20).toFixed(1)} MB`);
