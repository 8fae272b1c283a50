import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: `${import.meta.dirname}/..`,
    globalSetup: '.config/vitest.setup.mjs',
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.{ts,tsx}'] } },
      { extends: true, test: { name: 'packaging', include: ['test/packaging/**/*.test.ts'] } },
    ],
  },
});
