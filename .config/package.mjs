import { mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { filesUnder, readManifest } from './files.mjs';
import { inRoot } from './paths.mjs';

const { name, version } = readManifest(inRoot('package.json'));
const target = `${process.platform}-${process.arch}`;
const file = inRoot('build', `${String(name)}-${target}-${String(version)}.vsix`);

// one at a time: the suites take the one that is there
for (const old of filesUnder(inRoot('build')).filter((each) => each.endsWith('.vsix'))) rmSync(old);
mkdirSync(inRoot('build'), { recursive: true });
await createVSIX({
  cwd: inRoot(),
  packagePath: file,
  target,
  dependencies: false,
  allowMissingRepository: true,
  rewriteRelativeLinks: false,
});
console.log(`${path.relative(inRoot(), file)}: ${(statSync(file).size / 2 ** 20).toFixed(1)} MB`);
