// Times the list of a folder of a thousand small checkpoints as the tree makes it, then the reading of all their headers, as if every row were opened.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const COUNT = 1_000;
const REPEATS = 5;
/** Place in all of the files at which weights lie. */
const WEIGHTS = 0.6;
const root = path.join(import.meta.dirname, '../..');
const folder = path.join(root, 'build/bench/thousand');
const bundle = path.join(root, 'build/bench/folder.mjs');

/** A file of each format. */
const FIXTURES = [
  'checkpoints/hf_vit/model.safetensors',
  'checkpoints/timm_vit_pth/vit.pth',
  'forward/own-graph/half.onnx',
  'formats/stored.npz',
  'checkpoints/tf_hf_vit_h5/tf_model.h5',
  'formats/types.gguf',
].map((name) => ({ extension: path.extname(name), bytes: readFileSync(path.join(root, 'test/fixtures', name)) }));

/** The part of the editor's interface that the search uses, over the disk. */
const EDITOR = `
  import path from 'node:path';
  import { readdirSync } from 'node:fs';
  import { stat } from 'node:fs/promises';
  export class Uri {
    constructor(path) { this.path = path; }
    static joinPath(uri, ...parts) { return new Uri(path.posix.join(uri.path, ...parts)); }
    toString() { return 'file://' + this.path; }
  }
  export const workspace = {
    findFiles: async (glob, _exclude, most) => {
      const names = readdirSync(${JSON.stringify(folder)}).filter((name) => name.endsWith(glob.slice(glob.lastIndexOf('.'))));
      return names.slice(0, most).map((name) => new Uri(${JSON.stringify(folder)} + '/' + name));
    },
    fs: { stat: async (uri) => { const { size, mtimeMs } = await stat(uri.path); return { size, mtime: mtimeMs }; } },
  };
`;

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

function makeFolder() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  let total = 0;
  for (let index = 0; index < COUNT; index++) {
    const { extension, bytes } = FIXTURES[index % FIXTURES.length];
    const content = Buffer.from(bytes);
    // A byte of the weights, which no header is about.
    content[Math.floor(content.length * WEIGHTS)] = index % 256;
    writeFileSync(path.join(folder, `run-${String(index)}${extension}`), content);
    total += content.length;
  }
  return total;
}

async function loadParts() {
  const contents = `
    export { findCheckpoints } from './src/vscode/tree/find-checkpoints.js';
    export { createEngine } from './src/host/engine/engine.js';
  `;
  const editor = {
    name: 'editor',
    setup(bundler) {
      bundler.onResolve({ filter: /^vscode$/ }, () => ({ path: 'vscode', namespace: 'editor' }));
      bundler.onLoad({ filter: /.*/, namespace: 'editor' }, () => ({
        contents: EDITOR,
        resolveDir: root,
      }));
    },
  };
  await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    // the build that reads no files, which this form of bundle could not load
    alias: { '@vscode/l10n': '@vscode/l10n/dist/browser.js' },
    plugins: [editor],
  });
  return import(pathToFileURL(bundle).href);
}

/** Prints the times and the bytes read. */
export async function measureFolder() {
  const total = makeFolder();
  const { findCheckpoints, createEngine } = await loadParts();
  const globs = [...new Set(FIXTURES.map(({ extension }) => `**/*${extension}`))];
  const times = [];
  let listed = 0;
  for (let round = 0; round < REPEATS; round++) {
    const started = performance.now();
    const { checkpoints } = await findCheckpoints(globs, { isCancellationRequested: false });
    times.push(performance.now() - started);
    listed = checkpoints.length;
  }
  console.log(`a folder of ${COUNT} checkpoints: ${listed} listed in ${median(times).toFixed(0)} ms, no file opened`);
  const engine = createEngine({ workerFile: path.join(root, 'dist/worker.js'), threads: 2, cacheFolder: null });
  const started = performance.now();
  let read = 0;
  for (const name of readdirSync(folder)) {
    const request = { path: path.join(folder, name), options: {}, partial: false };
    read += (await engine.inspect(request, new AbortController().signal)).source.bytesRead;
  }
  const ms = performance.now() - started;
  await engine.dispose();
  console.log(
    `all their headers, one after the other: ${ms.toFixed(0)} ms, ${(read / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB read`,
  );
  rmSync(folder, { recursive: true });
}
