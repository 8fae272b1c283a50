import path from 'node:path';
import { filesUnder } from './files.mjs';
import { inRoot } from './paths.mjs';

/** @typedef {Omit<import('esbuild').BuildOptions, 'entryPoints'> & { entryPoints: string[] }} Bundle */

/**
 * Leaves a module that holds the chart library in a file of its own beside the bundle: the library is four times as big as all the rest,
 * and is loaded when it is first used.
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

/** @type {import('esbuild').BuildOptions} */
const common = { bundle: true, sourcemap: 'linked', metafile: true, logLevel: 'warning', absWorkingDir: inRoot() };

// Names stay, so that a stack trace in somebody's log can be read without a source map.
/** @type {import('esbuild').BuildOptions} */
const node = {
  ...common,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  supported: { 'dynamic-import': false },
  plugins: [apart('render-svg')],
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
  { ...node, entryPoints: ['src/vscode/extension.ts'], outfile: 'dist/extension.js', external: ['vscode'] },
  { ...node, entryPoints: ['src/host/engine/worker.ts'], outfile: 'dist/worker.js' },
  { ...node, entryPoints: ['src/host/charts/render-svg.ts'], outfile: 'dist/render-svg.js' },
  {
    ...node,
    entryPoints: ['src/host/inference/process.ts'],
    outfile: 'dist/inference.js',
    external: ['onnxruntime-node'],
  },
  // without `vscode` as an external: an import of it from core, host or cli breaks the build
  {
    ...node,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/cli.js',
    external: ['sharp'],
    banner: { js: '#!/usr/bin/env node' },
  },
  {
    ...browser,
    format: 'esm',
    entryPoints: ['webview/panel/main.tsx'],
    outfile: 'dist/webview/panel.js',
    plugins: [apart('echarts')],
  },
  { ...browser, format: 'esm', entryPoints: ['webview/lib/echarts.ts'], outfile: 'dist/webview/echarts.js' },
  { ...browser, entryPoints: ['webview/report/main.tsx'], outfile: 'dist/webview/report.js' },
];

/** @param {string} folder @param {RegExp} name */
const sources = (folder, name) =>
  filesUnder(inRoot(folder))
    .filter((file) => name.test(file))
    .map((file) => path.relative(inRoot(), file));

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
      ...sources('test/bench', /\.ts$/),
    ],
    outdir: 'build/test',
    outbase: 'test',
    outExtension: { '.js': '.mjs' },
  },
];
