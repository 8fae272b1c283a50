import path from 'node:path';
import { filesUnder } from './files.mjs';
import { inRoot } from './paths.mjs';

/** @typedef {Omit<import('esbuild').BuildOptions, 'entryPoints'> & { entryPoints: string[] }} Bundle */

/**
 * The chart library is four times as big as all the rest, and only exports need it: bundles that import the renderer
 * leave it in its own file and load that when it is first used.
 * @type {import('esbuild').Plugin}
 */
const chartsApart = {
  name: 'charts-apart',
  setup(build) {
    build.onResolve({ filter: /(^|\/)render-svg\.js$/ }, ({ kind }) =>
      kind === 'entry-point' ? undefined : { path: './render-svg.js', external: true },
    );
  },
};

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
  plugins: [chartsApart],
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
  // without `vscode` as an external: an import of it from core, host or cli breaks the build
  {
    ...node,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/cli.js',
    external: ['sharp'],
    banner: { js: '#!/usr/bin/env node' },
  },
  // in parts, so that the map of heads is drawn before the chart library is there
  {
    ...browser,
    format: 'esm',
    splitting: true,
    entryPoints: ['webview/panel/main.tsx'],
    entryNames: 'panel',
    outdir: 'dist/webview',
    chunkNames: '[name]',
  },
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
