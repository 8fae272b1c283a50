import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: `${import.meta.dirname}/..`,
    globalSetup: '.config/vitest.setup.mjs',
    // The usual number leaves a core to somebody who watches; here two cores are all there is.
    maxWorkers: '100%',
    alias: { vscode: `${import.meta.dirname}/../test/unit/vscode/support/vscode.ts` },
    // Files of one worker share what they import: 70 s of loading the same modules saved. Nothing in them keeps state between tests.
    isolate: false,
    // Sources that are the same as in the run before are not compiled again: 10 s of a processor.
    experimental: { fsModuleCache: true },
    // Only for what hangs: how fast things are is measured by the bench.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.{ts,tsx}'] } },
      { extends: true, test: { name: 'packaging', include: ['test/packaging/**/*.test.ts'] } },
    ],
  },
});
