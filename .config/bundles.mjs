import { readFileSync } from 'node:fs';
import path from 'node:path';
import { filesUnder } from './files.mjs';
import { NATIVE_PACKAGES } from './native.mjs';
import { inRoot } from './paths.mjs';

/** @typedef {Omit<import('esbuild').BuildOptions, 'entryPoints'> & { entryPoints: string[] }} Bundle */

/**
 * Leaves a module in a file of its own beside the bundle, which is loaded when it is first used: the chart library is four times as big as
 * all the rest, and the image row waits until the first figures are drawn.
 * @param {string} name @returns {import('esbuild').Plugin}
 */
const apart = (name) => ({
  name: `${name}-apart`,
  setup(build) {
    build.onResolve({ filter: new RegExp(`(^|/)${name}\\.js$`) }, ({ kind }) =>
      kind === 'entry-point' ? undefined : { path: `./${name}.js`, external: true },
    );
  },
});

/** Sharp first looks for a library that was compiled on this machine, under names that a bundle cannot resolve. @type {import('esbuild').Plugin} */
const noLocalBuild = {
  name: 'no-local-build',
  setup(build) {
    build.onLoad({ filter: /[\\/]sharp[\\/]dist[\\/]sharp\.cjs$/ }, ({ path: file }) => {
      const parts = readFileSync(file, 'utf8').split(/require\(`\.\.\/src\/build\/[^`]*`\)/);
      if (parts.length !== 3) throw new Error(`${file} looks for libraries in other places than it did.`);
      return { contents: parts.join('null') };
    });
  },
};

/** Tree-sitter makes a `require` of its own under that name, which hides the bundle's from the import that it makes it with. @type {import('esbuild').Plugin} */
const bundledRequire = {
  name: 'bundled-require',
  setup(build) {
    build.onLoad({ filter: /[\\/]tree-sitter-wasm[\\/]wasm[\\/]tree-sitter\.js$/ }, ({ path: file }) => {
      const own = /const \{ createRequire \} = await import\("module"\);\s*var require = createRequire\([^;]*;/;
      const parts = readFileSync(file, 'utf8').split(own);
      if (parts.length !== 2) throw new Error(`${file} makes its require in another way than it did.`);
      return { contents: parts.join('') };
    });
  },
};

/** @type {import('esbuild').BuildOptions} */
const common = { bundle: true, sourcemap: 'linked', metafile: true, logLevel: 'warning', absWorkingDir: inRoot() };

// Names stay, so that a stack trace in somebody's log can be read without a source map.
/** @satisfies {import('esbuild').BuildOptions} */
const node = {
  ...common,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  supported: { 'dynamic-import': false },
  plugins: [apart('render-svg'), bundledRequire],
  external: NATIVE_PACKAGES,
};

/** @type {import('esbuild').BuildOptions} */
const browser = {
  ...common,
  platform: 'browser',
  format: 'iife',
  target: 'es2022',
  minify: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  define: { 'process.env.NODE_ENV': '"production"' },
};

/** What the extension and the command line are made of. @type {Bundle[]} */
export const products = [
  {
    ...node,
    entryPoints: ['src/vscode/extension.ts'],
    outfile: 'dist/extension.js',
    external: ['vscode', ...NATIVE_PACKAGES],
  },
  { ...node, entryPoints: ['src/host/engine/worker.ts'], outfile: 'dist/worker.js' },
  { ...node, entryPoints: ['src/vscode/source/worker/source-worker.ts'], outfile: 'dist/source-worker.js' },
  { ...node, entryPoints: ['src/host/charts/render-svg.ts'], outfile: 'dist/render-svg.js' },
  { ...node, entryPoints: ['src/host/inference/process.ts'], outfile: 'dist/inference.js' },
  { ...node, entryPoints: ['src/host/image-lab/worker.ts'], outfile: 'dist/image-worker.js' },
  // without `vscode` as an external: an import of it from core, host or cli breaks the build
  {
    ...node,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/cli.js',
    plugins: [...node.plugins, apart('worker')],
    banner: { js: '#!/usr/bin/env node' },
  },
  // the JavaScript around native libraries, where `require` of the bundles above finds it; one file loads faster than sixty
  {
    ...node,
    sourcemap: false,
    entryPoints: ['node_modules/sharp/dist/index.cjs'],
    outfile: 'dist/node_modules/sharp/dist/index.cjs',
    external: ['@img/sharp-*'],
    plugins: [noLocalBuild],
  },
  {
    ...node,
    sourcemap: false,
    entryPoints: ['node_modules/onnxruntime-node/dist/index.js'],
    outfile: 'dist/node_modules/onnxruntime-node/dist/index.js',
    external: ['*.node'],
  },
  {
    ...browser,
    format: 'esm',
    entryPoints: ['webview/panel/main.tsx'],
    outfile: 'dist/webview/panel.js',
    plugins: [apart('echarts'), apart('image-row')],
  },
  {
    ...browser,
    format: 'esm',
    entryPoints: ['webview/app/image/image-row.tsx'],
    outfile: 'dist/webview/image-row.js',
    plugins: [apart('echarts')],
  },
  { ...browser, format: 'esm', entryPoints: ['webview/lib/echarts.ts'], outfile: 'dist/webview/echarts.js' },
  { ...browser, entryPoints: ['webview/report/main.tsx'], outfile: 'dist/webview/report.js' },
  { ...browser, format: 'esm', entryPoints: ['webview/tensor/main.tsx'], outfile: 'dist/webview/tensor.js' },
];

/** @param {string} folder @param {RegExp} name */
const sources = (folder, name) =>
  filesUnder(inRoot(folder))
    .filter((file) => name.test(file))
    .map((file) => path.relative(inRoot(), file));

/** Runs tree-sitter, which only its bundle makes a module that can be imported by name. */
const SOURCE_BENCH = path.normalize('test/bench/source.ts');

/** The suites that run outside vitest, and the host they run in. @returns {Bundle[]} */
export const tests = () => [
  {
    ...common,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    entryPoints: ['test/editor/index.ts', ...sources('test/editor', /\.test\.ts$/)],
    outdir: 'dist/test',
    outbase: 'test/editor',
    external: ['vscode', 'mocha'],
  },
  {
    ...common,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    splitting: true,
    packages: 'external',
    entryPoints: [
      ...sources('test/host/run', /\.ts$/),
      ...sources('test/ui', /\.test\.ts$/),
      ...sources('test/bench', /\.ts$/).filter((file) => file !== SOURCE_BENCH),
    ],
    outdir: 'build/test',
    outbase: 'test',
    outExtension: { '.js': '.mjs' },
  },
  { ...node, entryPoints: [SOURCE_BENCH], outfile: 'build/test/bench/source.cjs' },
];
